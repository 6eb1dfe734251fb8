"""Runs the migrations on the engine of the application.

On PostgreSQL a lock that cannot be had in 4 seconds ends the migration instead of
stopping the service behind it, and an advisory lock keeps two nodes from migrating at
once. On SQLite tables are changed in batch mode with foreign keys off, checked after.
"""

from alembic import context
from sqlalchemy import JSON, text

from lms.access.guard import owned_tables
from lms.access.reaches import VOUCHED
from lms.core.database import Base, UtcDateTime
from lms.core.extensions import db

ADVISORY_LOCK = 7_305_001


def render(kind: str, item: object, _context: object) -> str | bool:
    """Write our own types as plain ones: a migration must not import the models of today."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, JSON):
        return 'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")'
    return False


def run() -> None:
    """Migrate in one transaction: killed in the middle, the old state stands."""
    engine = db.engine
    is_sqlite = engine.dialect.name == "sqlite"
    if is_sqlite:
        connection = engine.connect().execution_options(sqlite_begin="EXCLUSIVE")
        connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")
    else:
        connection = engine.connect()
    with connection:
        # A migration, and the comparison with the models, sees every row: no person asks here.
        connection = connection.execution_options(**{VOUCHED: owned_tables()})
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=is_sqlite,
            compare_type=True,
            compare_server_default=True,
            render_item=render,
            transaction_per_migration=False,
            transactional_ddl=True,  # SQLite's too: Alembic does not count on drivers for it
        )
        with context.begin_transaction():
            if not is_sqlite:
                connection.execute(text("SET LOCAL lock_timeout = '4s'"))
                connection.execute(text(f"SELECT pg_advisory_xact_lock({ADVISORY_LOCK})"))
            context.run_migrations()
            if is_sqlite:
                broken = connection.execute(text("PRAGMA foreign_key_check")).all()
                if broken:
                    raise RuntimeError(f"Foreign keys are broken after migrating: {broken[:5]}")
    if is_sqlite:
        engine.dispose()


run()
