"""Unexpected errors: what may be written down about one, and which come from below us.

Written down are class and place, never the message: it may hold a person's data, such as a row
that a constraint refused or an address that a server did not take.
"""

from __future__ import annotations

import enum
import errno
import sqlite3
import sys
import traceback

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFreeError


class Fault(enum.StrEnum):
    """What is wrong below us. Nobody's mistake, and over when the machine is well again."""

    LOST = "lost"
    """The database or the folder of files does not answer, or broke off."""
    BUSY = "busy"
    """A lock or a statement took longer than we wait."""
    FULL = "full"
    """The disk has no room."""
    READ_ONLY = "read_only"
    """The database or the disk takes no writing."""


_ERRNO = {
    errno.ENOSPC: Fault.FULL,
    errno.EDQUOT: Fault.FULL,
    errno.EROFS: Fault.READ_ONLY,
    errno.EIO: Fault.LOST,
    errno.EACCES: Fault.LOST,
    errno.EPERM: Fault.LOST,
    errno.ENOTDIR: Fault.LOST,
    errno.ENOTCONN: Fault.LOST,
    errno.ESTALE: Fault.LOST,
    errno.ENXIO: Fault.LOST,
    errno.ENODEV: Fault.LOST,
}
_SQLITE = {
    sqlite3.SQLITE_BUSY: Fault.BUSY,
    sqlite3.SQLITE_LOCKED: Fault.BUSY,
    sqlite3.SQLITE_FULL: Fault.FULL,
    sqlite3.SQLITE_READONLY: Fault.READ_ONLY,
    sqlite3.SQLITE_IOERR: Fault.LOST,
    sqlite3.SQLITE_CANTOPEN: Fault.LOST,
}
"""Primary result codes; an extended one has its primary in the lowest byte."""
_SQLSTATE = {
    "53100": Fault.FULL,
    "25006": Fault.READ_ONLY,
    "55P03": Fault.BUSY,  # lock not available
    "57014": Fault.BUSY,  # statement timeout
    "40001": Fault.BUSY,  # serialization failure
    "40P01": Fault.BUSY,  # deadlock
}


def fault_of(error: BaseException | None) -> Fault | None:
    """What is wrong below us, if that is why this error came; None for a mistake of our own."""
    if isinstance(error, NoConnectionFreeError):
        return Fault.BUSY
    if isinstance(error, DBAPIError):
        return _fault_of_driver(error.orig)
    if isinstance(error, OSError):
        return _ERRNO.get(error.errno or 0)
    return _fault_of_driver(error)


def _fault_of_driver(error: BaseException | None) -> Fault | None:
    if isinstance(error, sqlite3.Error):
        # Errors without a code are of the driver itself, such as a closed connection.
        return _SQLITE.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)
    # Where the database is a file the driver of PostgreSQL is never loaded, nor are its errors.
    psycopg = sys.modules.get("psycopg")
    if psycopg is None or not isinstance(error, psycopg.Error):
        return None
    of_server = isinstance(error, psycopg.OperationalError | psycopg.InterfaceError)
    return _SQLSTATE.get(error.sqlstate or "", Fault.LOST if of_server else None)


def describe(error: BaseException) -> str:
    """Class and place of an error, without its message, which may hold a person's data."""
    name = type(error).__name__
    if isinstance(error, DBAPIError):
        name += f" ({type(error.orig).__name__})"
    frames = frames_of(error)
    return f"{name} at {frames[-1]}." if frames else f"{name}."


def frames_of(error: BaseException) -> list[str]:
    """The places in our code the error came through, such as "lms/core/outbox/delivery.py:80"."""
    return [
        f"{frame.filename[frame.filename.rindex('lms/') :]}:{frame.lineno}"
        for frame in traceback.extract_tb(error.__traceback__)
        if "/lms/" in frame.filename and "site-packages" not in frame.filename
    ]
