"""What people of Palau wrote, asked and reported on a course: rows for the access suite.

They stand on a course of their own, so that nobody of another member takes or teaches it.
"""

from __future__ import annotations

import datetime
import functools
import tempfile
from pathlib import Path
from typing import Any

from lms.assessments.models import Marking, Writing, WritingVersion
from lms.assessments.rules.markings import MarkingState
from lms.core import clock
from lms.core.database import Session
from lms.courses.catalogue import card_of
from lms.courses.check import load_course
from lms.courses.models import StoredEdition
from lms.enrolments.models import Enrolment
from lms.enrolments.rules import EnrolmentState, Source
from lms.guides.registry import read_registry
from lms.learning.models import LessonAnswer, LessonQuestion, PageProblem, TeachingMessage
from lms.learning.rules.problems import ProblemKind, ProblemState
from lms.learning.rules.questions import Audience
from lms.people.models import Person
from lms.progress.models import Evidence
from lms.progress.rules import EvidenceKind
from tests.courses.small_course import write_small_course

COURSE = "a-course-of-palau"


@functools.cache
def _small_edition() -> tuple[dict[str, Any], str]:
    """The card and the content of the small course: pages of focal points read both."""
    with tempfile.TemporaryDirectory() as folder:
        content = Path(folder)
        edition = load_course(write_small_course(content))
        card = card_of(edition, read_registry(content / "guides")[0])
    return card.as_json(), edition.to_json()


def _stored_edition(session: Session, now: datetime.datetime) -> StoredEdition:
    card, content = _small_edition()
    edition = StoredEdition(
        course_key=COURSE,
        number=1,
        digest="0" * 64,
        card=card,
        content=content,
        is_current=False,
        published_at=now,
    )
    session.add(edition)
    session.flush()
    return edition


def make_taught_rows(
    session: Session, person: Person, mark: str, edition: StoredEdition | None = None
) -> dict[str, int]:
    """The rows, each with the mark in every word a person wrote; their ids by variable.

    They stand on `edition`, or on one that is made for them and nobody is offered.
    """
    now = clock.now()
    edition = edition or _stored_edition(session, now)
    course_key = edition.course_key
    of_person = {"person_id": person.id, "member_code": person.member_code}
    enrolment = Enrolment(
        course_key=course_key,
        edition_id=edition.id,
        source=Source.SELF,
        state=EnrolmentState.ACTIVE,
        language="en",
        enrolled_at=now,
        **of_person,
    )
    session.add(enrolment)
    session.flush()
    of_activity = {**of_person, "activity_key": "plan"}
    answers = {"step": f"A plan {mark}"}
    writing = Writing(enrolment_id=enrolment.id, answers=answers, saved_at=now, **of_activity)
    fact = Evidence(
        client_id=f"attended:{course_key}",
        enrolment_id=enrolment.id,
        kind=EvidenceKind.ATTENDED,
        happened_at=now,
        recorded_at=now,
        facts={},
        **of_activity,
    )
    session.add_all([writing, fact])
    session.flush()
    marking = Marking(
        writing_id=writing.id,
        enrolment_id=enrolment.id,
        course_key=course_key,
        state=MarkingState.SENT,
        version=1,
        sent_at=now,
        **of_activity,
    )
    on_page = {**of_activity, "course_key": course_key, "edition_id": edition.id, "language": "en"}
    question = LessonQuestion(
        client_id=course_key,
        audience=Audience.COURSE,
        text=f"A question {mark}",
        asked_at=now,
        **on_page,
    )
    problem = PageProblem(
        client_id=course_key,
        kind=ProblemKind.OTHER,
        text=f"A problem {mark}",
        state=ProblemState.OPEN,
        reported_at=now,
        **on_page,
    )
    session.add_all([marking, question, problem])
    session.flush()
    version = WritingVersion(
        marking_id=marking.id,
        course_key=course_key,
        number=1,
        language="en",
        answers=answers,
        sent_at=now,
        **of_person,
    )
    answer = LessonAnswer(
        client_id=course_key,
        question_id=question.id,
        person_id=person.id,
        language="en",
        text=f"An answer {mark}",
        answered_at=now,
    )
    message = TeachingMessage(
        course_key=course_key,
        person_id=person.id,
        text=f"To the group {mark}",
        narrowed={},
        as_of=now,
        recipients=1,
        told=1,
        created_at=now,
        finished_at=now,
        once_key=course_key,
    )
    session.add_all([version, answer, message])
    session.flush()
    return {
        "enrolment_id": enrolment.id,
        "evidence_id": fact.id,
        "marking_id": marking.id,
        "message_id": message.id,
        "problem_id": problem.id,
        "question_id": question.id,
    }
