"""How a mail leaves: by a mail server, or as a file in a folder."""

from __future__ import annotations

import secrets
import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol

from config import Mail

PATIENCE = 30.0
"""Seconds a mail server may take for one answer."""

Send = Callable[[EmailMessage], None]


class ServerLostError(Exception):
    """The mail server is not to be had, or does not take us. No fault of any one mail."""


class RefusedAddressError(Exception):
    """The server does not take this mail; `is_for_good` says that trying again is useless.

    Says the code of the answer only: its words often repeat the address.
    """

    def __init__(self, code: int) -> None:
        self.is_for_good = 500 <= code < 600
        super().__init__(f"The mail server did not take this mail (answer {code}).")


class Transport(Protocol):
    """A way out. `connected` opens it once for a batch and gives the function that sends."""

    def connected(self) -> AbstractContextManager[Send]:
        """Raises ServerLostError, also from within; the function raises RefusedAddressError."""
        ...


class FolderTransport:
    """Writes each mail as <Message-ID>.eml; a repeat replaces the same file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def connected(self) -> Iterator[Send]:
        self._folder.mkdir(parents=True, exist_ok=True)
        yield self._write

    def _write(self, mail: EmailMessage) -> None:
        name = str(mail["Message-ID"]).strip("<>").partition("@")[0]
        temporary = self._folder / f".{secrets.token_hex(8)}.part"
        temporary.write_bytes(mail.as_bytes())
        temporary.replace(self._folder / f"{name}.eml")


class SmtpTransport:
    """One connection to a mail server for a batch; encrypted by STARTTLS where that is set."""

    def __init__(self, mail: Mail) -> None:
        if mail.host is None:
            raise ValueError("There is no mail server in the settings.")
        self._host = mail.host
        self._mail = mail

    @contextmanager
    def connected(self) -> Iterator[Send]:
        try:
            with smtplib.SMTP(self._host, self._mail.port, timeout=PATIENCE) as server:
                if self._mail.starttls:
                    server.starttls(context=ssl.create_default_context())
                if self._mail.user is not None:
                    server.login(self._mail.user, self._mail.password or "")
                yield lambda mail: _send(server, mail)
        except (OSError, smtplib.SMTPException) as error:
            raise ServerLostError(f"The mail server is not to be had ({_said(error)}).") from error


def _send(server: smtplib.SMTP, mail: EmailMessage) -> None:
    try:
        server.send_message(mail)
    except smtplib.SMTPRecipientsRefused as error:
        code = next(iter(error.recipients.values()))[0]
        raise _refusal(code) from error
    except smtplib.SMTPSenderRefused as error:
        # Our own address: a matter of the settings, which parks nothing.
        raise ServerLostError(
            f"The mail server refuses our sender address (answer {error.smtp_code})."
        ) from error
    except smtplib.SMTPNotSupportedError as error:
        # A letter outside ASCII before the @, and a server that does not take such addresses.
        raise RefusedAddressError(553) from error
    except smtplib.SMTPResponseException as error:
        raise _refusal(error.smtp_code) from error


def _refusal(code: int) -> Exception:
    """421 is the server closing its door to everybody; all other codes are about this mail."""
    if code == 421:
        return ServerLostError("The mail server closed the connection (answer 421).")
    return RefusedAddressError(code)


def _said(error: Exception) -> str:
    """Class and code, without words that may repeat an address or a password."""
    code = getattr(error, "smtp_code", None) or getattr(error, "errno", None)
    return f"{type(error).__name__} {code}" if code else type(error).__name__
