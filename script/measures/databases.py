"""Questions to the database of an installation, beside the product and its guards."""

from sqlalchemy import Engine, text


def count(database: Engine, what: str) -> int:
    """Count the rows of a table or of a select in brackets."""
    statement = f"SELECT count(*) FROM {what} AS counted"  # noqa: S608 - the measure's own words
    return int(str(scalar(database, statement)))


def scalar(database: Engine, question: str) -> object:
    """Ask the database for one value, beside the product and its guards."""
    with database.connect() as connection:
        return connection.execute(text(question)).scalar_one()
