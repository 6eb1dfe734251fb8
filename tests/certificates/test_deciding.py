"""What the secretariat decides: corrections, withdrawals, requests, who signs."""

from __future__ import annotations

import datetime

import pytest
from sqlalchemy import select

from lms.access.reaches import Reach, scoped
from lms.access.roles import Role
from lms.certificates.models import CertificateRequest
from lms.certificates.rules import CertificateState, CorrectionReason, RequestState
from lms.certificates.services.holding import ask_for_correction
from lms.certificates.services.issuing import issue_for_enrolment
from lms.core import clock
from lms.core.audit.models import AuditEntry
from lms.courses.store import get_edition
from lms.enrolments.models import Enrolment
from lms.people.models import Affiliation
from tests.factories import actor_of, give_role, make_agency, make_official
from tests.support.certified import (
    SYSTEM,
    certificates_of,
    complete,
    make_documents,
    publish_page,
)


@pytest.fixture
def course(session, tmp_path):
    return publish_page(session, tmp_path)


@pytest.fixture
def holder(session, course):
    person = make_official(session, name="Temengil Rengulbai")
    complete(session, person, course)
    return person


@pytest.fixture
def office(session, sign_in):
    person = make_official(session, "RSO")
    give_role(session, person, Role.SECRETARIAT)
    return sign_in(person, second_factor=True)


def correct(office, certificate, **fields):
    page = office.get(f"/certificates/{certificate.id}")
    return office.submit(page, "Replace it by the corrected one", fields)


def test_correction_links_to_its_predecessor_and_the_holder_is_told(
    session, office, sign_in, settings, holder
) -> None:
    (old,) = certificates_of(session, holder)
    make_documents(session, settings)
    holder.name = "Temengil Kyota"
    page = correct(office, old, reason="name")
    assert "Certificate of Temengil Kyota" in page.h1
    old, new = certificates_of(session, holder)
    assert (old.state, new.state) == (CertificateState.SUPERSEDED, CertificateState.ISSUED)
    assert old.correction_reason is CorrectionReason.NAME
    assert old.frozen.name == "Temengil Rengulbai"
    own = sign_in(holder)
    assert "was replaced by a corrected one" in own.get("/notices").main
    assert own.raw("GET", f"/certificates/mine/{old.id}/document.pdf").status_code == 404
    make_documents(session, settings)
    assert "Download the certificate" in own.get(f"/certificates/mine/{new.id}").main
    assert "Replaced" in office.get(f"/certificates/{old.id}").html


def test_correction_of_hours_date_and_period_changes_that_alone(session, office, holder) -> None:
    (first,) = certificates_of(session, holder)
    correct(office, first, reason="hours", hours="7.5")
    second = certificates_of(session, holder)[-1]
    assert second.frozen.hours == 7.5
    assert second.frozen.completed_on == first.frozen.completed_on
    correct(office, second, reason="date", completed_on="2026-01-31")
    third = certificates_of(session, holder)[-1]
    assert third.frozen.completed_on == datetime.date(2026, 1, 31)
    correct(office, third, reason="renewal", months="12")
    fourth = certificates_of(session, holder)[-1]
    assert fourth.expires_on is not None
    assert [each.state.value for each in certificates_of(session, holder)] == [
        "superseded",
        "superseded",
        "superseded",
        "issued",
    ]


def test_correction_of_the_affiliation_moves_the_certificate_to_that_member(
    session, office, holder
) -> None:
    fiji = make_agency(session, "FJI", "Department of Immigration")
    earlier = Affiliation(
        member_code="FJI",
        person_id=holder.id,
        agency_id=fiji.id,
        post="",
        started_on=datetime.date(2024, 1, 1),
        ended_on=datetime.date(2024, 12, 31),
        recorded_at=clock.now(),
    )
    session.add(earlier)
    session.flush()
    (old,) = certificates_of(session, holder)
    correct(office, old, reason="affiliation", affiliation=str(earlier.id))
    new = certificates_of(session, holder)[-1]
    assert (new.member_code, new.agency_id) == ("FJI", fiji.id)
    assert (new.frozen.member, new.frozen.agency) == ("Fiji", "Department of Immigration")
    assert old.member_code == "PLW"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "Choose what is not right."),
        ({"reason": "name"}, "says this already"),
        ({"reason": "hours"}, "Write the hours"),
        ({"reason": "hours", "hours": "4000"}, "Write the hours"),
        ({"reason": "affiliation"}, "Choose the member and agency"),
        ({"reason": "date", "completed_on": "2099-01-01"}, "it lies in the past"),
        ({"reason": "renewal"}, "says this already"),
    ],
)
def test_correction_that_changes_nothing_is_refused_with_what_to_do(
    session, office, holder, fields, said
) -> None:
    (certificate,) = certificates_of(session, holder)
    page = office.get(f"/certificates/{certificate.id}")
    refused = office.submit(page, "Replace it by the corrected one", fields, status=400)
    assert said in refused.main
    (certificate,) = certificates_of(session, holder)
    assert certificate.state is CertificateState.ISSUED


def test_two_corrections_at_once_leave_one_certificate_that_stands(session, office, holder) -> None:
    (old,) = certificates_of(session, holder)
    page = office.get(f"/certificates/{old.id}")
    office.submit(page, "Replace it by the corrected one", {"reason": "hours", "hours": "3"})
    office.submit(
        page, "Replace it by the corrected one", {"reason": "hours", "hours": "4"}, status=409
    )
    standing = [each for each in certificates_of(session, holder) if each.state == "issued"]
    assert [each.frozen.hours for each in standing] == [3]


def test_withdrawn_certificate_is_not_issued_again_by_itself(
    session, office, course, holder
) -> None:
    (certificate,) = certificates_of(session, holder)
    page = office.get(f"/certificates/{certificate.id}")
    office.submit(page, "Withdraw the certificate", {"revocation": "another_person"})
    enrolment = session.execute(scoped(Enrolment, SYSTEM, Reach.ALL_MEMBERS)).scalar_one()
    edition = get_edition(session, course.digest)
    assert not issue_for_enrolment(session, SYSTEM, enrolment, holder, edition, now=clock.now())
    # Earned anew after the withdrawal, it is issued anew.
    enrolment.completed_at = clock.now()
    made = issue_for_enrolment(session, SYSTEM, enrolment, holder, edition, now=clock.now())
    assert len(made) == 1


def test_request_waits_for_the_secretariat_and_is_answered_by_the_correction(
    session, office, holder
) -> None:
    (certificate,) = certificates_of(session, holder)
    actor = actor_of(holder)
    ask_for_correction(session, actor, certificate.id, CorrectionReason.NAME, now=clock.now())
    assert "1 holder asks for a correction." in office.get("/certificates").main
    page = office.get("/certificates/requests")
    page = office.get(page.links("Temengil Rengulbai")[0])
    assert "The holder asks for a correction" in page.main
    holder.name = "Temengil Kyota"
    office.submit(page, "Replace it by the corrected one", {"reason": "name"})
    request = session.execute(scoped(CertificateRequest, SYSTEM, Reach.ALL_MEMBERS)).scalar_one()
    assert request.state is RequestState.DONE
    assert "Nobody waits" in office.get("/certificates/requests").main


def test_request_may_be_declined_and_the_holder_is_told(session, office, sign_in, holder) -> None:
    (certificate,) = certificates_of(session, holder)
    actor = actor_of(holder)
    ask_for_correction(session, actor, certificate.id, CorrectionReason.HOURS, now=clock.now())
    page = office.get(f"/certificates/{certificate.id}")
    office.submit(page, "Leave it as it is")
    assert "left your certificate" in sign_in(holder).get("/notices").main
    office.submit(page, "Leave it as it is", status=409)


def test_who_signs_stands_on_certificates_issued_from_then_on(
    session, office, course, holder
) -> None:
    page = office.get("/certificates/signatory")
    office.submit(page, "Save", {"name": ""}, status=400)
    office.submit(page, "Save", {"name": "Maria Alapati", "post_en": "Head of Office"})
    later = make_official(session)
    complete(session, later, course)
    assert certificates_of(session, holder)[0].frozen.signatory_name == ""
    said = certificates_of(session, later)[0].frozen
    assert (said.signatory_name, said.signatory_post) == ("Maria Alapati", "Head of Office")


def test_every_step_is_audited_without_a_name(session, office, holder) -> None:
    (certificate,) = certificates_of(session, holder)
    page = office.get(f"/certificates/{certificate.id}")
    office.submit(page, "Withdraw the certificate", {"revocation": "in_error"})
    statement = select(AuditEntry).where(AuditEntry.subject_kind == "certificate")
    entries = session.execute(statement.order_by(AuditEntry.id)).scalars().all()
    assert [each.verb for each in entries] == ["certificate.issue", "certificate.revoke"]
    assert entries[1].reason == "in_error"
    assert "Temengil" not in str([each.facts for each in entries])


def test_nobody_but_the_secretariat_decides(session, sign_in, holder) -> None:
    (certificate,) = certificates_of(session, holder)
    focal_point = make_official(session, "PLW")
    give_role(session, focal_point, Role.REPORTING_OFFICER)
    client = sign_in(focal_point, second_factor=True)
    for path in ("correct", "revoke", "decline"):
        client.post(f"/certificates/{certificate.id}/{path}", {}, status=403)
    client.get(f"/certificates/{certificate.id}", status=403)
    client.get("/certificates", status=403)
