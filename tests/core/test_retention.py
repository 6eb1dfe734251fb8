"""What has had its day is forgotten; what waits for somebody stays however old it is."""

from __future__ import annotations

import datetime
from pathlib import Path

from flask import Flask
from sqlalchemy import select

from lms.core import clock, retention
from lms.core.actor import Actor
from lms.core.apart import Try
from lms.core.database import Session
from lms.core.extensions import db
from lms.core.jobs.models import Job, JobState
from lms.core.jobs.runner import Shift
from lms.core.jobs.services import enqueue
from lms.core.outbox.models import OutboxMessage, OutboxState
from lms.core.outbox.services import queue_mail
from lms.core.storage import LocalFolder
from tests.support.worker import work_off

SCHEDULE = Actor.system("schedule")
SOMEBODY = Actor(person_id=5, member_code="PLW", agency_id=None, grants=frozenset())


def test_old_working_records_are_forgotten_and_open_ones_stay(
    app: Flask, session: Session, tmp_path: Path
) -> None:
    now = clock.now()
    days = {name: now - datetime.timedelta(days=name) for name in (1, 8, 40, 100, 400)}
    for name in (1, 8):
        session.add(Try(key=str(name), tried_at=days[name]))
    for state, by, old in (
        (JobState.DONE, SCHEDULE, 40),
        (JobState.DONE, SCHEDULE, 8),
        (JobState.DONE, SOMEBODY, 40),
        (JobState.CANCELLED, SOMEBODY, 400),
        (JobState.PARKED, SCHEDULE, 400),
        (JobState.WAITING, SCHEDULE, 400),
    ):
        job = enqueue(session, f"{state} {old}", {}, requested_by=by, now=days[old])
        job.state = state
        job.finished_at = None if state is JobState.WAITING else days[old]
    for mail_state, old in (
        (OutboxState.DELIVERED, 100),
        (OutboxState.DELIVERED, 40),
        (OutboxState.PARKED, 400),
        (OutboxState.WAITING, 400),
    ):
        mail = queue_mail(
            session,
            template=f"{mail_state} {old}",
            language="en",
            address="ann@example.org",
            person_id=None,
            facts={},
            now=days[old],
        )
        mail.state = mail_state
    for _ in range(450):
        session.add(Try(key="many", tried_at=days[8]))
    enqueue(session, "core.forget", {}, requested_by=SCHEDULE, now=now)
    session.commit()

    with app.app_context():
        shift = Shift(engine=db.engine, handlers=retention.HANDLERS, storage=LocalFolder(tmp_path))
    (done,) = work_off(shift)
    assert session.execute(select(Try.key)).scalars().all() == ["1"]
    kinds = set(session.execute(select(Job.kind)).scalars())
    assert kinds == {"done 8", "done 40", "parked 400", "waiting 400", "core.forget"}
    by = session.execute(select(Job.requested_by).where(Job.kind == "done 40")).scalars().all()
    assert by == [5]
    templates = set(session.execute(select(OutboxMessage.template)).scalars())
    assert templates == {"delivered 40", "parked 400", "waiting 400"}
    assert session.get_one(Job, done.id, populate_existing=True).state is JobState.DONE
