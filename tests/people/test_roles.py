"""Roles: granted, changed, ended, confirmed; by whom, and what counts from when."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from config import Settings
from lms.access.guard import owned_tables
from lms.access.reaches import VOUCHED
from lms.access.roles import Role
from lms.core import clock
from lms.core.actor import ScopeKind
from lms.core.apart import AccessRecord
from lms.core.audit.models import AuditEntry
from lms.core.database import Session
from lms.core.errors import BekalError, NotPossibleError
from lms.core.outbox.delivery import deliver_due
from lms.core.outbox.models import OutboxMessage
from lms.people.cli import people
from lms.people.models import Person, RoleHeld
from lms.people.models.persons import PersonState
from lms.people.models.roles import FocalKind
from lms.people.rules.roles import RoleReason
from lms.people.services.roles import end_role
from lms.web.mails import delivery_of
from tests.factories import (
    actor_of,
    give_role,
    make_administrator,
    make_agency,
    make_focal_point,
    make_official,
    make_secretariat,
)
from tests.support.client import Client
from tests.support.together import at_once

SignIn = Callable[..., Client]
Statements = Callable[[], AbstractContextManager[list[str]]]


def roles_of(session: Session, person: Person) -> list[RoleHeld]:
    statement = (
        select(RoleHeld)
        .where(RoleHeld.person_id == person.id)
        .order_by(RoleHeld.id)
        .execution_options(**{VOUCHED: owned_tables(), "populate_existing": True})
    )
    return list(session.execute(statement).scalars())


def entries(session: Session, prefix: str) -> list[AuditEntry]:
    statement = select(AuditEntry).where(AuditEntry.verb.startswith(prefix))
    return list(session.execute(statement.order_by(AuditEntry.id)).scalars())


def mails(session: Session) -> list[OutboxMessage]:
    return list(session.execute(select(OutboxMessage).order_by(OutboxMessage.id)).scalars())


def grant_path(person: Person, role: Role) -> str:
    return f"/people/{person.id}/roles/grant?role={role.value}"


def today() -> str:
    return clock.now().date().isoformat()


def test_list_of_roles_leads_back_to_the_people(session: Session, sign_in: SignIn) -> None:
    page = sign_in(make_focal_point(session, "PLW")).get("/roles")
    assert "/people" in page.links("People")[1:]


def test_an_administrator_grants_a_role_found_by_e_mail_and_it_counts_at_the_next_request(
    session: Session, sign_in: SignIn
) -> None:
    person = make_official(session, "PLW", email="dilubech@plw.example", name="Dilubech Ngiraked")
    theirs = sign_in(person)
    theirs.get("/roles", status=403)
    client = sign_in(make_administrator(session))
    page = client.submit(client.get("/roles"), "Go on", {"email": "  DILUBECH@plw.example "})
    assert page.h1 == "Roles of Dilubech Ngiraked"
    assert "None but that of an official" in page.main
    form = client.get(grant_path(person, Role.FOCAL_POINT))
    page = client.submit(form, "Grant the role", {"focal_kind": "national", "agency": ""})
    assert "Granted." in page.main
    assert "Focal point · National" in page.main
    assert "Palau" in page.main
    held = roles_of(session, person)[0]
    assert (held.scope_kind, held.scope, held.ended_on) == (ScopeKind.MEMBER, "PLW", None)
    assert theirs.get("/roles").h1 == "Roles"


def test_granting_is_audited_and_told_to_the_person_in_words(
    session: Session, sign_in: SignIn, app: Flask, settings: Settings, outbox: Path
) -> None:
    person = make_official(session, "PLW")
    client = sign_in(make_administrator(session))
    client.post(
        grant_path(person, Role.FOCAL_POINT),
        {
            "focal_kind": "national",
            "agency": "",
            "is_deputy": "y",
            "started_on": "2026-01-05",
            "ended_on": "2030-12-31",
        },
    )
    (entry,) = entries(session, "role.")
    assert entry.verb == "role.grant"
    assert entry.subject_person_id == person.id
    assert entry.facts["focal_kind"] == "national"
    (mail,) = mails(session)
    assert (mail.address, mail.template) == (person.email, "people/mail/role_granted")
    session.commit()
    deliver_due(delivery_of(app, settings), now=clock.now())
    (written,) = outbox.iterdir()
    text = written.read_text()
    assert "Subject: You have a new role in Bekal" in text
    assert "Role: Focal point · National · deputy" in text
    assert "For: Palau" in text
    assert "Last day: 31 December 2030" in text


def test_an_agency_focal_point_is_granted_for_an_open_agency_of_the_own_member(
    session: Session, sign_in: SignIn
) -> None:
    person = make_official(session, "PLW")
    agency = make_agency(session, "PLW", "Coast Watch")
    foreign = make_agency(session, "NRU", "Police Force")
    client = sign_in(make_administrator(session))
    fields = {"focal_kind": "agency", "agency": "", "started_on": today()}
    page = client.post(grant_path(person, Role.FOCAL_POINT), fields, status=400)
    assert "Choose an open agency of the member" in page.error("agency")
    fields["agency"] = str(foreign.id)
    client.post(grant_path(person, Role.FOCAL_POINT), fields, status=400)
    fields["agency"] = str(agency.id)
    page = client.post(grant_path(person, Role.FOCAL_POINT), fields)
    assert "Coast Watch" in page.main
    (held,) = roles_of(session, person)
    assert (held.focal_kind, held.scope) == (FocalKind.AGENCY, str(agency.id))


@pytest.mark.parametrize("role", [Role.SECRETARIAT, Role.ADMINISTRATOR, Role.REPORTING_OFFICER])
def test_roles_for_all_members_ask_for_no_scope(
    session: Session, sign_in: SignIn, role: Role
) -> None:
    person = make_official(session, "RSO")
    client = sign_in(make_administrator(session))
    page = client.get(grant_path(person, role))
    assert "This role is held for all members." in page.main
    client.submit(page, "Grant the role")
    (held,) = roles_of(session, person)
    assert (held.role, held.scope_kind, held.scope) == (role, ScopeKind.ALL, "")


def test_a_trainer_is_granted_for_a_course_by_its_short_name(
    session: Session, sign_in: SignIn
) -> None:
    person = make_official(session, "PLW")
    client = sign_in(make_administrator(session))
    page = client.get(grant_path(person, Role.TRAINER))
    wrong = client.submit(page, "Grant the role", {"scope": "Victim Identification"}, status=400)
    assert "Write the short name or number" in wrong.error("scope")
    client.submit(page, "Grant the role", {"scope": "victim-identification"})
    (held,) = roles_of(session, person)
    assert (held.scope_kind, held.scope) == (ScopeKind.COURSE, "victim-identification")


@pytest.mark.parametrize("role", ["official", "system", "king", ""])
def test_no_other_role_can_be_granted(session: Session, sign_in: SignIn, role: str) -> None:
    person = make_official(session, "PLW")
    client = sign_in(make_administrator(session))
    client.get(f"/people/{person.id}/roles/grant?role={role}", status=404)


def test_overlapping_terms_of_a_role_are_refused_and_a_double_click_grants_once(
    session: Session, sign_in: SignIn
) -> None:
    person = make_official(session, "RSO")
    client = sign_in(make_administrator(session))
    fields = {"started_on": today(), "ended_on": "2030-06-30"}
    client.post(grant_path(person, Role.SECRETARIAT), fields)
    page = client.post(grant_path(person, Role.SECRETARIAT), fields, status=400)
    assert "The person holds this role in that time already." in page.error("started_on")
    client.post(grant_path(person, Role.SECRETARIAT), {"started_on": "2030-07-01", "ended_on": ""})
    assert len(roles_of(session, person)) == 2


@pytest.mark.parametrize(
    ("first", "last", "sentence"),
    [
        ("2026-11-10", "2026-11-09", "The last day is before the first."),
        ("2025-01-01", "2025-12-31", "This term is over already."),
    ],
)
def test_a_term_that_cannot_be_is_refused_beside_its_last_day(
    session: Session, sign_in: SignIn, first: str, last: str, sentence: str
) -> None:
    person = make_official(session, "RSO")
    client = sign_in(make_administrator(session))
    fields = {"started_on": first, "ended_on": last}
    page = client.post(grant_path(person, Role.SECRETARIAT), fields, status=400)
    assert page.error("ended_on") == sentence


def test_nobody_grants_roles_to_themselves(session: Session, sign_in: SignIn) -> None:
    administrator = make_administrator(session)
    client = sign_in(administrator)
    page = client.get(f"/people/{administrator.id}/roles")
    assert "Nobody gives roles to themselves" in page.main
    client.post(grant_path(administrator, Role.SECRETARIAT), {"started_on": today()}, status=403)
    own = roles_of(session, administrator)[0]
    client.post(f"/roles/{own.id}", {"ended_on": "2035-01-01"}, status=403)
    assert len(roles_of(session, administrator)) == 1


@pytest.mark.parametrize("state", [PersonState.LEFT, PersonState.MERGED, PersonState.DECLINED])
def test_a_closed_account_gets_no_role(
    session: Session, sign_in: SignIn, state: PersonState
) -> None:
    person = make_official(session, "RSO", state=state)
    client = sign_in(make_administrator(session))
    page = client.post(grant_path(person, Role.SECRETARIAT), {"started_on": today()}, status=409)
    assert "This account is not open" in page.main


def test_an_invited_person_gets_a_role_and_no_mail(session: Session, sign_in: SignIn) -> None:
    person = make_official(session, "PLW", state=PersonState.INVITED)
    client = sign_in(make_administrator(session))
    client.post(
        grant_path(person, Role.FOCAL_POINT),
        {"focal_kind": "national", "agency": "", "started_on": today()},
    )
    assert len(roles_of(session, person)) == 1
    assert not mails(session)


def test_ending_a_role_counts_at_the_next_request(session: Session, sign_in: SignIn) -> None:
    person = make_focal_point(session, "PLW")
    theirs = sign_in(person)
    theirs.get("/roles")
    client = sign_in(make_administrator(session))
    (held,) = roles_of(session, person)
    page = client.get(f"/roles/{held.id}")
    page = client.submit(page, "End it", {"reason": "replaced"})
    assert "The role has ended." in page.main
    theirs.get("/roles", status=403)
    client.post(f"/roles/{held.id}/end", {"reason": "replaced"})
    (entry,) = entries(session, "role.end")
    assert entry.reason == "replaced"
    assert [mail.template for mail in mails(session)] == ["people/mail/role_ended"]


def test_a_term_is_extended_and_shortened_and_told(session: Session, sign_in: SignIn) -> None:
    person = make_focal_point(session, "PLW")
    client = sign_in(make_administrator(session))
    (held,) = roles_of(session, person)
    page = client.get(f"/roles/{held.id}")
    page = client.submit(page, "Save the last day", {"ended_on": "2031-05-31"})
    assert "31 May 2031" in page.main
    page = client.submit(page, "Save the last day", {"ended_on": ""})
    assert roles_of(session, person)[0].ended_on is None
    wrong = client.submit(page, "Save the last day", {"ended_on": "2025-06-01"}, status=400)
    assert "Choose today or a later day" in wrong.error("ended_on")
    assert len(entries(session, "role.change-term")) == 2
    assert len(mails(session)) == 2


def test_a_term_is_not_extended_into_the_next_one(session: Session, sign_in: SignIn) -> None:
    person = make_official(session, "RSO")
    first = give_role(session, person, Role.SECRETARIAT, ended_on=datetime.date(2030, 1, 1))
    give_role(session, person, Role.SECRETARIAT, started_on=datetime.date(2031, 1, 1))
    client = sign_in(make_administrator(session))
    page = client.post(f"/roles/{first.id}", {"ended_on": "2031-01-01"}, status=400)
    assert "A later term of the same role" in page.error("ended_on")


def test_a_role_that_is_over_is_granted_anew_instead(session: Session, sign_in: SignIn) -> None:
    person = make_official(session, "RSO")
    held = give_role(session, person, Role.SECRETARIAT, ended_on=datetime.date(2025, 6, 1))
    client = sign_in(make_administrator(session))
    assert "grant it anew" in client.get(f"/roles/{held.id}").main
    page = client.post(f"/roles/{held.id}", {"ended_on": "2031-01-01"}, status=409)
    assert "Grant it anew instead." in page.main


def test_the_last_administrator_cannot_be_ended(session: Session, sign_in: SignIn) -> None:
    only = make_administrator(session)
    (held,) = roles_of(session, only)
    client = sign_in(only)
    page = client.post(f"/roles/{held.id}/end", {"reason": "other"}, status=409)
    assert "This is the last administrator" in page.main
    # Somebody whose term will end, or whose account is shut, is no successor.
    leaving = make_official(session, "RSO")
    give_role(session, leaving, Role.ADMINISTRATOR, ended_on=datetime.date(2040, 1, 1))
    shut = make_administrator(session)
    shut.state = PersonState.SUSPENDED
    client.post(f"/roles/{held.id}/end", {"reason": "other"}, status=409)
    make_administrator(session)
    client.post(f"/roles/{held.id}/end", {"reason": "other"}, follow=False, status=303)
    assert roles_of(session, only)[0].ended_on is not None


def test_two_administrators_who_end_each_other_at_once_leave_one(
    app: Flask, session: Session
) -> None:
    first, second = make_administrator(session), make_administrator(session)
    roles = {person.id: roles_of(session, person)[0].id for person in (first, second)}
    session.commit()
    everywhere = ((Role.ADMINISTRATOR, ScopeKind.ALL, ""),)

    def ends(ender: Person, ended: Person) -> Callable[[Session], None]:
        actor = actor_of(ender, *everywhere)

        def run(own: Session) -> None:
            end_role(own, actor, roles[ended.id], reason=RoleReason.OTHER, now=clock.now())

        return run

    outcomes = at_once(app, ends(first, second), ends(second, first))
    assert [type(outcome) for outcome in outcomes if outcome is not None] == [NotPossibleError]
    held = [role for person in (first, second) for role in roles_of(session, person)]
    assert sorted(role.ended_on is None for role in held) == [False, True]


def test_a_focal_point_confirms_that_the_role_is_still_right(
    session: Session, sign_in: SignIn
) -> None:
    person = make_focal_point(session, "PLW")
    client = sign_in(person)
    page = client.get("/roles/confirm")
    assert "To be confirmed" in page.main
    page = client.submit(page, "This is still right Palau")
    assert "Confirmed today" in page.main
    assert "To be confirmed" not in page.main
    (held,) = roles_of(session, person)
    assert held.last_confirmed_on == clock.now().date()
    client.post(f"/roles/{held.id}/confirm")
    assert len(entries(session, "role.confirm")) == 1


def test_nobody_confirms_the_role_of_somebody_else_or_one_that_is_over(
    session: Session, sign_in: SignIn
) -> None:
    person = make_focal_point(session, "PLW")
    colleague = make_focal_point(session, "PLW")
    (held,) = roles_of(session, person)
    for other in (colleague, make_focal_point(session, "NRU"), make_administrator(session)):
        sign_in(other).post(f"/roles/{held.id}/confirm", status=404)
    over = give_role(
        session,
        person,
        Role.FOCAL_POINT,
        ScopeKind.MEMBER,
        "PLW",
        ended_on=datetime.date(2025, 6, 1),
    )
    sign_in(person).post(f"/roles/{over.id}/confirm", status=409)


def test_the_list_shows_administrators_all_roles_and_filters_them(
    session: Session, sign_in: SignIn
) -> None:
    make_focal_point(session, "PLW", name="Ngirmang Tellei")
    make_focal_point(session, "NRU", name="Eigigu Deiye")
    make_secretariat(session, name="Mele Tuifua")
    client = sign_in(make_administrator(session))
    assert {"Ngirmang Tellei", "Eigigu Deiye", "Mele Tuifua"} <= names_on(client, "/roles")
    assert names_on(client, "/roles?role=focal_point&member=PLW") == {"Ngirmang Tellei"}
    assert names_on(client, "/roles?show=ended") == set()


def names_on(client: Client, path: str) -> set[str]:
    page = client.get(path)
    return {link.get_text(" ", strip=True) for link in page.soup.select(".rows h3 a")}


def test_focal_points_read_the_roles_of_their_own_people_only(
    session: Session, sign_in: SignIn
) -> None:
    focal_point = make_focal_point(session, "PLW", name="Ngirmang Tellei")
    other = make_focal_point(session, "NRU", name="Eigigu Deiye")
    client = sign_in(focal_point)
    assert names_on(client, "/roles") == {"Ngirmang Tellei"}
    client.get(f"/people/{other.id}/roles", status=404)
    client.get("/people/999999/roles", status=404)
    page = client.get(f"/people/{focal_point.id}/roles")
    assert "Grant a role" not in page.main
    record = session.execute(
        select(AccessRecord).where(AccessRecord.endpoint == "people.person_roles")
    ).scalar_one()
    assert record.people == 1


@pytest.mark.parametrize("maker", [make_focal_point, make_secretariat, make_official])
def test_only_administrators_grant_change_and_end_roles(
    session: Session, sign_in: SignIn, maker: Callable[[Session], Person]
) -> None:
    held = roles_of(session, make_focal_point(session, "PLW"))[0]
    person = make_official(session, "PLW")
    client = sign_in(maker(session))
    client.post(grant_path(person, Role.SECRETARIAT), {"started_on": today()}, status=403)
    client.post(f"/roles/{held.id}", {"ended_on": ""}, status=403)
    client.post(f"/roles/{held.id}/end", {"reason": "other"}, status=403)
    client.post("/roles/find", {"email": person.email}, status=403)


def test_an_address_nobody_has_is_said_beside_the_field(session: Session, sign_in: SignIn) -> None:
    make_official(session, "PLW", state=PersonState.BEING_CHECKED, email="twice@plw.example")
    client = sign_in(make_administrator(session))
    for email in ("nobody@plw.example", "twice@plw.example"):
        page = client.post("/roles/find", {"email": email}, status=400)
        assert "Nobody has this address." in page.error("email")
        assert page.value("email") == email


def test_the_list_is_paged_by_name_and_its_addresses_carry_no_name(
    session: Session, sign_in: SignIn
) -> None:
    for number in range(60):
        make_focal_point(session, "PLW", name=f"Holder {number:02}")
    client = sign_in(make_administrator(session))
    first = client.get("/roles?role=focal_point")
    (following,) = first.links("Next")
    assert "holder" not in following.lower()
    second = client.get(following)
    seen = [
        link.get_text(strip=True)
        for page in (first, second)
        for link in page.soup.select(".rows h3 a")
    ]
    assert seen == [f"Holder {number:02}" for number in range(60)]
    assert not second.links("Next")


def test_the_list_asks_the_same_few_statements_however_many_roles_there_are(
    session: Session, sign_in: SignIn, statements: Statements
) -> None:
    client = sign_in(make_administrator(session))
    counts = []
    for _ in range(2):
        for _ in range(10):
            person = make_focal_point(session, "PLW")
            give_role(session, person, Role.FOCAL_POINT, ScopeKind.AGENCY, str(person.agency_id))
        with statements() as seen:
            client.get("/roles")
        counts.append(len([one for one in seen if one.lstrip().startswith("SELECT")]))
    assert counts[0] == counts[1]


def test_the_command_makes_the_first_administrator_and_focal_points(
    app: Flask, session: Session
) -> None:
    person = make_official(session, "PLW", email="dilubech@plw.example")
    agency = make_agency(session, "PLW", "Coast Watch")
    session.commit()
    run = app.test_cli_runner().invoke
    result = run(people, ["grant", "Dilubech@plw.example", "administrator"])
    assert result.exit_code == 0, result.output
    assert "Granted: administrator for all members" in result.output
    arguments = ["grant", person.email, "focal_point", "--agency", "COAST watch"]
    result = run(people, [*arguments, "--from", "2026-01-01", "--until", "2030-12-31"])
    assert result.exit_code == 0, result.output
    session.expire_all()
    administrator, focal_point = roles_of(session, person)
    assert administrator.granted_by is None
    assert focal_point.scope == str(agency.id)
    assert focal_point.ended_on == datetime.date(2030, 12, 31)
    assert entries(session, "role.grant")[0].actor_system == "command"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["nobody@plw.example", "administrator"], "Nobody has this address."),
        (["dilubech@plw.example", "focal_point", "--member", "Atlantis"], "no member “Atlantis”"),
        (["dilubech@plw.example", "focal_point", "--member", "Nauru"], "the member they belong to"),
        (["dilubech@plw.example", "focal_point", "--agency", "Navy"], "no agency “Navy”"),
        (["dilubech@plw.example", "trainer"], "Write the short name or number"),
    ],
)
def test_the_command_grants_nothing_it_cannot(
    app: Flask, session: Session, arguments: list[str], sentence: str
) -> None:
    person = make_official(session, "PLW", email="dilubech@plw.example")
    session.commit()
    result = app.test_cli_runner().invoke(people, ["grant", *arguments])
    assert isinstance(result.exception, BekalError)
    assert sentence in str(result.exception)
    session.expire_all()
    assert not roles_of(session, person)


def test_focal_point_for_alumni_or_secondments_looks_after_no_accounts(session, sign_in) -> None:
    for kind in (FocalKind.ALUMNI, FocalKind.SECONDMENT):
        person = make_official(session, "PLW")
        give_role(session, person, Role.FOCAL_POINT, ScopeKind.MEMBER, "PLW", focal_kind=kind)
        sign_in(person).get("/people", status=403)
