"""`lms doctor`: looks at everything a running Bekal needs, and says how to mend what is missing.

Never imports WeasyPrint: it looks for the libraries that the worker will load.
"""

from __future__ import annotations

import ctypes
import datetime
import enum
import errno
import logging
import shutil
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import ColumnElement, Engine, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import InstrumentedAttribute

from config import SHORTEST_SECRET, Settings
from lms.core import clock
from lms.core.audit.models import AuditEntry
from lms.core.backup.form import UNFINISHED
from lms.core.backup.holding import held_since
from lms.core.database import Session, for_reading
from lms.core.jobs.models import Job, JobState
from lms.core.outbox.models import OutboxMessage, OutboxState
from lms.core.outbox.transports import ServerLostError, SmtpTransport
from lms.core.pdf.signing import Signer, SigningKeyError
from lms.core.storage import LocalFolder

PDF_LIBRARIES = (
    "libgobject-2.0.so.0",
    "libpango-1.0.so.0",
    "libpangoft2-1.0.so.0",
    "libharfbuzz.so.0",
    "libfontconfig.so.1",
)
SUBSET_LIBRARY = "libharfbuzz-subset.so.0"
FONT_FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path("~/.fonts"))
FONTS = {
    "fonts-noto-core": "NotoSansKhmer-Regular",
    "fonts-noto-cjk": "NotoSansCJK-Regular",
}
"""Debian package, and one file that is in it and in no other."""

NO_ANSWER = "The database does not answer. Check BEKAL_DATABASE_URL and start it."

LEAST_FREE = 1024**3
LATE = datetime.timedelta(minutes=10)
OFF_BY = datetime.timedelta(seconds=30)
RENEW_BEFORE = datetime.timedelta(days=60)


_MENDING = {
    errno.ENOSPC: "Make room; what waits goes on by itself.",
    errno.EDQUOT: "Make room; what waits goes on by itself.",
    errno.EROFS: "Look at the system's log, check the disk and mount it for writing.",
    errno.EIO: "Look at the system's log; the disk may be dying. Move to another.",
}
"""How to mend a folder that cannot be written; otherwise its owner is wrong."""


class Grade(enum.StrEnum):
    """How a check ended. Only `bad` makes the command fail."""

    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: what was looked at, how it stands, and how to mend it where it is not good."""

    subject: str
    grade: Grade
    sentence: str


def examine(settings: Settings, engine: Engine, migrations: Path) -> Iterator[Finding]:
    """Every check, in an order in which an earlier one explains a later one."""
    yield check_secret(settings)
    yield check_addresses(settings)
    database = check_database(engine, migrations)
    yield database
    yield check_data_folder(settings)
    yield check_mail(settings)
    yield check_pdf_libraries()
    yield check_fonts()
    yield check_signing(settings, today=clock.now())
    if database.grade is Grade.GOOD:
        yield check_clock(engine)
        yield check_restore(engine, settings)
        yield check_worker(engine)


def check_secret(settings: Settings) -> Finding:
    """The secret key: long enough, and not readable by others where it is a file."""
    if len(settings.secret_key) < SHORTEST_SECRET:
        return _bad("secret", f"Set BEKAL_SECRET_KEY to {SHORTEST_SECRET} characters or more.")
    kept = settings.data_folder / "secret_key"
    if kept.exists() and stat.S_IMODE(kept.stat().st_mode) & 0o077:
        return _bad("secret", f"Others can read {kept}. Run: chmod 600 {kept}")
    return _good("secret", "The secret key is long enough.")


def check_addresses(settings: Settings) -> Finding:
    """The permanent public address."""
    if settings.is_production and not settings.public_address.startswith("https://"):
        return _bad(
            "address",
            "BEKAL_PUBLIC_ADDRESS is not https. It is written into mails and certificates, "
            "and cookies are sent over https only.",
        )
    return _good("address", f"Links begin with {settings.public_address}.")


def check_database(engine: Engine, migrations: Path) -> Finding:
    """Reachable, and at the migration this code needs."""
    script = ScriptDirectory(str(migrations))
    logging.getLogger("alembic").setLevel(logging.WARNING)  # it only looks, and need not say so
    try:
        with for_reading(engine).connect() as connection:
            current = MigrationContext.configure(connection).get_current_heads()
    except (SQLAlchemyError, OSError):
        return _bad("database", NO_ANSWER)
    if not current:
        return _bad("database", "The database is empty. Run: lms db upgrade")
    if set(current) != set(script.get_heads()):
        return _bad(
            "database",
            f"The database is at migration {', '.join(current)}, this code needs "
            f"{', '.join(script.get_heads())}. Run: lms db upgrade",
        )
    return _good("database", f"{engine.dialect.name} answers and is up to date.")


def check_data_folder(settings: Settings) -> Finding:
    """Files can be written, and there is room."""
    folder = settings.data_folder
    try:
        storage = LocalFolder(settings.files_folder)
        storage.put("doctor.txt", b"x", content_type="text/plain")
        storage.delete("doctor.txt")
    except OSError as error:
        advice = _MENDING.get(error.errno or 0, "Change its owner.")
        return _bad("files", f"{folder} cannot be written ({error.strerror}). {advice}")
    free = shutil.disk_usage(folder).free
    if free < LEAST_FREE:
        return _warning("files", f"Only {free // 1024**2} MB are free in {folder}. Make room.")
    return _good("files", f"{folder} can be written, {free // 1024**3} GB are free.")


def check_mail(settings: Settings) -> Finding:
    """The mail server takes us; nothing is sent."""
    if settings.mail.host is None:
        return _good("mail", f"Without BEKAL_SMTP_HOST, mail is written to {settings.mail_folder}.")
    try:
        with SmtpTransport(settings.mail).connected():
            pass
    except ServerLostError as error:
        return _bad(
            "mail",
            f"{error} Check BEKAL_SMTP_HOST, _PORT, _USER, _PASSWORD and _STARTTLS. Mail waits "
            "and is not lost.",
        )
    return _good("mail", f"{settings.mail.host} takes mail from us.")


def check_pdf_libraries() -> Finding:
    """What WeasyPrint loads in the worker."""
    missing = [name for name in PDF_LIBRARIES if not _loads(name)]
    install = "apt-get install --no-install-recommends libpangoft2-1.0-0 libharfbuzz-subset0"
    if missing:
        return _bad("documents", f"{', '.join(missing)} is missing. Run: {install}")
    if not _loads(SUBSET_LIBRARY):
        return _warning(
            "documents",
            f"Without {SUBSET_LIBRARY} a certificate takes ten times as long: {install}",
        )
    return _good("documents", "The libraries for certificates are there.")


def check_fonts(folders: Sequence[Path] = FONT_FOLDERS) -> Finding:
    """Fonts for the scripts of all members."""
    files = {
        path.stem
        for folder in folders
        if folder.expanduser().is_dir()
        for path in folder.expanduser().rglob("*.tt[fc]")
    }
    missing = [package for package, file in FONTS.items() if file not in files]
    if missing:
        return _bad(
            "fonts",
            "Names in some members' scripts cannot be printed. Run: apt-get install "
            f"--no-install-recommends {' '.join(missing)}",
        )
    return _good("fonts", "The members' scripts can be printed.")


def check_signing(settings: Settings, *, today: datetime.datetime) -> Finding:
    """The key that signs documents, and how long its certificate holds. For the worker's user."""
    key_file, certificate_file = settings.signing_key, settings.signing_certificate
    if key_file is None or certificate_file is None:
        return _good(
            "signing", "Documents are signed with a key made here, which nobody else vouches for."
        )
    try:
        if stat.S_IMODE(key_file.stat().st_mode) & 0o077:
            return _bad("signing", f"Others can read {key_file}. Run: chmod 600 {key_file}")
        own = Signer.load(key_file, certificate_file).certificates[0]
    except SigningKeyError as error:
        return _bad("signing", f"{error} Set BEKAL_SIGNING_KEY and BEKAL_SIGNING_CERTIFICATE.")
    except OSError:
        return _bad("signing", f"{key_file} is not there. Set BEKAL_SIGNING_KEY to the PEM file.")
    ends = own.not_valid_after_utc
    if ends < today:
        return _bad("signing", f"{certificate_file} ended on {ends:%Y-%m-%d}. Have it renewed.")
    if ends < today + RENEW_BEFORE:
        return _warning("signing", f"{certificate_file} ends on {ends:%Y-%m-%d}. Have it renewed.")
    return _good("signing", f"Documents are signed; the certificate holds to {ends:%Y-%m-%d}.")


def check_clock(engine: Engine) -> Finding:
    """This machine's clock against the database's, and against what was written already."""
    with Session(for_reading(engine)) as session:
        here = clock.now()
        newest = session.execute(select(func.max(AuditEntry.happened_at))).scalar_one_or_none()
        there = here
        if engine.dialect.name == "postgresql":
            there = session.execute(select(func.clock_timestamp())).scalar_one()
    if abs(there - here) > OFF_BY:
        seconds = round((there - here).total_seconds())
        return _bad(
            "clock", f"This clock and the database's differ by {seconds} s. Set both by NTP."
        )
    if newest is not None and newest > here + OFF_BY:
        return _bad(
            "clock", f"It is {here:%Y-%m-%d %H:%M} UTC here, but rows are newer. Set it by NTP."
        )
    return _good("clock", f"It is {here:%Y-%m-%d %H:%M} UTC.")


def check_restore(engine: Engine, settings: Settings) -> Finding:
    """Whether a restore is unfinished, or holds the mail; and who could read a backup."""
    if (settings.data_folder / UNFINISHED).exists():
        return _bad("restore", "A restore did not end. Run lms restore again with that backup.")
    with Session(for_reading(engine)) as session:
        since = held_since(session)
    if since is not None:
        return _warning(
            "restore",
            f"Mail is held since the restore of {since:%Y-%m-%d %H:%M} UTC. When this is the "
            "installation people use, run: lms restore release",
        )
    if settings.is_production and not settings.backup_recipients:
        return _warning("backup", "Set BEKAL_BACKUP_RECIPIENTS to a key of: lms backup key FILE")
    return _good("backup", "Mail is not held by a restore.")


def check_worker(engine: Engine) -> Finding:
    """Whether somebody takes jobs and mail, and whether any wait for a person."""
    before = clock.now() - LATE
    late_jobs = (Job.state == JobState.WAITING, Job.run_after < before)
    late_mail = (OutboxMessage.state == OutboxState.WAITING, OutboxMessage.next_attempt_at < before)
    with Session(for_reading(engine)) as session:
        late = _count(session, Job.id, *late_jobs) + _count(session, OutboxMessage.id, *late_mail)
        parked = _count(session, Job.id, Job.state == JobState.PARKED)
        parked += _count(session, OutboxMessage.id, OutboxMessage.state == OutboxState.PARKED)
    if late:
        return _warning(
            "worker", f"{late} jobs or mails are overdue. Is a worker running? lms worker"
        )
    if parked:
        return _warning(
            "worker", f"{parked} jobs or mails are parked. Look at /administration/jobs and /mail."
        )
    return _good("worker", "No job and no mail is overdue.")


def _count(
    session: Session, column: InstrumentedAttribute[int], *conditions: ColumnElement[bool]
) -> int:
    statement = select(func.count(column)).where(*conditions)
    return session.execute(statement).scalar_one()


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _good(subject: str, sentence: str) -> Finding:
    return Finding(subject, Grade.GOOD, sentence)


def _warning(subject: str, sentence: str) -> Finding:
    return Finding(subject, Grade.WARNING, sentence)


def _bad(subject: str, sentence: str) -> Finding:
    return Finding(subject, Grade.BAD, sentence)
