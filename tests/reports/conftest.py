"""People with learning for the pages of reports, and the worker."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from config import Settings
from lms.access.roles import Role
from lms.core.database import Session
from lms.core.extensions import db
from lms.core.jobs.models import Job, JobState
from lms.core.storage import LocalFolder
from lms.people.models import Person
from lms.reports import jobs
from tests.factories import give_role, make_agency, make_official
from tests.reports.golden import Stage
from tests.support.worker import shift_of, work_off


@pytest.fixture
def stage(session: Session, tmp_path: Path) -> Stage:
    """Fiji with many, Palau, Nauru and Tonga with three each, Sri Lanka with six."""
    stage = Stage(session, tmp_path)
    stage.come(range(1, 21), "FJI")
    stage.come(range(21, 24), "PLW")
    stage.come(range(24, 27), "NRU")
    stage.come(range(27, 33), "LKA")
    stage.come(range(33, 36), "TON")
    stage.begin(range(1, 36), "a", "01-10")
    stage.complete(range(1, 36), "a", "02-09")
    session.commit()
    return stage


@pytest.fixture
def reporting_officer(session: Session) -> Person:
    """Somebody who counts everything and manages nothing."""
    body = make_agency(session, "RSO", "Regional Support Office")
    person = make_official(session, "RSO", agency=body)
    give_role(session, person, Role.REPORTING_OFFICER)
    return person


@pytest.fixture
def work(app: Flask, session: Session, settings: Settings) -> Callable[[], None]:
    """Let the worker do what waits of reports."""

    def run() -> None:
        session.commit()
        with app.app_context():
            engine = db.engine
        storage = LocalFolder(settings.files_folder)
        work_off(shift_of(engine, jobs.HANDLERS, storage, settings))
        session.expire_all()
        ours = select(Job.state).where(Job.kind.in_(list(jobs.HANDLERS)))
        assert set(session.execute(ours).scalars()) == {JobState.DONE}
        session.rollback()

    return run
