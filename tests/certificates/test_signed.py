"""What the worker puts into storage is signed, a specimen on this machine, and the same again."""

from __future__ import annotations

import pytest

from lms.certificates.services.issuing import enqueue_render
from tests.factories import make_official
from tests.support import pdf
from tests.support.certified import certificates_of, complete, make_documents, publish_page


@pytest.fixture
def kept(session, settings, tmp_path):
    """The document of somebody who has just completed, and where it lies."""
    person = make_official(session, name="Temengil Rengulbai")
    complete(session, person, publish_page(session, tmp_path))
    make_documents(session, settings)
    (certificate,) = certificates_of(session, person)
    session.refresh(certificate)
    return certificate, settings.files_folder / certificate.file_key


def test_the_document_in_storage_is_signed_by_this_installation(kept, tmp_path) -> None:
    _certificate, path = kept
    said = pdf.signatures_of(path.read_bytes(), tmp_path)
    assert "Signature is Valid" in said
    assert "Bekal, certificate of this installation" in said
    assert pdf.failed_rules(path.read_bytes()) == []


def test_on_a_loopback_address_it_is_a_specimen(kept) -> None:
    _certificate, path = kept
    letters = [word for word in pdf.text_of(path.read_bytes()).split() if word in set("SPECIMN")]
    assert sorted(letters) == sorted("SPECIMEN")


def test_making_it_again_after_the_file_is_lost_gives_the_same_bytes(
    kept, session, settings, now
) -> None:
    certificate, path = kept
    before, digest = path.read_bytes(), certificate.file_digest
    path.unlink()
    enqueue_render(session, certificate.id, now=now)
    make_documents(session, settings)
    assert path.read_bytes() == before
    session.refresh(certificate)
    assert certificate.file_digest == digest
