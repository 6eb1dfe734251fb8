"""Restoring an installation: its database, its files and its keys, from one backup.

The steps, each of which may be cut short and begun again: the whole file is proven; a mark
is left in the data folder, with which nothing starts; the database is brought to the
migration of the backup; files are put; rows are loaded and proven in one transaction; the
database is brought to the migration of this code; the mark is taken away.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from pyrage.x25519 import Identity
from sqlalchemy import Engine

from config import Settings
from lms.access.guard import owned_tables
from lms.access.reaches import VOUCHED
from lms.core.audit.seal import verify
from lms.core.backup import holding, loading, reading
from lms.core.backup.errors import NotABackupError
from lms.core.backup.form import UNFINISHED, Header, Manifest
from lms.core.backup.making import secret_mark
from lms.core.backup.reading import FilePart, KeyPart, Proven, RowsPart
from lms.core.database import Session, for_reading
from lms.core.errors import NotPossibleError
from lms.core.key_files import write_once
from lms.core.storage import Storage
from lms.core.text import N_
from lms.people.services.restored import end_what_may_have_ended
from lms.web.migrating import downgrade, upgrade

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Restoring:
    """One restore. `is_move`: the original was stopped before the backup, for good."""

    path: Path
    identities: Sequence[Identity]
    engine: Engine
    storage: Storage
    settings: Settings
    migrations: Path
    is_move: bool
    say: Say

    @property
    def mark(self) -> Path:
        return self.settings.data_folder / UNFINISHED


def seeing_all(engine: Engine) -> Engine:
    """The engine, vouching for every table: a backup is of all people, and no person asks."""
    return engine.execution_options(**{VOUCHED: owned_tables()})


def refuse_unfinished(settings: Settings) -> None:
    """Raise NotPossibleError if a restore into this data folder began and did not end."""
    mark = settings.data_folder / UNFINISHED
    if mark.exists():
        raise NotPossibleError(
            N_(
                "A restore was begun here and did not end, so nothing starts. Run `lms restore` "
                "again with the same backup."
            )
        )


def restore(restoring: Restoring, *, now: datetime.datetime) -> Proven:
    """Restore the whole of a backup, or say why not; nothing is half there afterwards.

    Raises NotABackupError, KeyNeededError, DamagedBackupError for the file, and
    NotPossibleError for what it should be restored into.
    """
    say = restoring.say
    proven = reading.prove(restoring.path, restoring.identities)
    header = proven.header
    say(f"The backup of {header.made_at:%Y-%m-%d %H:%M} UTC is whole: {proven.rows:,} rows.")
    _refuse_unknown_migration(header, restoring.migrations)
    _refuse_what_cannot_be_held(proven, restoring.engine)
    if header.secret != secret_mark(restoring.settings.secret_key):
        say(
            "BEKAL_SECRET_KEY is not the one of the backup: second steps of sign-in will not "
            "open, and their owners need them reset. With the former key they open."
        )
    if not _is_loaded(restoring, header):
        _prepare(restoring, header)
        _load(restoring, proven, now=now)
    upgrade()
    restoring.mark.unlink(missing_ok=True)
    return proven


def _refuse_unknown_migration(header: Header, migrations: Path) -> None:
    try:
        ScriptDirectory(str(migrations)).get_revision(header.migration)
    except CommandError as error:
        raise NotABackupError(
            N_(
                "This backup is of migration %(migration)s, which this version of Bekal does not "
                "know. Restore it with the version that made it, or a newer one."
            ),
            migration=header.migration,
        ) from error


def _refuse_what_cannot_be_held(proven: Proven, engine: Engine) -> None:
    if engine.dialect.name == "postgresql" and proven.hindrances:
        raise NotPossibleError(
            N_(
                "PostgreSQL cannot hold %(count)s values of this backup. Correct them where they "
                "are and make another. The first: %(first)s."
            ),
            count=proven.hindrances,
            first="; ".join(proven.not_for_postgresql),
        )


def _is_loaded(restoring: Restoring, header: Header) -> bool:
    """Whether an earlier try came as far as the rows and only its end is missing."""
    if not restoring.mark.exists() or not _migration_of(restoring.engine):
        return False
    with Session(for_reading(restoring.engine)) as session:
        return holding.came_from(session, header.backup_id)


def _migration_of(engine: Engine) -> tuple[str, ...]:
    with for_reading(engine).connect() as connection:
        return MigrationContext.configure(connection).get_current_heads()


def _prepare(restoring: Restoring, header: Header) -> None:
    """Leave the mark, and bring an empty database to the migration of the backup."""
    with for_reading(seeing_all(restoring.engine)).connect() as connection:
        loading.refuse_unless_empty(connection)
    restoring.settings.data_folder.mkdir(parents=True, exist_ok=True)
    restoring.mark.write_text(header.backup_id, encoding="utf-8")
    if _migration_of(restoring.engine) not in {(), (header.migration,)}:
        downgrade("base")
    upgrade(header.migration)


def _load(restoring: Restoring, proven: Proven, *, now: datetime.datetime) -> None:
    """Files, keys, and all rows in one transaction, proven before it commits."""
    engine = seeing_all(restoring.engine)
    with (
        reading.parts_of(restoring.path, restoring.identities, again=True) as parts,
        loading.loading(engine) as connection,
    ):
        for part in parts:
            match part:
                case RowsPart():
                    loading.load_rows(connection, part)
                case FilePart():
                    loading.put_file(restoring.storage, part)
                case KeyPart():
                    write_once(restoring.settings.data_folder / part.name, part.content)
                case Header() | Manifest():
                    pass
        loading.prove_rows(connection, proven.header, proven.manifest)
        restoring.say("Every table came out as it went in.")
        loading.continue_numbers(connection, proven.header, proven.manifest)
        with Session(connection) as session:
            verdict = verify(session)
            holding.note_restored(
                session, proven.header.backup_id, is_move=restoring.is_move, now=now
            )
            if not restoring.is_move:
                end_what_may_have_ended(session, holding.RESTORER, now=now)
            session.flush()
    restoring.say(
        f"The audit proves: {verdict.sealed:,} sealed rows."
        if verdict.holds
        else f"The audit does not prove at position {verdict.broken_at}: {verdict.why}. The rows "
        "are those of the original."
    )
