"""The second factor: time-based codes (RFC 6238) and printed codes. Pure."""

from __future__ import annotations

import datetime
import hmac
import secrets

import pyotp

STEP = 30
"""Seconds a code stands for (RFC 6238, section 5.2)."""
DRIFT = 1
"""Steps the device's clock may be off, either way (RFC 6238, section 6)."""
PRINTED = 10
"""How many printed codes a person gets."""
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: without I, L, O and U, which are misread."""
PRINTED_LENGTH = 12
"""12 characters of 32 are 60 random bits."""
ISSUER = "Bekal"
_MISREAD = str.maketrans({"I": "1", "L": "1", "O": "0"})


def new_secret() -> str:
    """A secret of 160 random bits in base 32, as RFC 4226 section 4 asks."""
    return pyotp.random_base32()


def address_of(secret: str, account: str) -> str:
    """The otpauth:// address an authenticator app reads from the QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=ISSUER)


def step_of(secret: str, code: str, *, now: datetime.datetime) -> int | None:
    """The time step whose code this is, with one step of drift; None if it is none of them."""
    typed = "".join(code.split())
    if not (typed.isascii() and typed.isdigit()):
        return None
    present = int(now.timestamp()) // STEP
    maker = pyotp.HOTP(secret)
    for step in (present, present - DRIFT, present + DRIFT):
        if hmac.compare_digest(maker.at(step), typed):
            return step
    return None


def new_printed_code() -> str:
    """A code to print, in groups of four: 7KQ2-0XWD-M9ZB."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(PRINTED_LENGTH))
    return "-".join(letters[place : place + 4] for place in range(0, PRINTED_LENGTH, 4))


def printed_form(typed: str) -> str | None:
    """What was typed as a printed code, without spaces and dashes; None if it cannot be one."""
    letters = "".join(character for character in typed.upper() if character.isalnum())
    letters = letters.translate(_MISREAD)
    fits = len(letters) == PRINTED_LENGTH and all(each in ALPHABET for each in letters)
    return letters if fits else None


def grouped(secret: str) -> str:
    """The secret in groups of four, for typing it where no camera is."""
    return " ".join(secret[place : place + 4] for place in range(0, len(secret), 4))
