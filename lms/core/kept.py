"""A form that was sent when it could not be taken: kept in the page, to be sent once more.

When a session ended while somebody wrote, the posted fields travel inside the sign-in
page, signed and compressed, and come back as hidden fields of a form to the same address.
Nothing is stored. Passwords, codes and files are never kept.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from itsdangerous import BadData, URLSafeTimedSerializer

LARGEST = 256 * 1024
"""Bytes of names and values; a larger form is not kept."""
LASTS = 24 * 3600
"""Seconds in which it may be sent again."""
NEVER_KEPT = ("password", "code", "secret", "csrf_token", "kept")
_SALT = "kept-form"


@dataclass(frozen=True, slots=True)
class KeptForm:
    """Where the form goes, and its fields in order. `left_out`: something was not kept."""

    path: str
    fields: tuple[tuple[str, str], ...]
    left_out: bool

    @property
    def words(self) -> list[str]:
        """What a person typed, as far as it looks like words: shown so that it can be checked."""
        return [value for _, value in self.fields if " " in value.strip() or len(value) > 40]


def keep(path: str, fields: Iterable[tuple[str, str]], *, has_files: bool) -> KeptForm | None:
    """The form without what is never kept; None if it is too large."""
    given = list(fields)
    kept = tuple((name, value) for name, value in given if not _is_secret(name))
    if sum(len(name.encode()) + len(value.encode()) for name, value in kept) > LARGEST:
        return None
    secrets = [name for name, _ in given if _is_secret(name) and name not in {"csrf_token", "kept"}]
    return KeptForm(path, kept, left_out=has_files or bool(secrets))


def pack(secret_key: str, form: KeptForm) -> str:
    """The form as one signed value for a hidden field."""
    return str(_serializer(secret_key).dumps([form.path, form.fields, form.left_out]))


def unpack(secret_key: str, packed: str | None) -> KeptForm | None:
    """The form of a hidden field; None if there is none, it is too old or not signed by us."""
    if not packed:
        return None
    try:
        path, fields, left_out = _serializer(secret_key).loads(packed, max_age=LASTS)
    except BadData:
        return None
    return KeptForm(path, tuple((name, value) for name, value in fields), bool(left_out))


def _is_secret(name: str) -> bool:
    return any(word in name.lower() for word in NEVER_KEPT)


def _serializer(secret_key: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret_key, salt=_SALT)
