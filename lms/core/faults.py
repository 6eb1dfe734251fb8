"""What may be written down about an unexpected error: its class and place, never its message.

The message of an exception may hold a person's data: a row that a constraint refused, an
address that a server did not take.
"""

from __future__ import annotations

import traceback

from sqlalchemy.exc import DBAPIError


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
