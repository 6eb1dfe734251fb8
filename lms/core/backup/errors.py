"""What a backup cannot do, in sentences for whoever typed the command."""

from __future__ import annotations

from lms.core.errors import BadInputError


class NotABackupError(BadInputError):
    """The file is no backup, or of a format or migration this code does not know."""


class DamagedBackupError(BadInputError):
    """The file was cut off or changed: a digest, a seal or a count does not prove."""


class KeyNeededError(BadInputError):
    """The file is encrypted and no identity that was given opens it."""
