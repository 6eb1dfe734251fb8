"""Messages of trainers: the list of those sent, and one as its reader sees it."""

from __future__ import annotations

from lms.access.disclosure import Viewer
from lms.access.reaches import Reach, scoped
from lms.core.actor import Actor
from lms.core.database import Session
from lms.core.errors import NotFoundError
from lms.core.text import N_
from lms.learning.models import TeachingMessage
from lms.learning.queries.taught import KEEPER
from lms.notices.models import Notice
from lms.people.models import Agency, Person
from lms.people.queries.disclosed import disclose

PAGE = 20


def list_messages(
    session: Session, actor: Actor, course_key: str, *, below: int | None = None
) -> tuple[list[TeachingMessage], int | None]:
    """A page of what was written to people of a course, newest first, and where the next begins."""
    statement = (
        scoped(TeachingMessage, actor, Reach.TAUGHT)
        .where(TeachingMessage.course_key == course_key)
        .order_by(TeachingMessage.id.desc())
        .limit(PAGE + 1)
    )
    if below is not None:
        statement = statement.where(TeachingMessage.id < below)
    found = list(session.execute(statement).scalars())
    return found[:PAGE], found[PAGE - 1].id if len(found) > PAGE else None


def get_message(
    session: Session, actor: Actor, course_key: str, message_id: int
) -> TeachingMessage:
    """A message to a course the actor teaches. Raises NotFoundError."""
    statement = scoped(TeachingMessage, actor, Reach.TAUGHT).where(
        TeachingMessage.id == message_id, TeachingMessage.course_key == course_key
    )
    found = session.execute(statement).scalar_one_or_none()
    if found is None:
        raise NotFoundError(N_("There is no such message."))
    return found


def get_message_to_me(
    session: Session, actor: Actor, course_key: str, message_id: int
) -> tuple[TeachingMessage, str]:
    """A message the actor was told of, and who wrote it (empty where that is not shown).

    Raises NotFoundError for everybody who was not: the notice is what opens it.
    """
    told = scoped(Notice, actor, Reach.SELF).where(Notice.once_key == once_key_of(message_id))
    if session.execute(told.with_only_columns(Notice.id)).first() is not None:
        statement = scoped(TeachingMessage, KEEPER, Reach.ALL_MEMBERS).where(
            TeachingMessage.id == message_id, TeachingMessage.course_key == course_key
        )
        found = session.execute(statement).scalar_one_or_none()
        if found is not None:
            return found, name_of_sender(session, found)
    raise NotFoundError(N_("There is no such message."))


def once_key_of(message_id: int) -> str:
    """What keeps a person from being told of one message twice."""
    return f"learning.message@{message_id}"


def name_of_sender(session: Session, message: TeachingMessage) -> str:
    """The trainer's name as people on the course see it; empty with limited listing."""
    statement = (
        scoped(Person, KEEPER, Reach.ALL_MEMBERS)
        .where(Person.id == message.person_id)
        .outerjoin(Agency, Agency.id == Person.agency_id)
        .add_columns(Agency)
    )
    person, agency = session.execute(statement).one()
    return disclose(person, Viewer.FELLOW_PARTICIPANT, agency).name or ""
