"""Making the document and the signed credential of a certificate.

Both follow from the frozen row alone, so making them again after a kill gives the same
documents under the same keys. Rendering holds no transaction.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import update

from lms.access.reaches import Reach, scoped, within
from lms.certificates.credentials import SigningKey, load_or_make_key, sign
from lms.certificates.documents import make_document
from lms.certificates.models import Certificate, CredentialKey
from lms.certificates.rules import CertificateState
from lms.certificates.services.steps import note
from lms.core.database import Session, insert_once
from lms.core.jobs.work import Work
from lms.core.pdf.making import Seal, UnprintableError
from lms.core.pdf.signing import signer_of

PDF = "application/pdf"
JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Made:
    """Where the two files of a certificate lie, and the SHA-256 of the document."""

    file_key: str
    credential_file_key: str
    digest: str


def render_certificate(work: Work) -> None:
    """Make the document of one certificate and say that it is there. A repeat is harmless."""
    certificate_id = int(work.payload["certificate_id"])
    with work.reading() as session:
        certificate = load(session, work, certificate_id)
    if certificate is None or certificate.state is not CertificateState.ISSUED:
        return
    key = signing_key(work)
    try:
        made = make_files(work, certificate, key)
    except UnprintableError as error:
        with work.transaction() as session:
            hold(session, work, certificate_id, error.characters)
        return
    with work.transaction() as session:
        publish_key(session, work, key)
        keep(session, work, certificate_id, made)


def make_files(work: Work, certificate: Certificate, key: SigningKey) -> Made:
    """Render, sign, and put both files into storage. Raises UnprintableError."""
    number = certificate.number
    address = f"{work.settings.public_address}/verify/{number}"
    snapshot = certificate.frozen
    content = make_document(
        snapshot,
        number=number,
        address=address,
        is_specimen=work.settings.prints_specimens,
        seal=Seal(signer_of(work.settings), certificate.issued_at),
    )
    work.check()
    place = f"certificates/{number[:2].lower()}/{number.lower()}"
    stored = work.storage.put(f"{place}.pdf", content, content_type=PDF)
    credential = sign(snapshot, number=number, address=address, key=key)
    work.storage.put(f"{place}.json", credential, content_type=JSON)
    return Made(f"{place}.pdf", f"{place}.json", stored.digest)


def signing_key(work: Work) -> SigningKey:
    """The key that signs credentials here; made on first use."""
    return load_or_make_key(work.settings.credential_key_file)


def publish_key(session: Session, work: Work, key: SigningKey) -> None:
    """Publish the public half before anything signed with it is handed out."""
    values = {"key_id": key.key_id, "public_key": key.public_key, "first_used_at": work.now()}
    insert_once(session, CredentialKey, values, unique=("key_id",))


def keep(session: Session, work: Work, certificate_id: int, made: Made) -> None:
    """Write down where the files of a certificate lie."""
    statement = (
        update(Certificate)
        .where(Certificate.id == certificate_id)
        .values(
            file_key=made.file_key,
            credential_file_key=made.credential_file_key,
            file_digest=made.digest,
            rendered_at=work.now(),
        )
    )
    session.execute(
        within(statement, Certificate, work.actor, Reach.ALL_MEMBERS),
        execution_options={"synchronize_session": False},
    )


def hold(session: Session, work: Work, certificate_id: int, characters: tuple[str, ...]) -> None:
    """A font is missing after all: hold the certificate, naming the characters."""
    certificate = load(session, work, certificate_id, locked=True)
    if certificate is None or certificate.state is not CertificateState.ISSUED:
        return
    certificate.state = CertificateState.HELD
    certificate.held_for = list(characters)
    note(session, work.actor, certificate, "hold", now=work.now())


def load(
    session: Session, work: Work, certificate_id: int, *, locked: bool = False
) -> Certificate | None:
    """The certificate, or None if it was never there."""
    statement = scoped(Certificate, work.actor, Reach.ALL_MEMBERS).where(
        Certificate.id == certificate_id
    )
    if locked:
        statement = statement.with_for_update()
    return session.execute(statement).scalar_one_or_none()
