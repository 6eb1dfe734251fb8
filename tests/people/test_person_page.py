"""One person's page: facts by disclosure, what may be done, and what others' ids answer."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from lms.access.reaches import Reach, scoped
from lms.access.roles import Role
from lms.core.actor import Actor, ScopeKind
from lms.core.audit.models import AuditEntry
from lms.core.database import Session
from lms.people.models import Affiliation, Person, SignInSession
from lms.people.rules.persons import TRANSITIONS, PersonState, Verb, possible, transition
from tests.factories import (
    focal_point_actor,
    give_role,
    make_administrator,
    make_agency,
    make_focal_point,
    make_official,
    make_secretariat,
)

SYSTEM = Actor.system("test")


def _state(session: Session, person: Person) -> PersonState:
    session.expire_all()
    statement = scoped(Person, SYSTEM, Reach.ALL_MEMBERS).where(Person.id == person.id)
    return session.execute(statement).scalar_one().state


def test_focal_point_sees_the_facts_of_an_own_person(session, sign_in) -> None:
    person = make_official(
        session, "PLW", name="Ngirmang", own_script_name="Ŋirmaŋ", email="n@plw.example",
        post="Inspector", languages=["pau", "en"],
    )  # fmt: skip
    page = sign_in(make_focal_point(session, "PLW")).get(f"/people/{person.id}")
    assert page.h1 == "Ngirmang"
    for words in ("Ŋirmaŋ", "n@plw.example", "Inspector", "Bureau of Immigration", "Palauan"):
        assert words in page.main
    assert "1 January 2025" in page.main


def test_administrator_sees_no_more_than_name_member_roles_and_state(session, sign_in) -> None:
    person = make_official(session, "PLW", name="Ngirmang", email="n@plw.example", post="Hidden")
    give_role(session, person, Role.FOCAL_POINT, ScopeKind.MEMBER, "PLW")
    page = sign_in(make_administrator(session)).get(f"/people/{person.id}")
    for words in ("Ngirmang", "Palau", "Active", "Focal point"):
        assert words in page.main
    for words in ("n@plw.example", "Hidden", "Bureau of Immigration", "1 January 2025", "Suspend"):
        assert words not in page.main


def test_person_of_another_member_is_no_other_than_a_missing_one(
    session, sign_in, statements
) -> None:
    stranger = make_official(session, "FJI", name="Vakatale")
    client = sign_in(make_focal_point(session, "PLW"))
    session.commit()
    answers = []
    for person_id in (stranger.id, 999_999):
        with statements() as seen:
            answer = client.raw("GET", f"/people/{person_id}")
        code = re.sub(r"[0-9a-f]{16}", "", answer.get_data(as_text=True))
        # A token says in which second it was made.
        code = re.sub(r"<input [^>]*csrf_token[^>]*>", "", code)
        code = code.replace(f"/people/{person_id}", "/people/0")
        answers.append((answer.status_code, code, len(seen)))
    assert answers[0] == answers[1]
    assert answers[0][0] == 404


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("state", {"verb": "suspend", "reason": "security"}),
        ("listing", {"is_limited": "y"}),
        ("accept", {"agency_id": ""}),
        ("decline", {"verb": "decline", "reason": "other"}),
    ],
)
def test_nothing_can_be_done_to_a_person_of_another_member(session, sign_in, path, data) -> None:
    state = PersonState.ACTIVE if path in {"state", "listing"} else PersonState.AWAITING
    stranger = make_official(session, "FJI", state=state)
    client = sign_in(make_focal_point(session, "PLW"))
    client.post(f"/people/{stranger.id}/{path}", data, status=404)
    assert _state(session, stranger) is state


def test_suspending_signs_out_and_restoring_lets_in_again(session, sign_in) -> None:
    person = make_official(session, "PLW")
    theirs = sign_in(person)
    theirs.get("/profile")
    client = sign_in(make_focal_point(session, "PLW"))
    page = client.get(f"/people/{person.id}")
    page = client.submit(page, "Suspend the account", {"reason": "security"})
    assert _state(session, person) is PersonState.SUSPENDED
    assert theirs.get("/profile", status=302).location.startswith("/sign-in")
    ended = scoped(SignInSession, SYSTEM, Reach.ALL_MEMBERS).where(
        SignInSession.person_id == person.id
    )
    assert session.execute(ended).scalar_one().ended_at is not None
    client.submit(page, "Let them in again")
    assert _state(session, person) is PersonState.ACTIVE
    written = session.execute(
        select(AuditEntry.verb, AuditEntry.reason)
        .where(AuditEntry.verb.like("person.%"))
        .order_by(AuditEntry.id)
    ).all()
    assert [tuple(row) for row in written] == [
        ("person.suspend", "security"),
        ("person.restore", ""),
    ]


def test_decision_in_a_second_tab_finds_the_state_of_the_first(session, sign_in) -> None:
    person = make_official(session, "PLW")
    client = sign_in(make_focal_point(session, "PLW"))
    page = client.get(f"/people/{person.id}")
    client.submit(page, "Suspend the account", {"reason": "security"})
    late = client.submit(page, "Suspend the account", {"reason": "on_leave"}, status=409)
    assert "in another state by now" in late.main


def test_leaving_ends_the_affiliation_and_returning_opens_a_new_one(session, sign_in) -> None:
    person = make_official(session, "PLW", post="Inspector")
    client = sign_in(make_focal_point(session, "PLW"))
    page = client.get(f"/people/{person.id}")
    page = client.submit(page, "They left the service", {"reason": "retired"})
    assert _state(session, person) is PersonState.LEFT
    statement = scoped(Affiliation, SYSTEM, Reach.ALL_MEMBERS).where(
        Affiliation.person_id == person.id
    )
    assert [each.ended_on is None for each in session.execute(statement).scalars()] == [False]
    client.submit(page, "They came back")
    assert _state(session, person) is PersonState.ACTIVE
    stretches = session.execute(statement.order_by(Affiliation.id)).scalars().all()
    assert [(each.ended_on is None, each.post) for each in stretches] == [
        (False, "Inspector"),
        (True, "Inspector"),
    ]


def test_nobody_changes_the_state_of_the_own_account(session, sign_in) -> None:
    focal = make_focal_point(session, "PLW")
    client = sign_in(focal)
    page = client.get(f"/people/{focal.id}")
    assert "Suspend the account" not in page.main
    client.post(f"/people/{focal.id}/state", {"verb": "suspend", "reason": "security"}, status=403)


def test_unknown_verb_changes_nothing(session, sign_in) -> None:
    person = make_official(session, "PLW")
    client = sign_in(make_focal_point(session, "PLW"))
    client.post(f"/people/{person.id}/state", {"verb": "promote"}, status=400)
    assert _state(session, person) is PersonState.ACTIVE


def test_secretariat_is_told_what_is_being_checked_and_may_not_resend_it(session, sign_in) -> None:
    person = make_official(session, "PLW", state=PersonState.BEING_CHECKED)
    told = sign_in(make_secretariat(session)).get(f"/people/{person.id}")
    assert "Being checked" in told.main
    assert "Send the invitation again" not in told.main
    untold = sign_in(make_focal_point(session, "PLW")).get(f"/people/{person.id}")
    assert "Being checked" not in untold.text
    assert "Send the invitation again" in untold.main


def test_buttons_follow_from_the_table(session) -> None:
    focal = make_focal_point(session, "PLW")
    person = make_official(session, "PLW")
    elsewhere = make_agency(session, "FJI", "Police Force")
    for state in PersonState:
        steps = possible(
            state, focal_point_actor(focal), member_code="PLW",
            agency_id=person.agency_id, person_id=person.id,
        )  # fmt: skip
        assert [step.verb for step in steps] == [
            each.verb for each in TRANSITIONS if each.before is state
        ]
        assert not possible(
            state, focal_point_actor(focal), member_code="FJI",
            agency_id=elsewhere.id, person_id=person.id,
        )  # fmt: skip


def test_each_state_and_verb_has_one_transition() -> None:
    keys = [(each.before, each.verb) for each in TRANSITIONS]
    assert len(keys) == len(set(keys))
    assert transition(PersonState.MERGED, Verb.RESTORE) is None
    assert {each.verb for each in TRANSITIONS} == set(Verb)


def test_leaving_ends_the_roles_held_for_the_member(session, sign_in) -> None:
    person = make_focal_point(session, "PLW")
    client = sign_in(make_focal_point(session, "PLW"))
    page = client.get(f"/people/{person.id}")
    page = client.submit(page, "They left the service", {"reason": "other_post"})
    assert "None besides being an official." in page.main
    client.submit(page, "They came back")
    sign_in(person).get("/people", status=403)


def test_last_administrator_cannot_be_suspended(session, sign_in) -> None:
    administrator = make_administrator(session)
    client = sign_in(make_secretariat(session))
    page = client.get(f"/people/{administrator.id}")
    client.submit(page, "Suspend the account", {"reason": "security"}, status=409)
    assert _state(session, administrator) is PersonState.ACTIVE
    make_administrator(session)
    client.submit(page, "Suspend the account", {"reason": "security"})
    assert _state(session, administrator) is PersonState.SUSPENDED
