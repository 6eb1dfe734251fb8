"""Ground for the tests of the trainer's pages: a course, who teaches it, who is on it."""

from __future__ import annotations

import datetime
from pathlib import Path

from flask import Flask
from sqlalchemy import select

from lms.access.roles import Role
from lms.core import clock
from lms.core.actor import Actor, ScopeKind
from lms.core.database import Session
from lms.core.extensions import db
from lms.core.jobs.models import Job
from lms.core.jobs.services import enqueue
from lms.core.storage import LocalFolder
from lms.courses.check import load_course
from lms.courses.models import StoredEdition
from lms.courses.services import publish
from lms.enrolments.models import Enrolment
from lms.enrolments.rules.states import EnrolmentState, Source
from lms.guides.registry import read_registry
from lms.learning.services.standings import ask_refresh
from lms.people.models import Person
from lms.progress.models import Evidence
from lms.progress.rules import EvidenceKind
from lms.web.jobs import handlers
from tests.courses.small_course import write_small_course
from tests.factories import give_role, make_agency, make_official
from tests.support.worker import shift_of, work_off

SYSTEM = Actor.system("test")
KEY = "small-course"
TEACHING = f"/teaching/{KEY}"


def published(session: Session, folder: Path) -> StoredEdition:
    """The small course, stored as an edition."""
    edition = load_course(write_small_course(folder))
    registry, _ = read_registry(folder / "guides")
    publish(session, SYSTEM, edition, registry, now=clock.now())
    statement = select(StoredEdition).where(
        StoredEdition.course_key == KEY, StoredEdition.is_current
    )
    return session.execute(statement).scalar_one()


def make_trainer(session: Session, course_key: str = KEY, **values: object) -> Person:
    """A person who teaches one course."""
    person = make_official(session, "FJI", **values)
    give_role(session, person, Role.TRAINER, ScopeKind.COURSE, course_key)
    return person


def put_on(
    session: Session,
    stored: StoredEdition,
    person: Person,
    *,
    days_ago: int = 0,
    idle_days: int | None = None,
    state: EnrolmentState = EnrolmentState.ACTIVE,
    due_days_ago: int | None = None,
    read: bool = False,
) -> Enrolment:
    """An enrolment begun `days_ago`, last worked on `idle_days` ago (None: never)."""
    now = clock.now()
    moved_at = now - datetime.timedelta(days=idle_days) if idle_days is not None else None
    due_at = now - datetime.timedelta(days=due_days_ago) if due_days_ago is not None else None
    is_completed = state is EnrolmentState.COMPLETED
    enrolment = Enrolment(
        person_id=person.id,
        member_code=person.member_code,
        agency_id=person.agency_id,
        course_key=stored.course_key,
        edition_id=stored.id,
        source=Source.SELF,
        state=state,
        language="en",
        enrolled_at=now - datetime.timedelta(days=days_ago),
        due_at=due_at,
        due_on=due_at.date() if due_at is not None else None,
        due_zone="UTC" if due_at is not None else None,
        last_activity_at=moved_at,
        completed_at=now if is_completed else None,
        completed_member_code=person.member_code if is_completed else None,
    )
    session.add(enrolment)
    session.flush()
    if read:
        session.add(
            Evidence(
                client_id=f"read-{enrolment.id}",
                enrolment_id=enrolment.id,
                person_id=person.id,
                member_code=person.member_code,
                agency_id=person.agency_id,
                kind=EvidenceKind.READ,
                activity_key="asking",
                happened_at=now,
                recorded_at=now,
                facts={},
            )
        )
        session.flush()
    return enrolment


def put_many_on(
    session: Session, stored: StoredEdition, count: int, *, first: int = 0
) -> list[Enrolment]:
    """So many learners of Palau, numbered from `first`, each worked on a minute before the next."""
    agency = make_agency(session, "PLW")
    now = clock.now()
    people = [
        {
            "member_code": "PLW", "agency_id": agency.id, "state": "active",
            "name": f"Learner {stored.id}-{number:05}", "sort_name": f"learner {number:05}",
            "email": f"many{number}@plw.example",
            "folded_email": f"many{number}@plw.example",
            "search_text": "", "languages": ["en"], "created_at": now,
        }
        for number in range(first, first + count)
    ]  # fmt: skip
    rows = [Person(**values) for values in people]
    session.add_all(rows)
    session.flush()
    enrolments = [
        Enrolment(
            person_id=person.id, member_code="PLW", agency_id=agency.id,
            course_key=stored.course_key, edition_id=stored.id, source=Source.SELF,
            state=EnrolmentState.ACTIVE, language="en",
            enrolled_at=now - datetime.timedelta(days=1),
            last_activity_at=now - datetime.timedelta(minutes=number),
        )
        for number, person in enumerate(rows, first)
    ]  # fmt: skip
    session.add_all(enrolments)
    session.flush()
    return enrolments


def work(app: Flask, session: Session, folder: Path | None = None) -> list[Job]:
    """Run every job that waits, as the worker does; what the session holds is read anew."""
    session.commit()
    with app.app_context():
        engine = db.engine
        storage = LocalFolder(app.config["BEKAL"].files_folder if folder is None else folder)
    jobs = work_off(shift_of(engine, handlers(), storage))
    session.expire_all()
    return jobs


def counted(app: Flask, session: Session, course_key: str = KEY, *, whole: bool = True) -> None:
    """Have the course counted by the worker."""
    ask_refresh(session, SYSTEM, course_key, now=clock.now(), whole=whole)
    work(app, session)


def ask(session: Session, kind: str) -> None:
    """Ask for a job as the schedule does."""
    enqueue(session, kind, {}, requested_by=SYSTEM, now=clock.now())
