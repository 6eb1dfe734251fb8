"""Ground for tests of assignments and paths: one-page courses, a path, and completing them."""

from __future__ import annotations

import datetime
import json
from collections.abc import Sequence
from pathlib import Path

from flask import Flask

from lms.access.reaches import Reach, scoped
from lms.completion.services.crediting import credit
from lms.core import clock
from lms.core.actor import Actor
from lms.core.database import Session
from lms.core.extensions import db
from lms.core.jobs.models import Job
from lms.core.storage import LocalFolder
from lms.courses.check import load_course
from lms.courses.models import PathEdition, StoredEdition
from lms.courses.services import publish
from lms.courses.services.paths import publish_path
from lms.courses.values.course import CertificateRule
from lms.courses.values.edition import Edition
from lms.courses.values.path import CoursePath
from lms.enrolments.models import Enrolment, EnrolmentStep, PathEnrolment
from lms.guides.registry import read_registry
from lms.notices.models import Notice
from lms.people.models import Person
from lms.progress.rules import EvidenceKind, Fact
from lms.web.jobs import handlers
from tests.courses.small_course import write_small_course
from tests.support.worker import shift_of, work_off

SYSTEM = Actor.system("test")


class Courses:
    """Courses of one page each, made of the small course under other keys."""

    def __init__(self, content: Path) -> None:
        self.edition = load_course(write_small_course(content))
        self.registry = read_registry(content / "guides")[0]

    def publish(
        self,
        session: Session,
        key: str,
        *,
        first: Sequence[str] = (),
        open_to: str = "officials",
        title: str = "",
    ) -> StoredEdition:
        """A course "Course <key>" with the one page `asking`; `first` must come before it."""
        tree = json.loads(self.edition.to_json())
        tree["course"] |= {
            "key": key,
            "title": title or f"Course {key}",
            "prerequisites": list(first),
            "open_to": open_to,
        }
        tree["modules"] = [{**tree["modules"][0], "activities": ["asking"]}]
        tree["activities"] = [each for each in tree["activities"] if each["key"] == "asking"]
        edition = Edition.model_validate_json(json.dumps(tree))
        stored = publish(session, SYSTEM, edition, self.registry, now=clock.now())
        assert stored is not None
        session.commit()
        return stored


def publish_a_path(session: Session, courses: Sequence[str], key: str = "way") -> PathEdition:
    """The path "The way" over these courses."""
    path = CoursePath(
        key=key,
        title="The way",
        summary="From the first to the last.",
        courses=tuple(courses),
        certificate=CertificateRule(kind="completion", hours=3),
    )
    stored = publish_path(session, SYSTEM, path, now=clock.now())
    assert stored is not None
    session.commit()
    return stored


def read(session: Session, enrolment: Enrolment, now: datetime.datetime | None = None) -> None:
    """Read the one page of the course, which completes it."""
    now = now or clock.now()
    fact = Fact(f"read:{enrolment.id}", EvidenceKind.READ, "asking", now, {})
    assert credit(session, SYSTEM, enrolment.id, fact, now=now).completes


def enrolments(session: Session, person: Person | None = None) -> list[Enrolment]:
    """All enrolments, or one person's, oldest first."""
    statement = scoped(Enrolment, SYSTEM, Reach.ALL_MEMBERS).order_by(Enrolment.id)
    if person is not None:
        statement = statement.where(Enrolment.person_id == person.id)
    return list(session.execute(statement).scalars())


def on_paths(session: Session, person: Person) -> list[PathEnrolment]:
    """A person's paths, oldest first."""
    statement = scoped(PathEnrolment, SYSTEM, Reach.ALL_MEMBERS).order_by(PathEnrolment.id)
    return list(session.execute(statement.where(PathEnrolment.person_id == person.id)).scalars())


def steps(session: Session, enrolment: Enrolment) -> list[EnrolmentStep]:
    """What happened to an enrolment, in order."""
    statement = scoped(EnrolmentStep, SYSTEM, Reach.ALL_MEMBERS).order_by(EnrolmentStep.id)
    mine = statement.where(EnrolmentStep.enrolment_id == enrolment.id)
    return list(session.execute(mine).scalars())


def told(session: Session, person: Person) -> list[str]:
    """The kinds of notices a person got, in order."""
    statement = scoped(Notice, SYSTEM, Reach.ALL_MEMBERS).order_by(Notice.id)
    mine = statement.where(Notice.person_id == person.id)
    return [notice.kind for notice in session.execute(mine).scalars()]


def work(app: Flask, folder: Path) -> list[Job]:
    """Run every job that waits."""
    with app.app_context():
        engine = db.engine
    return work_off(shift_of(engine, handlers(), LocalFolder(folder)))
