"""A course of one page, and people who complete it: for tests of what follows a completion."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from config import Settings
from lms.access.reaches import Reach, scoped
from lms.certificates import jobs as certificate_jobs
from lms.certificates.models import Certificate
from lms.completion.services.crediting import credit
from lms.core import clock
from lms.core.actor import Actor
from lms.core.database import Session
from lms.core.jobs.models import Job
from lms.core.storage import LocalFolder
from lms.courses.check import load_course
from lms.courses.models import StoredEdition
from lms.courses.services import publish
from lms.courses.values.edition import Edition
from lms.enrolments.models import Enrolment
from lms.guides.registry import read_registry
from lms.people.models import Person
from lms.progress.rules import EvidenceKind, Fact
from tests.courses.small_course import write_small_course
from tests.support.worker import shift_of, work_off

SYSTEM = Actor.system("test")
KEY = "small-course"
PAGE = "asking"


def publish_page(
    session: Session, content: Path, *, certificates: list[dict[str, Any]] | None = None
) -> StoredEdition:
    """The small course with its one required page, and these certificates if given."""
    folder = write_small_course(content)
    edition = load_course(folder)
    tree = json.loads(edition.to_json())
    tree["activities"] = [each for each in tree["activities"] if each["key"] == PAGE]
    tree["modules"][0]["activities"] = [PAGE]
    tree["modules"] = tree["modules"][:1]
    if certificates is not None:
        tree["course"]["certificates"] = certificates
    stored = publish(
        session,
        SYSTEM,
        Edition.model_validate_json(json.dumps(tree)),
        read_registry(content / "guides")[0],
        now=clock.now(),
    )
    if stored is None:
        raise LookupError("The course was published before.")
    session.flush()
    return stored


def enrol(session: Session, person: Person, stored: StoredEdition) -> Enrolment:
    """The person on the course, under their affiliation of now."""
    enrolment = Enrolment(
        person_id=person.id,
        member_code=person.member_code,
        agency_id=person.agency_id,
        course_key=stored.course_key,
        edition_id=stored.id,
        source="self",
        state="active",
        language="en",
        enrolled_at=clock.now(),
    )
    session.add(enrolment)
    session.flush()
    return enrolment


def complete(
    session: Session,
    person: Person,
    stored: StoredEdition,
    *,
    now: datetime.datetime | None = None,
) -> Enrolment:
    """Enrol the person and read the one page to its end."""
    enrolment = enrol(session, person, stored)
    read_page(session, enrolment, now=now)
    return enrolment


def read_page(
    session: Session, enrolment: Enrolment, *, now: datetime.datetime | None = None
) -> None:
    """The page is read; the course is complete with it."""
    moment = now or clock.now()
    fact = Fact(
        client_id=f"read-{enrolment.id}",
        kind=EvidenceKind.READ,
        activity_key=PAGE,
        facts={},
        happened_at=moment,
    )
    credit(session, SYSTEM, enrolment.id, fact, now=moment)


def certificates_of(session: Session, person: Person) -> list[Certificate]:
    """All certificates of a person, oldest first."""
    session.expire_all()
    statement = scoped(Certificate, SYSTEM, Reach.ALL_MEMBERS)
    statement = statement.where(Certificate.person_id == person.id).order_by(Certificate.id)
    return list(session.execute(statement).scalars())


def make_documents(session: Session, settings: Settings) -> list[Job]:
    """Let the worker make what waits; the jobs it ran."""
    session.commit()
    bind = session.get_bind()
    if not isinstance(bind, Engine):
        raise TypeError("The session of a test is bound to an engine.")
    storage = LocalFolder(settings.files_folder)
    done = work_off(shift_of(bind, certificate_jobs.HANDLERS, storage, settings))
    session.expire_all()
    return done
