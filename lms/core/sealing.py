"""Keys derived from the secret key, and small secrets sealed with them.

One key for each purpose by HKDF (RFC 5869), so that no two uses share one. Sealing is
AES-256-GCM (NIST SP 800-38D) with a random nonce and the owner as associated data: a
sealed value moved to another row does not open.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE = 12


class SealBrokenError(Exception):
    """A sealed value does not open: another key, another owner, or changed bytes."""


def derive_key(secret_key: str, purpose: str) -> bytes:
    """32 bytes for this purpose alone. `purpose` is permanent, such as "second factor"."""
    # HKDF without a salt, and as long as its hash: one round. Every sign-in derives a key, and
    # `cryptography` is 6 MB that a process holds only once it seals or opens something.
    extracted = hmac.digest(bytes(hashlib.sha256().digest_size), secret_key.encode(), "sha256")
    return hmac.digest(extracted, f"bekal {purpose}".encode() + b"\x01", "sha256")


def seal(key: bytes, text: str, *, owner: str) -> str:
    """The text, readable only with the key and for the same owner."""
    nonce = os.urandom(NONCE)
    sealed = _cipher(key).encrypt(nonce, text.encode(), owner.encode())
    return base64.urlsafe_b64encode(nonce + sealed).decode()


def unseal(key: bytes, sealed: str, *, owner: str) -> str:
    """What was sealed. Raises SealBrokenError if it does not open."""
    from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - with `_cipher`

    raw = base64.urlsafe_b64decode(sealed)
    try:
        return _cipher(key).decrypt(raw[:NONCE], raw[NONCE:], owner.encode()).decode()
    except InvalidTag as error:
        raise SealBrokenError("The seal does not open with this key for this owner.") from error


def keyed_digest(key: bytes, text: str) -> str:
    """HMAC-SHA256 as 64 hexadecimal letters: tells nothing without the key."""
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def _cipher(key: bytes) -> AESGCM:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - 6 MB

    return AESGCM(key)
