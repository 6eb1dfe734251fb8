"""The last two activities of a course in two tabs at the same moment: never a lost completion."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable

import pytest
from flask import Flask

from lms.access.reaches import Reach, scoped
from lms.certificates.models import Certificate
from lms.completion.queries import verify
from lms.completion.services.crediting import credit
from lms.core import clock
from lms.core.database import Session
from lms.core.extensions import db
from lms.enrolments.models import Enrolment
from lms.enrolments.rules.states import EnrolmentState, Source
from lms.enrolments.services.taking import put_on
from lms.progress.rules import EvidenceKind, Fact
from tests.factories import actor_of, make_official
from tests.support.small_editions import SYSTEM, SmallCourse, Tree, activity

PAIRS = {"sqlite": 10, "postgresql": int(os.environ.get("BEKAL_TWO_TABS", "40"))}
"""SQLite lets one write at a time, so few pairs tell all; PostgreSQL is where they race.
`script/faults two_tabs` takes 200."""
LONGEST = 60


def two_pages(tree: Tree) -> None:
    second = {**activity(tree, "asking"), "key": "again", "file": "modules/01-first/03-again.md"}
    tree["activities"].append(second)
    tree["modules"][0]["activities"] = ["asking", "again"]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> SmallCourse:
    return SmallCourse(tmp_path_factory.mktemp("content"))


def test_two_last_activities_in_two_tabs_always_complete_the_course(
    app: Flask, session: Session, small: SmallCourse
) -> None:
    stored = small.publish(session, small.changed(two_pages))
    now = clock.now()
    learners = []
    for _ in range(PAIRS[session.get_bind().dialect.name]):
        person = make_official(session)
        enrolment_id = put_on(
            session, SYSTEM, person, stored, source=Source.IMPORT, language="en", now=now
        )
        assert enrolment_id is not None
        learners.append((actor_of(person), enrolment_id))
    session.commit()
    with app.app_context():
        engine = db.engine
    line = threading.Barrier(2)
    broken: list[BaseException] = []

    def tab(key: str) -> Callable[[], None]:
        """Presses Done on one page for every learner, in step with the other tab."""

        def press() -> None:
            for actor, enrolment_id in learners:
                fact = Fact(f"{key}:{enrolment_id}", EvidenceKind.READ, key, now, {})
                try:
                    with Session(engine) as own, own.begin():
                        line.wait(LONGEST)
                        credit(own, actor, enrolment_id, fact, now=clock.now())
                except BaseException as error:  # noqa: BLE001 - must reach the test
                    broken.append(error)
                    line.abort()
                    return

        return press

    tabs = [threading.Thread(target=tab(key), daemon=True) for key in ("asking", "again")]
    for thread in tabs:
        thread.start()
    for thread in tabs:
        thread.join(LONGEST * 3)
    assert broken == []
    states = [
        enrolment.state
        for enrolment in session.execute(scoped(Enrolment, SYSTEM, Reach.ALL_MEMBERS)).scalars()
    ]
    assert states.count(EnrolmentState.COMPLETED) == len(learners)
    certificates = session.execute(scoped(Certificate, SYSTEM, Reach.ALL_MEMBERS)).scalars().all()
    assert len({row.subject_id for row in certificates}) == len(certificates) == len(learners)
    assert [found for _, found in verify(session) if found] == []
