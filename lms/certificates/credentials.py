"""A certificate as a signed file that can be checked without us, also after we are gone.

Ed25519 (RFC 8032) over canonical JSON: names sorted, no spaces, UTF-8. The private key is
read by the worker alone; public keys stay published at /verify/keys.json for ever. The
format is described in docs/certificates.md.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from lms.certificates.rules import Snapshot
from lms.core.key_files import write_once

FORMAT = "bekal-certificate-1"
LARGEST = 64 * 1024
"""Bytes of a file that are looked at; ours are about one thousand."""


class BadCredentialError(ValueError):
    """The file is not one of ours, was changed, or names a key that is not known."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """The private key with the id its public half is published under."""

    private: Ed25519PrivateKey
    key_id: str
    public_key: str


@dataclass(frozen=True, slots=True)
class Credential:
    """What a file says whose signature holds."""

    number: str
    address: str
    snapshot: Snapshot


def load_or_make_key(path: Path) -> SigningKey:
    """The key in this file, made on first use and readable by its owner alone.

    Two workers that begin at once use the same key: the file is linked into place whole.
    """
    if not path.exists():
        _write_new_key(path)
    private = serialization.load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(private, Ed25519PrivateKey):
        raise TypeError(f"{path} holds a key that is not Ed25519.")
    raw = private.public_key().public_bytes_raw()
    return SigningKey(private, key_id_of(raw), _encode(raw))


def key_id_of(public_key: bytes) -> str:
    """The name of a key: the first 16 hexadecimal letters of its SHA-256."""
    return hashlib.sha256(public_key).hexdigest()[:16]


def sign(snapshot: Snapshot, *, number: str, address: str, key: SigningKey) -> bytes:
    """The file of one certificate. The same certificate and key give the same bytes."""
    said = {
        "format": FORMAT,
        "number": number,
        "address": address,
        "certificate": snapshot.as_json(),
    }
    proof = {
        "type": "Ed25519",
        "key": key.key_id,
        "signature": _encode(key.private.sign(_canonical(said))),
    }
    text = json.dumps({**said, "proof": proof}, ensure_ascii=False, indent=2, sort_keys=True)
    return f"{text}\n".encode()


def verify(content: bytes, keys: Mapping[str, str]) -> Credential:
    """What a file says, if one of these keys signed it; `keys` as /verify/keys.json has them.

    Needs no network. Raises BadCredentialError, with a sentence that says why. Whether the
    certificate was withdrawn since is not in the file: its address tells, as long as it
    stands.
    """
    said = _read(content)
    proof = said.pop("proof")
    public_key = keys.get(str(proof.get("key")))
    if public_key is None:
        raise BadCredentialError("It is signed with a key that is not among the keys given.")
    try:
        public = Ed25519PublicKey.from_public_bytes(_decode(public_key))
        public.verify(_decode(str(proof.get("signature"))), _canonical(said))
        snapshot = Snapshot.from_json(said["certificate"])
    except InvalidSignature as error:
        raise BadCredentialError("It was changed after it was signed.") from error
    except (binascii.Error, ValueError, KeyError, TypeError) as error:
        raise BadCredentialError("A part of it cannot be read.") from error
    return Credential(str(said["number"]), str(said["address"]), snapshot)


def read_keys(content: bytes) -> dict[str, str]:
    """The keys of a saved /verify/keys.json. Raises BadCredentialError for anything else."""
    try:
        return {str(each["id"]): str(each["public_key"]) for each in json.loads(content)["keys"]}
    except (ValueError, KeyError, TypeError) as error:
        raise BadCredentialError("This is no list of keys of ours.") from error


def _read(content: bytes) -> dict[str, Any]:
    if len(content) > LARGEST:
        raise BadCredentialError("It is larger than any file of ours.")
    try:
        said = json.loads(content)
    except ValueError as error:
        raise BadCredentialError("It is not JSON.") from error
    if not isinstance(said, dict) or said.get("format") != FORMAT:
        raise BadCredentialError("It is not a certificate in our format.")
    if not isinstance(said.get("proof"), dict) or not {"number", "address"} <= said.keys():
        raise BadCredentialError("A part of it is missing.")
    return said


def _canonical(said: Mapping[str, Any]) -> bytes:
    return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _write_new_key(path: Path) -> None:
    pem = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    write_once(path, pem)


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
