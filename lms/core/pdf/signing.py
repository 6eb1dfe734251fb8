"""The signature under a document: ECDSA on P-256 in a CMS container (PAdES B-B, ETSI EN 319 142-1).

Written out here because it is one fixed structure of a few hundred bytes; libraries for it
bring an HTTP client and take twenty times as long. Tests check it with readers of others.
The same key, digest and moment give the same bytes: the random number of ECDSA is derived
from key and digest (RFC 6979). Only the worker reads the key.
"""

from __future__ import annotations

import datetime
import hashlib
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from config import Settings
from lms.core.key_files import write_once

KEY_FILE = "signing_key.pem"
CERTIFICATE_FILE = "signing_certificate.pem"
"""In the data folder, where the settings name no others."""
VALID_FROM = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
VALID_TO = datetime.datetime(2060, 1, 1, tzinfo=datetime.UTC)
SELF_ISSUED = "Bekal, certificate of this installation"

_INTEGER, _OCTETS, _OBJECT = 0x02, 0x04, 0x06
_SEQUENCE, _SET, _TAGGED = 0x30, 0x31, 0xA0


class SigningKeyError(Exception):
    """The key or its certificate cannot be used; the message says which file, and what is wrong."""


@dataclass(frozen=True, slots=True)
class Signer:
    """A key on P-256 and its certificates, the signer's own first."""

    key: ec.EllipticCurvePrivateKey
    certificates: tuple[x509.Certificate, ...]

    @classmethod
    def load(cls, key_file: Path, certificate_file: Path) -> Signer:
        """Read both PEM files. Raises SigningKeyError unless they belong together."""
        key = _loaded_key(key_file)
        try:
            certificates = x509.load_pem_x509_certificates(certificate_file.read_bytes())
        except (OSError, ValueError) as error:
            raise SigningKeyError(f"{certificate_file} is not a readable certificate.") from error
        if certificates[0].public_key() != key.public_key():
            raise SigningKeyError(
                f"The first certificate of {certificate_file} is not that of {key_file}."
            )
        return cls(key, tuple(certificates))

    def signature_of(self, digest: bytes) -> bytes:
        """A CMS SignedData over something with this SHA-256, which is not in it (RFC 5652)."""
        signed = _set(
            _attribute("1.2.840.113549.1.9.3", _oid("1.2.840.113549.1.7.1")),
            _attribute("1.2.840.113549.1.9.4", _tlv(_OCTETS, digest)),
            _attribute("1.2.840.113549.1.9.16.2.47", self._certificate_named()),
        )
        signature = self.key.sign(signed, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))
        own = self.certificates[0]
        signer = _sequence(
            _integer(1),
            _sequence(own.issuer.public_bytes(), _integer(own.serial_number)),
            _sequence(_oid("2.16.840.1.101.3.4.2.1")),
            bytes([_TAGGED]) + signed[1:],
            _sequence(_oid("1.2.840.10045.4.3.2")),
            _tlv(_OCTETS, signature),
        )
        content = _sequence(
            _integer(1),
            _set(_sequence(_oid("2.16.840.1.101.3.4.2.1"))),
            _sequence(_oid("1.2.840.113549.1.7.1")),
            bytes([_TAGGED]) + _set(*map(_encoded, self.certificates))[1:],
            _set(signer),
        )
        return _sequence(_oid("1.2.840.113549.1.7.2"), _tlv(_TAGGED, content))

    @property
    def room(self) -> int:
        """Bytes that hold any signature of this signer; those of ECDSA differ by a few."""
        return len(self.signature_of(bytes(32))) + 32

    def _certificate_named(self) -> bytes:
        """ESS signing-certificate-v2 (RFC 5035): ties the signature to this one certificate."""
        digest = hashlib.sha256(_encoded(self.certificates[0])).digest()
        return _sequence(_sequence(_sequence(_tlv(_OCTETS, digest))))


def signer_of(settings: Settings) -> Signer:
    """The signer of this installation. For the worker alone.

    Outside production a key and a certificate that nobody vouches for are made in the data
    folder at the first call, readable by their owner only. Raises SigningKeyError.
    """
    if settings.signing_key is not None and settings.signing_certificate is not None:
        return Signer.load(settings.signing_key, settings.signing_certificate)
    folder = settings.data_folder
    key_file, certificate_file = folder / KEY_FILE, folder / CERTIFICATE_FILE
    if not key_file.exists():
        _make_key(key_file)
    if not certificate_file.exists():
        certificate = _self_issued(_loaded_key(key_file))
        write_once(certificate_file, certificate.public_bytes(serialization.Encoding.PEM))
    return Signer.load(key_file, certificate_file)


def _make_key(path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    write_once(path, key)


def _self_issued(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, SELF_ISSUED)])
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(VALID_FROM)
        .not_valid_after(VALID_TO)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_ONLY_SIGNING, critical=True)
        .sign(key, hashes.SHA256())
    )


_ONLY_SIGNING = x509.KeyUsage(
    digital_signature=True,
    content_commitment=True,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=False,
    crl_sign=False,
    encipher_only=False,
    decipher_only=False,
)


def _loaded_key(path: Path) -> ec.EllipticCurvePrivateKey:
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as error:
        raise SigningKeyError(f"{path} is not a readable private key.") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.curve.name != "secp256r1":
        raise SigningKeyError(f"{path} is not a key on the curve P-256.")
    return key


def _encoded(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.DER)


# The few types of DER (X.690) that the structure above needs.


def _tlv(tag: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content


def _sequence(*parts: bytes) -> bytes:
    return _tlv(_SEQUENCE, *parts)


def _set(*parts: bytes) -> bytes:
    return _tlv(_SET, *sorted(parts))


def _attribute(name: str, value: bytes) -> bytes:
    return _sequence(_oid(name), _set(value))


def _integer(number: int) -> bytes:
    return _tlv(_INTEGER, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def _oid(dotted: str) -> bytes:
    first, second, *rest = map(int, dotted.split("."))
    return _tlv(_OBJECT, bytes([first * 40 + second]), *map(_base_128, rest))


def _base_128(number: int) -> bytes:
    digits = [number & 0x7F]
    while number := number >> 7:
        digits.append(0x80 | number & 0x7F)
    return bytes(reversed(digits))
