"""What the secretariat sees: certificates by scope, one of them, requests that wait."""

from __future__ import annotations

import datetime
from typing import Any

from flask import render_template, request, url_for
from flask_babel import gettext
from sqlalchemy import select
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from lms.access.permissions import Permission
from lms.access.policies import policy
from lms.access.reaches import Reach
from lms.access.rules import may
from lms.certificates.forms.deciding import CorrectForm, RevokeForm
from lms.certificates.models import Certificate
from lms.certificates.queries.lists import (
    CertificateFilter,
    count_waiting,
    get_certificate,
    list_certificates,
    list_requests,
    places_of,
    steps_of,
)
from lms.certificates.queries.own import get_of_own_member, open_request, successor_of
from lms.certificates.routes.blueprint import blueprint
from lms.certificates.routes.showing import CHIPS, document_answer, is_ready
from lms.certificates.rules import (
    CERTIFICATE_KIND_NAMES,
    CERTIFICATE_STATE_NAMES,
    CORRECTION_REASON_NAMES,
    REVOCATION_REASON_NAMES,
    STEP_NAMES,
    CertificateState,
    grouped,
    letters_named,
    verbs,
)
from lms.core.request import actor, only_read_on, record_access, session
from lms.core.text import whole_number
from lms.courses.catalogue import CourseCard
from lms.courses.models import StoredEdition
from lms.people.queries.members import member_names


@blueprint.get("/certificates")
@policy(Permission.CERTIFICATE_READ_ALL, recorded=True)
def certificates() -> str:
    """All certificates, newest first, narrowed by course, member, state and period."""
    return list_page()


@blueprint.get("/certificates/<int:certificate_id>")
@policy(Permission.CERTIFICATE_READ_ALL, recorded=True)
def certificate(certificate_id: int) -> str:
    """One certificate with what happened to it, and what may be decided."""
    return one_page(certificate_id)


@blueprint.get("/certificates/<int:certificate_id>/document.pdf")
@policy(Permission.CERTIFICATE_READ_ALL, recorded=True)
def document(certificate_id: int) -> Response:
    """The document of any certificate."""
    found = get_certificate(session(), actor(), certificate_id)
    record_access([found.person_id], is_export=True)
    return document_answer(found)


@blueprint.get("/certificates/own/<int:certificate_id>/document.pdf")
@policy(Permission.CERTIFICATE_READ_OWN_MEMBER, recorded=True)
def member_document(certificate_id: int) -> Response:
    """The document of somebody of one's own member, for focal points."""
    found = get_of_own_member(session(), actor(), certificate_id)
    record_access([found.person_id], is_export=True)
    return document_answer(found)


@blueprint.get("/certificates/requests")
@policy(Permission.CERTIFICATE_DECIDE, recorded=True)
def requests() -> str:
    """Holders who ask for a corrected certificate, oldest first."""
    rows = list_requests(session(), actor())
    record_access([row.request.person_id for row in rows])
    return render_template(
        "certificates/requests.html", waiting=rows, reasons=CORRECTION_REASON_NAMES, grouped=grouped
    )


def list_page(*, refused: str = "") -> str:
    """The list; after a refused job with the sentence that says why."""
    wanted = wanted_of(request.values)
    below = request.args.get("before", type=whole_number)
    rows, following = list_certificates(session(), actor(), wanted, below=below)
    record_access(sorted({row.person_id for row in rows}))
    names = member_names(session())
    arguments = arguments_of(wanted)
    return render_template(
        "certificates/certificates.html",
        certificates=rows,
        wanted=wanted,
        arguments=arguments,
        refused=refused,
        members=[("", gettext("All members")), *sorted(names.items(), key=lambda each: each[1])],
        courses=_course_options(),
        states=_state_options(),
        kinds=CERTIFICATE_KIND_NAMES,
        state_names=CERTIFICATE_STATE_NAMES,
        chips=CHIPS,
        grouped=grouped,
        waiting=count_waiting(session(), actor()),
        may_decide=may(actor(), Permission.CERTIFICATE_DECIDE),
        may_count_alumni=may(actor(), Permission.ALUMNI_READ_ALL),
        next_page=url_for("certificates.certificates", **arguments, before=following)
        if following
        else None,
        is_first=below is None,
    )


def one_page(
    certificate_id: int,
    *,
    correcting: CorrectForm | None = None,
    revoking: RevokeForm | None = None,
) -> str:
    """One certificate; after a refused POST with the form that was refused."""
    if correcting is not None or revoking is not None:
        only_read_on()
    found = get_certificate(session(), actor(), certificate_id)
    record_access([found.person_id])
    decides = may(actor(), Permission.CERTIFICATE_DECIDE)
    return render_template(
        "certificates/certificate.html",
        certificate=found,
        said=found.frozen,
        letters=letters_named(found.held_for),
        number=grouped(found.number),
        kinds=CERTIFICATE_KIND_NAMES,
        states=CERTIFICATE_STATE_NAMES,
        chips=CHIPS,
        is_ready=is_ready(found),
        steps=steps_of(session(), actor(), certificate_id),
        step_names=STEP_NAMES,
        reasons={**CORRECTION_REASON_NAMES, **REVOCATION_REASON_NAMES},
        verbs=verbs(found.state) if decides else (),
        correcting=correcting or CorrectForm.of(places_of(session(), actor(), found.person_id)),
        revoking=revoking or RevokeForm.fresh(),
        waits=open_request(session(), actor(), Reach.ALL_MEMBERS, certificate_id),
        successor=successor_of(session(), actor(), Reach.ALL_MEMBERS, found),
        predecessor=_predecessor(found),
    )


def wanted_of(given: MultiDict[str, str]) -> CertificateFilter:
    """The filter as it stands in an address or a form; what cannot be read is left out."""
    return CertificateFilter(
        course_key=given.get("course", "")[:80],
        member_code=given.get("member", "")[:12],
        state=given.get("state", "") if given.get("state") in set(CertificateState) else "",
        since=_day(given.get("since", "")),
        until=_day(given.get("until", "")),
        words=given.get("number", "")[:64].strip(),
    )


def arguments_of(wanted: CertificateFilter) -> dict[str, Any]:
    """The filter as arguments of an address; what is not set is left out."""
    pairs = {
        "course": wanted.course_key,
        "member": wanted.member_code,
        "state": wanted.state,
        "since": wanted.since.isoformat() if wanted.since else "",
        "until": wanted.until.isoformat() if wanted.until else "",
        "number": wanted.words,
    }
    return {name: value for name, value in pairs.items() if value}


def _predecessor(found: Certificate) -> Certificate | None:
    if found.replaces_id is None:
        return None
    return get_certificate(session(), actor(), found.replaces_id)


def _course_options() -> list[tuple[str, str]]:
    statement = select(StoredEdition.card).where(StoredEdition.is_current)
    cards = [CourseCard.from_json(card) for card in session().execute(statement).scalars()]
    options = sorted(((card.key, card.title(card.language)) for card in cards), key=lambda p: p[1])
    return [("", gettext("All courses")), *options]


def _state_options() -> list[tuple[str, str]]:
    names = [(state.value, gettext(name)) for state, name in CERTIFICATE_STATE_NAMES.items()]
    return [("", gettext("All")), *names]


def _day(text: str) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        return None
