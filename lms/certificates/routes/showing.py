"""What several pages say of a certificate: chips, files, forms refused by a service."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from lms.certificates.models import Certificate
from lms.certificates.queries.own import NO_SUCH
from lms.certificates.rules import (
    CERTIFICATE_KIND_NAMES,
    CERTIFICATE_STATE_NAMES,
    CertificateState,
    Standing,
    grouped,
    standing_of,
)
from lms.core.downloads import stored_answer
from lms.core.errors import BekalError, ClosedError, NotFoundError
from lms.core.request import storage
from lms.core.storage import NotStoredError
from lms.core.text import N_

CHIPS: dict[CertificateState, str] = {
    CertificateState.HELD: "warn",
    CertificateState.ISSUED: "good",
    CertificateState.SUPERSEDED: "note",
    CertificateState.REVOKED: "bad",
}
"""The kind of chip of each state."""

LOST = N_(
    "This document has been lost on our side. The certificate stands, and its number can be "
    "checked. Ask the secretariat to make the document anew."
)


CERTIFICATE_WORDS: dict[str, Any] = {
    "certificate_kinds": CERTIFICATE_KIND_NAMES,
    "certificate_states": CERTIFICATE_STATE_NAMES,
    "certificate_chips": CHIPS,
}
"""What a page of another room hands to `own_rows` beside what `listed` gives."""


@dataclass(frozen=True, slots=True)
class Listed:
    """Certificates as a holder's page lists them: templates/certificates/_list.html."""

    certificates: Sequence[Certificate]
    expired: frozenset[int]
    preparing: bool


def listed(certificates: Sequence[Certificate], now: datetime.datetime) -> Listed:
    """The certificates with what their chips say on this day."""
    return Listed(
        certificates,
        frozenset(each.id for each in certificates if is_expired(each, now)),
        any(is_preparing(each) for each in certificates),
    )


def is_preparing(certificate: Certificate) -> bool:
    """Whether the worker has still to make the document."""
    return certificate.state is CertificateState.ISSUED and not certificate.file_key


def is_expired(certificate: Certificate, now: datetime.datetime) -> bool:
    """Whether its last day has passed."""
    standing = standing_of(certificate.state, certificate.expires_on, today=now.date())
    return standing is Standing.EXPIRED


def document_answer(certificate: Certificate) -> Response:
    """The document as a download, under a name that says what it is and names nobody.

    Raises NotFoundError while it is being prepared, and once the certificate was replaced
    or withdrawn.
    """
    name = f"{certificate.course_key}-{grouped(certificate.number)}.pdf"
    return _stored(certificate, certificate.file_key, name)


def credential_answer(certificate: Certificate) -> Response:
    """The signed credential as a download; otherwise as `document_answer`."""
    name = f"{certificate.course_key}-{grouped(certificate.number)}.json"
    return _stored(certificate, certificate.credential_file_key, name)


def is_ready(certificate: Certificate) -> bool:
    """Whether the document can be downloaded."""
    return certificate.state is CertificateState.ISSUED and bool(certificate.file_key)


def show(form: FlaskForm, error: BekalError) -> int:
    """Put what a service said beside its field, or above the form; the status to answer."""
    sentence = gettext(error.sentence, **error.values)
    if error.field in form:
        form[error.field].errors = [*form[error.field].errors, sentence]
    else:
        form.form_errors.append(sentence)
    return 400


def _stored(certificate: Certificate, key: str, name: str) -> Response:
    if not is_ready(certificate):
        raise NotFoundError(NO_SUCH)
    try:
        return stored_answer(storage(), key, name)
    except NotStoredError as error:
        raise ClosedError(LOST) from error
