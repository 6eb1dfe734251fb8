"""Inviting one person and several; no answer tells whether a stranger has an account."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import func, select

from lms.access.reaches import Reach, scoped, vouched
from lms.access.roles import Role
from lms.core.actor import Actor, ScopeKind
from lms.core.audit.models import AuditEntry
from lms.core.database import Base, Session
from lms.core.outbox.models import OutboxMessage
from lms.people.models import Affiliation, Person, PersonToken
from lms.people.rules.persons import PersonState
from tests.factories import (
    give_role,
    make_agency,
    make_focal_point,
    make_official,
    make_secretariat,
)

SYSTEM = Actor.system("test")
TABLES: tuple[type[Base], ...] = (Person, Affiliation, PersonToken, OutboxMessage, AuditEntry)


def _all(session: Session) -> list[Person]:
    return list(session.execute(scoped(Person, SYSTEM, Reach.ALL_MEMBERS)).scalars())


def _by_email(session: Session, email: str) -> list[Person]:
    session.expire_all()
    return [person for person in _all(session) if person.email == email]


def _counts(session: Session) -> dict[str, int]:
    return {
        table.__tablename__: session.execute(
            vouched(select(func.count()).select_from(table), Person, Affiliation, PersonToken)
        ).scalar_one()
        for table in TABLES
    }


def _invite(client, **fields):
    page = client.get("/people/invite")
    return client.submit(page, "Send the invitation", fields, status=fields.pop("status", None))


def test_focal_point_invites_a_person_who_gets_a_mail(session, sign_in) -> None:
    client = sign_in(make_focal_point(session, "PLW"))
    page = _invite(client, name="Ngirmang Etpison", email="etpison@plw.example", post="Officer")
    assert page.h1 == "Ngirmang Etpison"
    assert "on its way to etpison@plw.example" in page.main
    [person] = _by_email(session, "etpison@plw.example")
    assert (person.state, person.member_code) == (PersonState.INVITED, "PLW")
    mail = session.execute(select(OutboxMessage)).scalars().one()
    assert (mail.template, mail.person_id) == ("people/mail/invitation", person.id)
    [stretch] = session.execute(
        scoped(Affiliation, SYSTEM, Reach.ALL_MEMBERS).where(Affiliation.person_id == person.id)
    ).scalars()
    assert (stretch.member_code, stretch.post) == ("PLW", "Officer")


def test_the_same_invitation_sent_twice_makes_one_person_and_one_mail(session, sign_in) -> None:
    focal = make_focal_point(session, "PLW")
    first, second = sign_in(focal), sign_in(focal)
    pages = [client.get("/people/invite") for client in (first, second)]
    given = {"name": "Tutii Chilton", "email": "tutii@plw.example"}
    first.submit(pages[0], "Send the invitation", given)
    again = second.submit(pages[1], "Send the invitation", given, status=400)
    [person] = _by_email(session, "tutii@plw.example")
    assert again.links("See the person") == [f"/people/{person.id}"]
    assert again.value("name") == "Tutii Chilton"
    assert session.execute(select(func.count()).select_from(OutboxMessage)).scalar_one() == 1


def test_address_of_another_member_is_answered_as_a_new_one(session, sign_in, statements) -> None:
    make_official(session, "FJI", name="Hidden Vakatale", email="taken@gov.example")
    client = sign_in(make_focal_point(session, "PLW"))
    answers = {}
    for email in ("fresh@gov.example", "taken@gov.example"):
        page = client.get("/people/invite")
        before = _counts(session)
        with statements() as seen:
            answer = client.submit(page, "Send the invitation", {"name": "A Name", "email": email})
        after = _counts(session)
        person = _by_email(session, email)[-1]
        words = answer.html.replace(email, "@").replace(f"/people/{person.id}", "/people/0")
        grown = {table: after[table] - before[table] for table in after}
        answers[email] = (answer.status, _without_tokens(words), grown, len(seen))
    fresh, taken = answers["fresh@gov.example"], answers["taken@gov.example"]
    assert [line for line in fresh[1] if line not in taken[1]] == []
    assert fresh == taken
    states = {
        person.member_code: person.state for person in _by_email(session, "taken@gov.example")
    }
    assert states == {"FJI": PersonState.ACTIVE, "PLW": PersonState.BEING_CHECKED}
    listed = client.get("/people?state=invited").main
    assert "taken@gov.example" in listed
    assert "Being checked" not in client.get("/people").text
    assert "Hidden" not in listed


def _without_tokens(html: str) -> list[str]:
    timeless = re.sub(r"<time.*?</time>", "", html)
    return [line for line in timeless.splitlines() if "csrf" not in line]


def test_row_being_checked_can_be_invited_again_only_as_an_own_person(session, sign_in) -> None:
    make_official(session, "FJI", email="taken@gov.example")
    client = sign_in(make_focal_point(session, "PLW"))
    _invite(client, name="A Name", email="taken@gov.example")
    page = client.get("/people/invite")
    again = client.submit(
        page, "Send the invitation", {"name": "B", "email": "TAKEN@gov.example"}, status=400
    )
    assert "already among those you look after" in again.error("email")


def test_several_lines_are_invited_together(session, sign_in) -> None:
    client = sign_in(make_focal_point(session, "PLW"))
    page = client.get("/people/invite?several=1")
    pasted = "Sok, Dara, dara@plw.example\n\nMele Tu‘ifua <mele@plw.example>\nAnn\tann@plw.example"
    done = client.submit(page, "Send the invitations", {"lines": pasted})
    assert "3 invitations are on their way." in done.main
    names = {person.name for person in _all(session) if person.state is PersonState.INVITED}
    assert names == {"Sok, Dara", "Mele Tu‘ifua", "Ann"}


def test_one_bad_line_holds_all_and_loses_nothing_typed(session, sign_in) -> None:
    client = sign_in(make_focal_point(session, "PLW"))
    known = make_official(session, "PLW", email="known@plw.example")
    before = len(_all(session))
    page = client.get("/people/invite?several=1")
    pasted = "Ann, ann@plw.example\nno address here\nBob, bob@\nAnn again, ANN@plw.example"
    refused = client.submit(page, "Send the invitations", {"lines": pasted}, status=400)
    assert refused.value("lines").strip().splitlines() == pasted.splitlines()
    assert "3 lines have to be mended first" in refused.error("lines")
    [table] = refused.tables()
    assert [row[0] for row in table[1:]] == ["2", "3", "4"]
    assert "line 1" in table[3][2]
    pasted = "Ann, ann@plw.example\nSomebody, Known@plw.example"
    refused = client.submit(page, "Send the invitations", {"lines": pasted}, status=400)
    assert [row[0] for row in refused.tables()[0][1:]] == ["2"]
    assert f"/people/{known.id}" in refused.html
    session.expire_all()
    assert len(_all(session)) == before
    assert session.execute(select(func.count()).select_from(OutboxMessage)).scalar_one() == 0


def test_more_than_thirty_lines_are_refused(session, sign_in) -> None:
    client = sign_in(make_focal_point(session, "PLW"))
    page = client.get("/people/invite?several=1")
    pasted = "\n".join(f"Person {number}, p{number}@plw.example" for number in range(31))
    refused = client.submit(page, "Send the invitations", {"lines": pasted}, status=400)
    assert "at most 30 lines" in refused.main
    assert len(_all(session)) == 1


@pytest.mark.parametrize(
    ("typed", "mended"),
    [
        ({"name": "", "email": "ann@plw.example"}, "name"),
        ({"name": "Ann\ue000", "email": "ann@plw.example"}, "name"),
        ({"name": "Ann", "email": "ann at plw"}, "email"),
    ],
)
def test_what_cannot_be_used_is_said_beside_the_field(session, sign_in, typed, mended) -> None:
    client = sign_in(make_focal_point(session, "PLW"))
    page = client.get("/people/invite")
    refused = client.submit(page, "Send the invitation", typed, status=400)
    assert refused.error(mended)
    assert refused.value("email") == typed["email"]


def test_character_that_cannot_be_printed_is_named(session, sign_in) -> None:
    client = sign_in(make_focal_point(session, "PLW"))
    page = client.get("/people/invite")
    given = {"name": "Ann\ue000", "email": "ann@plw.example"}
    refused = client.submit(page, "Send the invitation", given, status=400)
    assert "U+E000" in refused.error("name")


def test_focal_point_of_an_agency_invites_for_that_agency_only(session, sign_in) -> None:
    own = make_agency(session, "PLW", "Marine Law Enforcement")
    other = make_agency(session, "PLW", "Bureau of Immigration")
    person = make_official(session, "PLW", agency=own)
    give_role(session, person, Role.FOCAL_POINT, ScopeKind.AGENCY, str(own.id))
    client = sign_in(person)
    page = client.get("/people/invite")
    assert "Bureau of Immigration" not in page.html
    given = {"name": "Ann", "email": "ann@plw.example", "agency_id": str(other.id)}
    client.submit(page, "Send the invitation", given, status=400)
    assert _by_email(session, "ann@plw.example") == []


def test_secretariat_chooses_the_member_first(session, sign_in) -> None:
    client = sign_in(make_secretariat(session))
    page = client.get("/people/invite")
    assert "First choose the member" in page.main
    page = client.get("/people/invite?member=FJI")
    client.submit(page, "Send the invitation", {"name": "Ann", "email": "ann@fji.example"})
    [person] = _by_email(session, "ann@fji.example")
    assert person.member_code == "FJI"


def test_focal_point_cannot_invite_for_another_member(session, sign_in) -> None:
    client = sign_in(make_focal_point(session, "PLW"))
    client.get("/people/invite?member=FJI", status=404)
    client.post("/people/invite?member=FJI", {"name": "Ann", "email": "a@fji.example"}, status=404)
    assert _by_email(session, "a@fji.example") == []


def test_invitation_is_sent_again_and_withdrawn_from_the_page(session, sign_in) -> None:
    client = sign_in(make_focal_point(session, "PLW"))
    page = _invite(client, name="Ann", email="ann@plw.example")
    [person] = _by_email(session, "ann@plw.example")
    client.submit(page, "Send the invitation again", status=409)
    page = client.get(f"/people/{person.id}")
    refused = client.submit(page, "Withdraw the invitation", status=400)
    assert refused.error("reason") == "Choose the reason that fits best."
    page = client.submit(page, "Withdraw the invitation", {"reason": "mistake"})
    assert "The invitation is withdrawn." in page.main
    [person] = _by_email(session, "ann@plw.example")
    assert person.state is PersonState.DECLINED
    _invite(client, name="Ann", email="ann@plw.example")
    assert len(_by_email(session, "ann@plw.example")) == 2
