"""Who of an import still waits for an invitation."""

from __future__ import annotations

from sqlalchemy import select

from lms.access.reaches import Reach, scoped, within
from lms.core.actor import Actor
from lms.core.database import Session
from lms.people.models import ImportRun, Person, PersonToken
from lms.people.models.sign_in import TokenPurpose
from lms.people.queries.imports.undoing import NOT_SIGNED_IN
from lms.people.queries.sign_in import SIGN_IN


def uninvited_people(
    session: Session, actor: Actor, run: ImportRun, *, after: int, limit: int
) -> list[Person]:
    """People the run made who have not been sent a link yet, by id."""
    links = within(
        select(PersonToken.person_id).where(PersonToken.purpose == TokenPurpose.INVITATION),
        PersonToken,
        SIGN_IN,
        Reach.ALL_MEMBERS,
    )
    statement = (
        scoped(Person, actor, Reach.OWN_MEMBER)
        .where(
            Person.run_id == run.run_id,
            Person.state.in_(sorted(NOT_SIGNED_IN)),
            Person.id > after,
            Person.id.not_in(links),
        )
        .order_by(Person.id)
        .limit(limit)
    )
    return list(session.execute(statement).scalars())
