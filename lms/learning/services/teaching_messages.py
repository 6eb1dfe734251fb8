"""A trainer writes to some of a course: kept at once, told by the worker."""

from __future__ import annotations

import datetime

from lms.access.disclosure import Field
from lms.access.reaches import Reach, scoped
from lms.core.actor import Actor
from lms.core.audit.services import record
from lms.core.database import Session, insert_once
from lms.core.errors import BadInputError, NotPossibleError
from lms.core.jobs.services import enqueue
from lms.core.text import N_
from lms.learning.models import TeachingMessage
from lms.learning.queries.learners import count_learners, list_recipients
from lms.learning.queries.taught import KEEPER, get_taught, teaches
from lms.learning.queries.teaching_messages import get_message, name_of_sender, once_key_of
from lms.learning.rules.teaching import LONGEST_MESSAGE, MESSAGE_PAUSE, Narrowed
from lms.notices.rules import Category, NoticeKind
from lms.notices.services import tell
from lms.people.models import Person

SEND = "learning.send_message"

WRITTEN = NoticeKind(
    name="learning.message",
    category=Category.LEARNING,
    sentence=N_("%(name)s, who teaches “%(title)s”, has written to you."),
    path="/learning/%(course)s/messages/%(message)s",
    facts={"name": Field.NAME, "title": None, "course": None, "message": None},
)
WRITTEN_WITHOUT_NAME = NoticeKind(
    name="learning.message_without_name",
    category=Category.LEARNING,
    sentence=N_("A trainer of “%(title)s” has written to you."),
    path="/learning/%(course)s/messages/%(message)s",
    facts={"title": None, "course": None, "message": None},
)


def send_message(
    session: Session,
    actor: Actor,
    course_key: str,
    wanted: Narrowed,
    text: str,
    *,
    once_key: str,
    as_of: datetime.datetime,
    now: datetime.datetime,
) -> TeachingMessage:
    """Keep a message to those whom the filter finds, and ask the worker to tell them.

    A repeat of the same form gives the message that stands. Raises NotFoundError for a
    course the actor does not teach, BadInputError for a text that is empty or too long, and
    NotPossibleError when the filter finds nobody or when the actor wrote to this course
    within the hour: two tabs at once included, since the sender's row is locked.
    """
    get_taught(session, actor, course_key)
    words = text.replace("\r\n", "\n").strip()
    if not words:
        raise BadInputError(N_("Write what you want to say."), field="text")
    if len(words) > LONGEST_MESSAGE:
        raise BadInputError(
            N_("Write it in at most %(most)s characters."), field="text", most=LONGEST_MESSAGE
        )
    sender = session.execute(scoped(Person, actor, Reach.SELF).with_for_update()).scalar_one()
    stood = session.execute(
        scoped(TeachingMessage, actor, Reach.SELF).where(TeachingMessage.once_key == once_key)
    ).scalar_one_or_none()
    if stood is not None:
        return stood
    _check_pause(session, actor, course_key, now)
    told = wanted.to_be_told
    recipients = count_learners(session, actor, course_key, told, as_of=as_of)
    if recipients == 0:
        raise NotPossibleError(N_("Nobody is found to write to. Choose a wider group."))
    message_id = insert_once(
        session,
        TeachingMessage,
        {
            "course_key": course_key,
            "person_id": sender.id,
            "text": words,
            "narrowed": told.as_json,
            "as_of": as_of,
            "recipients": recipients,
            "told": 0,
            "created_at": now,
            "once_key": once_key,
        },
        unique=("once_key",),
    )
    if message_id is None:
        raise NotPossibleError(N_("This form was used already. Open the page anew."))
    enqueue(session, SEND, {"message_id": message_id}, requested_by=actor, now=now)
    record(
        session,
        actor,
        "teaching_message.send",
        "teaching_message",
        message_id,
        now=now,
        course=course_key,
        recipients=recipients,
    )
    return get_message(session, actor, course_key, message_id)


def tell_some(
    session: Session,
    sender: Actor,
    message_id: int,
    *,
    after: int,
    limit: int,
    now: datetime.datetime,
) -> int | None:
    """Tell up to `limit` people behind an enrolment; where to go on, or None when all are told.

    Those are read within the sender's own reach: whoever teaches the course no longer
    reaches nobody, and the message ends there.
    """
    message = session.execute(
        scoped(TeachingMessage, KEEPER, Reach.ALL_MEMBERS)
        .where(TeachingMessage.id == message_id)
        .with_for_update()
    ).scalar_one()
    people = []
    if teaches(sender, message.course_key):
        wanted = Narrowed.of(message.narrowed)
        people = list(
            list_recipients(
                session, sender, message.course_key, wanted,
                after=after, as_of=message.as_of, limit=limit,
            )
        )  # fmt: skip
    if people:
        _tell(session, message, [person_id for _, person_id in people], now)
    if len(people) < limit:
        message.finished_at = now
        session.flush()
        return None
    return people[-1][0]


def _tell(
    session: Session, message: TeachingMessage, person_ids: list[int], now: datetime.datetime
) -> None:
    title = get_taught(session, KEEPER, message.course_key).course.title
    name = name_of_sender(session, message)
    facts: dict[str, str | int] = {
        "title": title,
        "course": message.course_key,
        "message": message.id,
    }
    for person_id in person_ids:
        tell(
            session,
            KEEPER,
            person_id=person_id,
            kind=WRITTEN if name else WRITTEN_WITHOUT_NAME,
            facts={**facts, "name": name} if name else facts,
            now=now,
            once_key=once_key_of(message.id),
        )
    message.told += len(person_ids)
    session.flush()


def _check_pause(session: Session, actor: Actor, course_key: str, now: datetime.datetime) -> None:
    statement = (
        scoped(TeachingMessage, actor, Reach.SELF)
        .where(
            TeachingMessage.course_key == course_key,
            TeachingMessage.created_at > now - MESSAGE_PAUSE,
        )
        .with_only_columns(TeachingMessage.created_at)
        .order_by(TeachingMessage.created_at.desc())
        .limit(1)
    )
    last = session.execute(statement).scalar_one_or_none()
    if last is not None:
        minutes = int((last + MESSAGE_PAUSE - now).total_seconds() // 60) + 1
        raise NotPossibleError(
            N_(
                "You wrote to people of this course within the last hour. "
                "You can write again in %(minutes)s minutes."
            ),
            minutes=minutes,
        )
