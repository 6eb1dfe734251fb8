"""Two things at the same moment: an invitation sent twice, two members, two decisions."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import func, select

from lms.access.reaches import Reach, scoped
from lms.core import clock
from lms.core.actor import Actor
from lms.core.database import Session
from lms.core.errors import NotPossibleError
from lms.core.outbox.models import OutboxMessage
from lms.people.models import Person
from lms.people.rules.invitations import Line
from lms.people.rules.persons import PersonState, Reason, Verb
from lms.people.services.decisions import accept, decline
from lms.people.services.persons import KnownAddressError, Terms, invite_people, move_person
from tests.factories import focal_point_actor, make_focal_point, make_official
from tests.support.together import at_once

SYSTEM = Actor.system("test")


def _people(session: Session, email: str) -> list[Person]:
    session.rollback()
    statement = scoped(Person, SYSTEM, Reach.ALL_MEMBERS).where(Person.email == email)
    return list(session.execute(statement.order_by(Person.id)).scalars())


def _invitation(actor: Actor, email: str):
    terms = Terms(
        member_code=actor.member_code or "",
        agency_id=None,
        post="",
        language="en",
        limits_listing=False,
    )

    def invite(session: Session) -> None:
        line = Line(1, email, "Ann", email)
        invite_people(session, actor, [line], terms, now=clock.now())

    return invite


def test_invitation_sent_twice_at_once_makes_one_person_and_one_mail(
    app: Flask, session: Session
) -> None:
    actor = focal_point_actor(make_focal_point(session, "PLW"))
    session.commit()
    refused = at_once(app, *[_invitation(actor, "ann@plw.example")] * 3)
    assert [type(each) for each in refused if each] == [KnownAddressError] * 2
    assert len(_people(session, "ann@plw.example")) == 1
    assert session.execute(select(func.count()).select_from(OutboxMessage)).scalar_one() == 1


def test_two_members_inviting_one_address_at_once_are_both_answered_well(
    app: Flask, session: Session
) -> None:
    actors = [focal_point_actor(make_focal_point(session, code)) for code in ("PLW", "FJI")]
    session.commit()
    refused = at_once(app, *[_invitation(actor, "ann@gov.example") for actor in actors])
    assert refused == [None, None]
    states = [person.state for person in _people(session, "ann@gov.example")]
    assert sorted(states) == [PersonState.BEING_CHECKED, PersonState.INVITED]


def test_of_two_decisions_at_once_the_first_stands(app: Flask, session: Session) -> None:
    actor = focal_point_actor(make_focal_point(session, "PLW"))
    person = make_official(session, "PLW", state=PersonState.AWAITING, email="ann@plw.example")
    session.commit()
    agency_id, person_id = person.agency_id, person.id

    def yes(session: Session) -> None:
        accept(session, actor, person_id, agency_id=agency_id, now=clock.now())

    def no(session: Session) -> None:
        decline(session, actor, person_id, reason=Reason.OTHER, now=clock.now())

    refused = at_once(app, yes, no)
    assert [type(each) for each in refused if each] == [NotPossibleError]
    assert session.execute(select(func.count()).select_from(OutboxMessage)).scalar_one() == 1


def test_suspending_twice_at_once_suspends_once(app: Flask, session: Session) -> None:
    actor = focal_point_actor(make_focal_point(session, "PLW"))
    person_id = make_official(session, "PLW").id
    session.commit()

    def suspend(session: Session) -> None:
        move_person(
            session, actor, person_id, Verb.SUSPEND, reason=Reason.SECURITY, now=clock.now()
        )

    refused = at_once(app, suspend, suspend)
    assert [type(each) for each in refused if each] == [NotPossibleError]
