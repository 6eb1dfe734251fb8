"""What the pages of marking show: the queue, and one text with its history."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from lms.access.disclosure import Viewer
from lms.access.reaches import Reach, scoped
from lms.assessments.models import Marking, WritingVersion
from lms.assessments.queries.markings import (
    History,
    QueueFilter,
    find_own_marking,
    get_marking,
    history_of,
    list_markings,
)
from lms.assessments.rules.marking import marked_by_person
from lms.assessments.rules.markings import MarkingState, is_held
from lms.assessments.services.markings import ANSWER
from lms.core.actor import Actor
from lms.core.database import Session
from lms.core.errors import NotFoundError
from lms.core.text import N_
from lms.courses.models import StoredEdition
from lms.courses.store import get_edition
from lms.courses.values.edition import Edition
from lms.courses.values.question import FileQuestion
from lms.courses.values.quiz import Quiz
from lms.courses.values.task import Criterion, Prompt, Reflection
from lms.learning.queries.shown import seen_as
from lms.learning.queries.taught import KEEPER, edition_of_enrolment, editions_of, teaches
from lms.people.queries.disclosed import PersonView


@dataclass(frozen=True, slots=True)
class QueueLine:
    """One text of the queue. `author` is None until it is marked: nobody marks a name."""

    marking: Marking
    title: str
    course_title: str
    author: PersonView | None
    is_mine: bool
    is_held: bool


@dataclass(frozen=True, slots=True)
class Task:
    """What a text answers: a reflection, or one question of a quiz. `asks_for_file`: it is one."""

    title: str
    prompts: tuple[Prompt, ...]
    rubric: tuple[Criterion, ...]
    asks_for_file: bool = False


@dataclass(frozen=True, slots=True)
class MarkingPage:
    """One text, with the edition of its task. `text` is None where it is not the actor's to
    read now."""

    marking: Marking
    edition: Edition
    history: History
    text: WritingVersion | None
    author: PersonView | None
    is_mine: bool
    is_held: bool


def list_queue(
    session: Session,
    actor: Actor,
    wanted: QueueFilter,
    *,
    after: int | None,
    now: datetime.datetime,
) -> tuple[list[QueueLine], int | None]:
    """A page of texts, oldest first; statements do not grow with it."""
    found, following = list_markings(session, actor, wanted, after=after)
    editions = editions_of(session, {marking.course_key for marking in found})
    authors = _authors(session, actor, found)
    lines = []
    for marking in found:
        edition = editions.get(marking.course_key)
        titles = {a.key: a.title for a in edition.activities} if edition is not None else {}
        held = is_held(marking.claimed_by, marking.claimed_until, now)
        lines.append(
            QueueLine(
                marking=marking,
                title=titles.get(marking.activity_key, marking.activity_key),
                course_title=edition.course.title if edition else marking.course_key,
                author=authors.get(marking.person_id),
                is_mine=held and marking.claimed_by == actor.person_id,
                is_held=held,
            )
        )
    return lines, following


def get_marking_page(
    session: Session, actor: Actor, marking_id: int, *, now: datetime.datetime
) -> MarkingPage:
    """One text that is the actor's to mark. Raises NotFoundError.

    Its words are for the marker who holds it, and for whoever marked it last: nobody
    reads what is not theirs to mark (disclosure).
    """
    marking = get_marking(session, actor, marking_id)
    history = history_of(session, actor, marking, Reach.TAUGHT)
    edition = _edition_of(session, marking, history.versions[marking.version])
    held = is_held(marking.claimed_by, marking.claimed_until, now)
    is_mine = held and marking.claimed_by == actor.person_id
    decision = history.decisions.get(marking.version)
    reads = is_mine or (decision is not None and decision.decided_by == actor.person_id)
    return MarkingPage(
        marking=marking,
        edition=edition,
        history=history,
        text=history.versions[marking.version] if reads else None,
        author=_authors(session, actor, [marking]).get(marking.person_id),
        is_mine=is_mine,
        is_held=held,
    )


@dataclass(frozen=True, slots=True)
class OwnText:
    """Where the actor's own text stands, with every version sent and every mark."""

    marking: Marking
    history: History


def find_own_text(
    session: Session, actor: Actor, enrolment_id: int, task: Reflection
) -> OwnText | None:
    """One's own text of a task that is marked, once it was sent; three statements at most."""
    if task.done_when != "marked":
        return None
    marking = find_own_marking(session, actor, enrolment_id, task.key)
    if marking is None:
        return None
    return OwnText(marking, history_of(session, actor, marking, Reach.SELF))


def task_in(edition: Edition, marking: Marking, language: str) -> tuple[Task, str]:
    """The task of a text in a language, or the nearest there is; and which that is.

    Raises NotFoundError where the edition has no such task.
    """
    if marking.question_key is None:
        found = reflection_of(edition, marking.activity_key)
        shown, spoken = edition.in_language(found, language)
        return Task(shown.title, shown.prompts, shown.rubric), spoken
    quiz = quiz_of(edition, marking.activity_key)
    spoken = language if language in edition.quiz_languages(quiz) else edition.course.language
    question = edition.questions_in(quiz, spoken).get(marking.question_key)
    if question is None or not marked_by_person(question):
        raise NotFoundError(N_("There is no such question in this quiz."))
    return (
        Task(
            edition.in_language(quiz, spoken)[0].title,
            (Prompt(key=ANSWER, text=question.prompt),),
            question.rubric,
            isinstance(question, FileQuestion),
        ),
        spoken,
    )


def edition_of_text(session: Session, marking: Marking) -> Edition:
    """The edition a text was sent on: its author may have moved since."""
    version = session.execute(
        scoped(WritingVersion, KEEPER, Reach.ALL_MEMBERS).where(
            WritingVersion.marking_id == marking.id, WritingVersion.number == marking.version
        )
    ).scalar_one()
    return _edition_of(session, marking, version)


def quiz_of(edition: Edition, key: str) -> Quiz:
    """A quiz of an edition in its own language. Raises NotFoundError."""
    found = next((activity for activity in edition.activities if activity.key == key), None)
    if not isinstance(found, Quiz):
        raise NotFoundError(N_("There is no such quiz in this course."))
    return found


def _edition_of(session: Session, marking: Marking, version: WritingVersion) -> Edition:
    """The edition whose task a version answers: its author may have moved since."""
    if version.edition_id is None:
        return edition_of_enrolment(session, marking.enrolment_id)
    return get_edition(session, session.get_one(StoredEdition, version.edition_id).digest)


def reflection_of(edition: Edition, key: str) -> Reflection:
    """A reflection of an edition in its own language. Raises NotFoundError."""
    found = next((activity for activity in edition.activities if activity.key == key), None)
    if not isinstance(found, Reflection):
        raise NotFoundError(N_("There is no such reflection in this course."))
    return found


def _authors(session: Session, actor: Actor, markings: Sequence[Marking]) -> dict[int, PersonView]:
    """The authors of what is marked: a trainer sees names, a marker people as they are listed."""
    viewers = {
        marking.person_id: Viewer.TRAINER
        if teaches(actor, marking.course_key)
        else Viewer.FELLOW_PARTICIPANT
        for marking in markings
        if marking.state in {MarkingState.ACCEPTED, MarkingState.RETURNED}
    }
    return seen_as(session, viewers)
