"""Deciding about those who registered, and about addresses somebody else holds."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from lms.access.reaches import Reach, scoped
from lms.access.roles import Role
from lms.core import clock
from lms.core.actor import Actor, ScopeKind
from lms.core.audit.models import AuditEntry
from lms.core.database import Session
from lms.core.outbox.models import OutboxMessage
from lms.people.models import Affiliation, Person, Registration, Transfer
from lms.people.models.persons import Sector
from lms.people.rules.persons import PersonState
from tests.factories import (
    give_role,
    make_agency,
    make_focal_point,
    make_official,
    make_secretariat,
)

SYSTEM = Actor.system("test")


def _reload(session: Session, person: Person) -> Person:
    session.expire_all()
    statement = scoped(Person, SYSTEM, Reach.ALL_MEMBERS).where(Person.id == person.id)
    return session.execute(statement).scalar_one()


def _mails(session: Session, person: Person) -> list[OutboxMessage]:
    statement = select(OutboxMessage).where(OutboxMessage.person_id == person.id)
    return list(session.execute(statement.order_by(OutboxMessage.id)).scalars())


def make_registered(session: Session, member: str = "PLW", *, typed: str = "", **values) -> Person:
    """Somebody who registered and confirmed the address."""
    person = make_official(session, member, state=PersonState.AWAITING, **values)
    if typed:
        person.agency_id = None
        stretch = scoped(Affiliation, SYSTEM, Reach.ALL_MEMBERS).where(
            Affiliation.person_id == person.id
        )
        session.execute(stretch).scalar_one().agency_id = None
    now = clock.now()
    session.add(
        Registration(
            member_code=member,
            email="",
            folded_email="",
            name="x",
            agency_id=person.agency_id,
            agency_name=typed,
            sector=Sector.GOVERNMENT,
            languages=[],
            interface_language="en",
            created_at=now,
            expires_at=now,
            confirmed_at=now,
            person_id=person.id,
        )
    )
    session.flush()
    return person


@pytest.mark.parametrize(
    ("count", "language", "words"),
    [
        (1, "en", "1 person has registered and waits for your decision"),
        (2, "en", "2 people have registered and wait for your decision"),
        (1, "id", "1 orang telah mendaftar dan menunggu keputusan Anda"),
        (2, "id", "2 orang telah mendaftar dan menunggu keputusan Anda"),
    ],
)
def test_start_says_how_many_wait_in_the_language_of_the_page(
    session, sign_in, count: int, language: str, words: str
) -> None:
    for _ in range(count):
        make_registered(session, "PLW")
    client = sign_in(make_focal_point(session, "PLW"))
    assert client.get(f"/start?language={language}").links(words) == ["/people/waiting"]


def test_focal_point_accepts_and_the_person_is_told(session, sign_in) -> None:
    person = make_registered(session, "PLW", name="Ngirmang")
    make_registered(session, "FJI", name="Vakatale")
    client = sign_in(make_focal_point(session, "PLW"))
    page = client.get("/people/waiting")
    assert "Ngirmang" in page.main
    assert "Vakatale" not in page.html
    done = client.submit(page, "Accept Ngirmang")
    assert "They are told by mail and can sign in." in done.main
    assert "Nobody waits" in done.main
    assert _reload(session, person).state is PersonState.ACTIVE
    [mail] = _mails(session, person)
    assert (mail.template, mail.facts["member"]) == ("people/mail/accepted", "Palau")


def test_focal_point_chooses_the_agency_of_somebody_who_typed_another(session, sign_in) -> None:
    agency = make_agency(session, "PLW", "Marine Law Enforcement")
    person = make_registered(session, "PLW", name="Ngirmang", typed="Marine police, Koror")
    client = sign_in(make_focal_point(session, "PLW"))
    page = client.get("/people/waiting")
    assert "They wrote as their agency: Marine police, Koror" in page.main
    client.submit(page, "Accept Ngirmang", {"agency_id": str(agency.id)})
    assert _reload(session, person).agency_id == agency.id


def test_agency_of_another_member_is_refused_and_nothing_is_decided(session, sign_in) -> None:
    agency = make_agency(session, "FJI", "Police Force")
    person = make_registered(session, "PLW", name="Ngirmang")
    client = sign_in(make_focal_point(session, "PLW"))
    page = client.get("/people/waiting")
    client.submit(page, "Accept Ngirmang", {"agency_id": str(agency.id)}, status=400)
    assert _reload(session, person).state is PersonState.AWAITING
    assert _mails(session, person) == []


def test_declining_asks_a_reason_and_tells_the_person_calmly(session, sign_in) -> None:
    person = make_registered(session, "PLW", name="Ngirmang")
    client = sign_in(make_focal_point(session, "PLW"))
    page = client.get("/people/waiting")
    refused = client.submit(page, "Decline Ngirmang", status=400)
    assert refused.error("reason") == "Choose the reason that fits best."
    assert _reload(session, person).state is PersonState.AWAITING
    client.submit(page, "Decline Ngirmang", {"reason": "not_known"})
    assert _reload(session, person).state is PersonState.DECLINED
    [mail] = _mails(session, person)
    assert (mail.template, mail.facts["reason"]) == ("people/mail/declined", "not_known")
    [entry] = session.execute(
        select(AuditEntry).where(AuditEntry.verb == "person.decline")
    ).scalars()
    assert (entry.reason, entry.subject_person_id) == ("not_known", person.id)


def test_second_decision_about_one_registration_finds_the_first(session, sign_in) -> None:
    person = make_registered(session, "PLW", name="Ngirmang")
    client = sign_in(make_focal_point(session, "PLW"))
    page = client.get("/people/waiting")
    client.submit(page, "Accept Ngirmang")
    client.submit(page, "Decline Ngirmang", {"reason": "other"}, status=409)
    assert _reload(session, person).state is PersonState.ACTIVE
    assert len(_mails(session, person)) == 1


def test_focal_point_of_an_agency_decides_for_that_agency_only(session, sign_in) -> None:
    own = make_agency(session, "PLW", "Marine Law Enforcement")
    focal = make_official(session, "PLW", agency=own)
    give_role(session, focal, Role.FOCAL_POINT, ScopeKind.AGENCY, str(own.id))
    make_registered(session, "PLW", name="Colleague", agency=own)
    other = make_registered(session, "PLW", name="Elsewhere")
    client = sign_in(focal)
    page = client.get("/people/waiting")
    assert "Colleague" in page.main
    assert "Elsewhere" not in page.html
    client.post(f"/people/{other.id}/accept", {"agency_id": str(own.id)}, status=404)
    client.submit(
        page, "Accept Colleague", {"agency_id": str(make_agency(session, "PLW").id)}, status=403
    )


def _collision(session: Session) -> tuple[Person, Person]:
    holder = make_official(session, "FJI", name="Mere Vakatale", email="mere@gov.example")
    row = make_official(
        session, "PLW", name="M. Vakatale", email="mere@gov.example",
        state=PersonState.BEING_CHECKED,
    )  # fmt: skip
    return holder, row


def test_secretariat_sees_what_collides_and_focal_points_do_not(session, sign_in) -> None:
    _collision(session)
    page = sign_in(make_secretariat(session)).get("/people/waiting")
    assert "mere@gov.example" in page.main
    assert "Mere Vakatale · Officer, Bureau of Immigration, Fiji, Active" in page.main
    theirs = sign_in(make_focal_point(session, "PLW")).get("/people/waiting")
    assert "mere@gov.example" not in theirs.html
    assert "Addresses held by somebody else" not in theirs.main


def test_secretariat_proposes_a_transfer_of_the_holder(session, sign_in) -> None:
    holder, row = _collision(session)
    client = sign_in(make_secretariat(session))
    page = client.get("/people/waiting")
    done = client.submit(page, "Propose it mere@gov.example")
    assert "None at present." in done.main
    transfer = session.execute(scoped(Transfer, SYSTEM, Reach.ALL_MEMBERS)).scalar_one()
    assert (transfer.person_id, transfer.from_member_code, transfer.to_member_code) == (
        holder.id,
        "FJI",
        "PLW",
    )
    assert _reload(session, row).state is PersonState.BEING_CHECKED


def test_dismissed_row_stays_an_invitation_to_whoever_made_it(session, sign_in) -> None:
    _holder, row = _collision(session)
    focal = make_focal_point(session, "PLW")
    before = sign_in(focal).get(f"/people/{row.id}").main
    client = sign_in(make_secretariat(session))
    page = client.get("/people/waiting")
    client.submit(page, "Leave as it is mere@gov.example")
    client.submit(page, "Leave as it is mere@gov.example")
    assert sign_in(focal).get(f"/people/{row.id}").main == before
    assert _reload(session, row).checked_at is not None
    assert _mails(session, row) == []


def test_only_the_secretariat_decides_about_checked_addresses(session, sign_in) -> None:
    _holder, row = _collision(session)
    client = sign_in(make_focal_point(session, "PLW"))
    client.post(f"/people/{row.id}/check", {"decision": "dismiss"}, status=403)
    assert _reload(session, row).checked_at is None


@pytest.mark.parametrize("email", ["fresh@gov.example", "mere@gov.example"])
def test_accepting_a_checked_registration_looks_like_any_other(session, sign_in, email) -> None:
    make_official(session, "FJI", email="mere@gov.example")
    state = PersonState.BEING_CHECKED if email.startswith("mere") else PersonState.AWAITING
    person = make_official(
        session, "PLW", name="Ngirmang", email=email, state=state,
        apparent_state=PersonState.AWAITING if state is PersonState.BEING_CHECKED else None,
    )  # fmt: skip
    client = sign_in(make_focal_point(session, "PLW"))
    page = client.get("/people/waiting")
    client.submit(page, "Accept Ngirmang")
    shown = client.get(f"/people/{person.id}")
    assert "Active" in shown.main
    assert "Suspend the account" in shown.main
    assert len(_mails(session, person)) == 1
