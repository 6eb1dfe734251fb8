"""Where a person belongs: the open affiliation, its history, and the columns that repeat it."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from lms.access.guard import owned_tables
from lms.access.reaches import VOUCHED
from lms.access.roles import Role
from lms.core.actor import Actor, ScopeKind
from lms.core.audit.models import AuditEntry
from lms.core.database import Session
from lms.core.errors import BadInputError, RefusedError
from lms.people.models import Affiliation, Person
from lms.people.models.roles import FocalKind
from lms.people.services.affiliations import (
    begin_affiliation,
    change_affiliation,
    end_affiliation,
)
from tests.factories import (
    actor_of,
    focal_point_actor,
    give_role,
    make_agency,
    make_focal_point,
)
from tests.factories import make_official as official
from tests.support.client import Client

SignIn = Callable[..., Client]

SYSTEM = Actor.system("test")


def stretches(session: Session, person: Person) -> list[Affiliation]:
    """The person's affiliations, oldest first."""
    statement = (
        select(Affiliation)
        .where(Affiliation.person_id == person.id)
        .order_by(Affiliation.id)
        .execution_options(**{VOUCHED: owned_tables()})
    )
    return list(session.execute(statement).scalars())


def rebuilt(session: Session, person: Person) -> tuple[str, int | None, str]:
    """What the columns on the person must be, from the affiliations alone."""
    last = stretches(session, person)[-1]
    return last.member_code, last.agency_id, last.post


def kept(person: Person) -> tuple[str, int | None, str]:
    return person.member_code, person.agency_id, person.post


def test_the_columns_on_the_person_are_rebuilt_from_the_affiliations(
    session: Session, now: datetime.datetime
) -> None:
    person = official(session, "PLW")
    customs = make_agency(session, "PLW", "Customs")
    focal_point = focal_point_actor(make_focal_point(session, "PLW"))
    assert kept(person) == rebuilt(session, person)
    for agency_id, post in ((customs.id, "Inspector"), (customs.id, "Chief"), (None, "Adviser")):
        change_affiliation(
            session,
            focal_point,
            person,
            agency_id=agency_id,
            post=post,
            started_on=now.date(),
            now=now,
        )
        assert kept(person) == rebuilt(session, person) == ("PLW", agency_id, post)
    end_affiliation(session, SYSTEM, person, ended_on=now.date())
    session.expire_all()
    assert kept(person) == rebuilt(session, person)
    assert all(stretch.ended_on is not None for stretch in stretches(session, person))


def test_a_change_closes_the_open_affiliation_on_the_day_the_next_begins(
    session: Session, now: datetime.datetime
) -> None:
    person = official(session, "PLW")
    day = datetime.date(2026, 3, 1)
    change_affiliation(
        session,
        actor_of(person),
        person,
        agency_id=person.agency_id,
        post=" Senior   officer ",
        started_on=day,
        now=now,
        reason="promoted",
    )
    first, second = stretches(session, person)
    assert (first.post, first.ended_on) == ("Officer", day)
    assert (second.started_on, second.ended_on, second.member_code) == (day, None, "PLW")
    assert second.post.split() == ["Senior", "officer"]
    entry = session.execute(select(AuditEntry)).scalar_one()
    assert (entry.verb, entry.reason, entry.facts) == (
        "affiliation.change",
        "promoted",
        {"fields": ["post"]},
    )


def test_a_change_to_what_already_stands_writes_nothing(
    session: Session, now: datetime.datetime
) -> None:
    person = official(session, "PLW")
    changed = change_affiliation(
        session,
        SYSTEM,
        person,
        agency_id=person.agency_id,
        post=person.post,
        started_on=now.date(),
        now=now,
    )
    assert not changed
    assert len(stretches(session, person)) == 1
    assert session.execute(select(AuditEntry)).first() is None


def test_people_change_their_own_post_and_not_their_agency(
    session: Session, now: datetime.datetime
) -> None:
    person = official(session, "PLW")
    customs = make_agency(session, "PLW", "Customs")
    with pytest.raises(RefusedError):
        change_affiliation(
            session,
            actor_of(person),
            person,
            agency_id=customs.id,
            post="Inspector",
            started_on=now.date(),
            now=now,
        )


def test_an_agency_focal_point_moves_nobody_into_another_agency(
    session: Session, now: datetime.datetime
) -> None:
    person = official(session, "PLW")
    customs = make_agency(session, "PLW", "Customs")
    holder = official(session, "PLW")
    narrow = actor_of(holder, (Role.FOCAL_POINT, ScopeKind.AGENCY, str(person.agency_id)))
    arguments: dict[str, Any] = {"post": "Inspector", "started_on": now.date(), "now": now}
    with pytest.raises(RefusedError):
        change_affiliation(session, narrow, person, agency_id=customs.id, **arguments)
    assert change_affiliation(session, narrow, person, agency_id=person.agency_id, **arguments)


@pytest.mark.parametrize("wrong", ["closed", "of another member", "unknown"])
def test_only_an_open_agency_of_the_member_can_be_chosen(
    session: Session, now: datetime.datetime, wrong: str
) -> None:
    person = official(session, "PLW")
    agencies = {
        "closed": make_agency(session, "PLW", "Old bureau", closed_at=now).id,
        "of another member": make_agency(session, "FJI").id,
        "unknown": 999_999,
    }
    with pytest.raises(BadInputError) as refusal:
        change_affiliation(
            session,
            SYSTEM,
            person,
            agency_id=agencies[wrong],
            post="",
            started_on=now.date(),
            now=now,
        )
    assert refusal.value.field == "agency_id"


@pytest.mark.parametrize("days", [-9_000, 1])
def test_a_change_begins_neither_before_the_present_post_nor_in_the_future(
    session: Session, now: datetime.datetime, days: int
) -> None:
    person = official(session, "PLW")
    with pytest.raises(BadInputError) as refusal:
        change_affiliation(
            session,
            SYSTEM,
            person,
            agency_id=person.agency_id,
            post="Chief",
            started_on=now.date() + datetime.timedelta(days=days),
            now=now,
        )
    assert refusal.value.field == "started_on"


def test_a_second_open_affiliation_is_stopped_by_the_database(
    session: Session, now: datetime.datetime
) -> None:
    person = official(session, "PLW")
    begin_affiliation(
        session,
        SYSTEM,
        person,
        member_code="PLW",
        agency_id=None,
        post="",
        started_on=now.date(),
        now=now,
    )
    with pytest.raises(IntegrityError):
        session.flush()


def test_a_focal_point_gives_a_person_another_agency_and_the_history_stays(
    session: Session, sign_in: SignIn
) -> None:
    person = official(session, "PLW")
    customs = make_agency(session, "PLW", "Customs")
    client = sign_in(make_focal_point(session, "PLW"))
    page = client.get(f"/people/{person.id}/affiliation")
    assert page.value("agency_id") == str(person.agency_id)
    fields = {"agency_id": str(customs.id), "post": "Inspector", "started_on": "2026-05-01"}
    page = client.submit(page, "Save", fields)
    assert "Changed. What was before is kept in the history." in page.main
    session.refresh(person)
    assert kept(person) == rebuilt(session, person) == ("PLW", customs.id, "Inspector")
    again = client.post(f"/people/{person.id}/affiliation", fields)
    assert "Nothing was changed." in again.main
    assert len(stretches(session, person)) == 2


def test_a_day_to_come_is_refused_beside_the_field(session: Session, sign_in: SignIn) -> None:
    person = official(session, "PLW")
    client = sign_in(make_focal_point(session, "PLW"))
    page = client.post(
        f"/people/{person.id}/affiliation",
        {"agency_id": str(person.agency_id), "post": "Chief", "started_on": "2999-01-01"},
        status=400,
    )
    assert "This day is still to come." in page.error("started_on")


def test_blanks_for_an_agency_are_no_choice(session: Session, sign_in: SignIn) -> None:
    person = official(session, "PLW")
    client = sign_in(make_focal_point(session, "PLW"))
    fields = {"agency_id": " \t\r\n ", "post": "Chief", "started_on": "2026-05-01"}
    page = client.post(f"/people/{person.id}/affiliation", fields, status=400)
    assert page.error("agency_id")


def test_nobody_changes_the_agency_of_another_members_person(
    session: Session, sign_in: SignIn
) -> None:
    person = official(session, "PLW")
    stranger = sign_in(make_focal_point(session, "NRU"))
    for person_id in (person.id, 999_999):
        stranger.get(f"/people/{person_id}/affiliation", status=404)
        stranger.post(f"/people/{person_id}/affiliation", {"post": "Chief"}, status=404)
    sign_in(person).get(f"/people/{person.id}/affiliation", status=403)


def test_an_agency_focal_point_is_offered_that_agency_only(
    session: Session, sign_in: SignIn
) -> None:
    person = official(session, "PLW")
    customs = make_agency(session, "PLW", "Customs")
    holder = official(session, "PLW")
    give_role(
        session,
        holder,
        Role.FOCAL_POINT,
        ScopeKind.AGENCY,
        str(person.agency_id),
        focal_kind=FocalKind.AGENCY,
    )
    client = sign_in(holder)
    page = client.get(f"/people/{person.id}/affiliation")
    assert "Customs" not in page.main
    client.post(
        f"/people/{person.id}/affiliation",
        {"agency_id": str(customs.id), "post": "", "started_on": "2026-05-01"},
        status=400,
    )
