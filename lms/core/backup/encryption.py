"""Encryption with age (age-encryption.org/v1): to public keys, so a server cannot read its own.

The private half, the identity, is kept where the server is not.
"""

from __future__ import annotations

import io
import os
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import pyrage
from pyrage.x25519 import Identity, Recipient
from sqlalchemy.exc import SQLAlchemyError

from lms.core.backup.archive import DAMAGED
from lms.core.backup.errors import DamagedBackupError, KeyNeededError, NotABackupError
from lms.core.errors import BadInputError, BekalError
from lms.core.key_files import write_once
from lms.core.storage import PIECE
from lms.core.text import N_

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

AGE = b"age-encryption.org/v1\n"
GZIP = b"\x1f\x8b"


def recipients_of(written: Iterable[str]) -> list[Recipient]:
    """The public keys of these words. Raises BadInputError for one that is none."""
    found = []
    for each in written:
        try:
            found.append(Recipient.from_str(each))
        except pyrage.RecipientError as error:
            raise BadInputError(
                N_(
                    "“%(written)s” is no public key. Write one that begins with age1, as "
                    "`lms backup key FILE` prints it."
                ),
                written=each,
            ) from error
    return found


def make_identity(path: Path) -> str:
    """Make a private key in a new file that its owner alone may read; its public key.

    Raises BadInputError if the file is there already.
    """
    if path.exists():
        raise BadInputError(N_("%(path)s is there already. Choose another name."), path=path)
    identity = Identity.generate()
    public = str(identity.to_public())
    write_once(path, f"# public key: {public}\n{identity}\n".encode())
    return public


def read_identities(path: Path) -> list[Identity]:
    """The private keys of a file as `lms backup key` and age-keygen write it.

    Raises BadInputError when there is none in it.
    """
    try:
        lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
        found = [Identity.from_str(line) for line in lines if line and not line.startswith("#")]
    except (OSError, UnicodeDecodeError, pyrage.IdentityError) as error:
        raise BadInputError(N_("No private key can be read from %(path)s."), path=path) from error
    if not found:
        raise BadInputError(N_("There is no private key in %(path)s."), path=path)
    return found


def write_encrypted(
    pieces: Iterable[bytes], target: BinaryIO, recipients: Sequence[Recipient]
) -> None:
    """Encrypt a stream to all recipients. What reading the pieces raises comes out as it is."""
    source = _Pulled(pieces)
    try:
        pyrage.encrypt_io(source, target, list(recipients))
    except pyrage.EncryptError:
        if source.error is not None:
            raise source.error from None
        raise


@contextmanager
def opened(path: Path, identities: Sequence[Identity]) -> Iterator[BinaryIO]:
    """The plain bytes of a backup, as a stream.

    Raises NotABackupError, KeyNeededError, and while it is read DamagedBackupError.
    """
    with path.open("rb") as file:
        start = file.read(len(AGE))
        file.seek(0)
        if start.startswith(GZIP):
            yield file
        elif start != AGE:
            raise NotABackupError(N_("%(path)s is no backup of Bekal."), path=path)
        elif not identities:
            raise KeyNeededError(
                N_("%(path)s is encrypted. Give the file of the private key with --identity."),
                path=path,
            )
        else:
            with _decrypting(file, identities) as plain:
                yield plain


@contextmanager
def _decrypting(file: BinaryIO, identities: Sequence[Identity]) -> Iterator[BinaryIO]:
    """Decrypt in a thread beside the reader: age pushes its bytes, a tar reader pulls them."""
    reading, writing = os.pipe()
    said: list[Exception] = []

    def decrypt() -> None:
        try:
            with os.fdopen(writing, "wb") as target:
                pyrage.decrypt_io(file, target, list(identities))
        except (pyrage.DecryptError, OSError) as error:
            said.append(error)

    thread = threading.Thread(target=decrypt, name="decrypting", daemon=True)
    plain = _Decrypted(reading, thread, said)
    thread.start()
    try:
        yield io.BufferedReader(plain, PIECE)
    finally:
        plain.close()
        thread.join()


class _Pulled:
    """A stream as something with `read`, which is what age asks for."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self._left = b""
        self.error: Exception | None = None

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes; empty at the end."""
        try:
            while not self._left:
                self._left = next(self._pieces)
        except StopIteration:
            return b""
        except (BekalError, OSError, SQLAlchemyError) as error:
            self.error = error  # age would make a text of it
            raise
        given, self._left = self._left[:size], self._left[size:]
        return given


class _Decrypted(io.RawIOBase):
    """The reading end of the pipe; at its end it asks whether all was decrypted."""

    def __init__(self, descriptor: int, thread: threading.Thread, said: list[Exception]) -> None:
        self._descriptor, self._thread, self._said = descriptor, thread, said

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        """As of a file. Raises KeyNeededError or DamagedBackupError where decrypting ended."""
        with memoryview(buffer) as view:
            given = os.read(self._descriptor, view.nbytes)
            view[: len(given)] = given
        if not given:
            self._thread.join()
            for error in self._said:
                raise _as_said(error) from error
        return len(given)

    def close(self) -> None:
        """Let go, also of a thread that still writes."""
        if not self.closed:
            os.close(self._descriptor)
        super().close()


def _as_said(error: Exception) -> BekalError:
    if "No matching keys" in str(error):
        return KeyNeededError(N_("The private key given does not open this backup."))
    return DamagedBackupError(DAMAGED, what="it does not decrypt")
