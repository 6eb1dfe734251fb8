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

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE = 12


class SealBrokenError(Exception):
    """A sealed value does not open: another key, another owner, or changed bytes."""


def derive_key(secret_key: str, purpose: str) -> bytes:
    """32 bytes for this purpose alone. `purpose` is permanent, such as "second factor"."""
    derived = HKDF(SHA256(), length=32, salt=None, info=f"bekal {purpose}".encode())
    return derived.derive(secret_key.encode())


def seal(key: bytes, text: str, *, owner: str) -> str:
    """The text, readable only with the key and for the same owner."""
    nonce = os.urandom(NONCE)
    sealed = AESGCM(key).encrypt(nonce, text.encode(), owner.encode())
    return base64.urlsafe_b64encode(nonce + sealed).decode()


def unseal(key: bytes, sealed: str, *, owner: str) -> str:
    """What was sealed. Raises SealBrokenError if it does not open."""
    raw = base64.urlsafe_b64decode(sealed)
    try:
        return AESGCM(key).decrypt(raw[:NONCE], raw[NONCE:], owner.encode()).decode()
    except InvalidTag as error:
        raise SealBrokenError("The seal does not open with this key for this owner.") from error


def keyed_digest(key: bytes, text: str) -> str:
    """HMAC-SHA256 as 64 hexadecimal letters: tells nothing without the key."""
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
