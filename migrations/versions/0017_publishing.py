"""Moving people to another edition: what they did keeps the edition it was done on."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

COLUMNS = (
    ("attempt", "edition_id"),
    ("play", "edition_id"),
    ("writing_version", "edition_id"),
    ("enrolment_step", "from_edition_id"),
    ("enrolment_step", "edition_id"),
)


def upgrade() -> None:
    # Empty columns: PostgreSQL neither rewrites the table nor checks its rows.
    kind = "INTEGER" if op.get_bind().dialect.name == "sqlite" else "BIGINT"
    for table, column in COLUMNS:
        op.execute(
            f"ALTER TABLE {table} ADD COLUMN {column} {kind} "
            f"CONSTRAINT fk_{table}_{column}_edition REFERENCES edition (id)"
        )


def downgrade() -> None:
    for table, column in COLUMNS:
        with op.batch_alter_table(table) as batch:
            batch.drop_column(column)
