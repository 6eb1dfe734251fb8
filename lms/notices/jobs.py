"""What the worker does for notices: dispatch them, and say each day what waits."""

from __future__ import annotations

import datetime
import threading
from collections.abc import Sequence

from sqlalchemy import Engine

from lms.access.reaches import Reach, scoped
from lms.access.roles import Role
from lms.core import clock
from lms.core.database import Session
from lms.core.jobs.periodic import Periodic
from lms.core.jobs.runner import Loop
from lms.core.jobs.work import Handler, Work
from lms.core.text import N_
from lms.notices.dispatch import CHUNK, WORKER, dispatch
from lms.notices.rules import Category, NoticeKind
from lms.notices.services import tell
from lms.people.models import RoleHeld
from lms.people.queries.due import list_due
from lms.people.queries.sign_in import actor_of

LOOK_EVERY = 5.0
"""Seconds between two looks for notices that are due."""
DECIDERS = (Role.FOCAL_POINT, Role.SECRETARIAT)

WAITING = NoticeKind(
    name="tasks.waiting",
    category=Category.TASKS,
    sentence=N_("Decisions that wait for you: %(count)s"),
    path="/start",
    facts={"count": None},
)


def dispatching(engine: Engine) -> Loop:
    """A loop beside the jobs that decides about notices as they come due."""

    def loop(stop: threading.Event) -> None:
        while not stop.wait(LOOK_EVERY):
            decided = CHUNK
            while decided == CHUNK and not stop.is_set():
                with Session(engine) as session, session.begin():
                    decided = dispatch(session, now=clock.now())

    return loop


def say_what_waits(work: Work) -> None:
    """Tell everybody whose decision is waited for how many wait, once a day, in chunks."""
    while True:
        with work.transaction() as session:
            people = _deciders(session, after=int(work.cursor.get("after", 0)), limit=CHUNK)
            for person_id in people:
                _tell_what_waits(session, person_id, now=work.now())
            if people:
                work.advance(session, cursor={"after": people[-1]}, done=work.done + len(people))
        if len(people) < CHUNK:
            return


def _deciders(session: Session, *, after: int, limit: int) -> Sequence[int]:
    statement = (
        scoped(RoleHeld, WORKER, Reach.ALL_MEMBERS)
        .with_only_columns(RoleHeld.person_id)
        .where(RoleHeld.role.in_(DECIDERS), RoleHeld.person_id > after)
        .distinct()
        .order_by(RoleHeld.person_id)
        .limit(limit)
    )
    return session.execute(statement).scalars().all()


def _tell_what_waits(session: Session, person_id: int, *, now: datetime.datetime) -> None:
    actor = actor_of(session, person_id, now=now)
    if actor is None:
        return
    count = sum(due.count for due in list_due(session, actor, now=now))
    if count:
        tell(
            session,
            WORKER,
            person_id=person_id,
            kind=WAITING,
            facts={"count": count},
            now=now,
            once_key=f"tasks.waiting@{now.date()}",
        )


HANDLERS: dict[str, Handler] = {"notices.say_what_waits": say_what_waits}
PERIODIC = (Periodic("notices.say_what_waits", datetime.timedelta(days=1)),)
