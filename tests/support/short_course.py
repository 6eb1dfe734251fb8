"""A course of one lesson and one quiz: the main job in a few pages, for walks in a browser."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from lms.core import clock
from lms.core.actor import Actor
from lms.core.database import Session
from lms.courses.check import load_course
from lms.courses.services import publish
from lms.guides.registry import read_registry
from tests.courses.small_course import COURSE, quiz_of, write, write_small_course
from tests.courses.test_check import GAPS
from tests.journeys.test_learning import QUESTIONS

KEY = "small-course"
MODULE = COURSE["modules/01-first/module.yaml"].replace(
    "[asking, check, quay, plan]", "[asking, check]"
)


def publish_short_course(session: Session, folder: Path, questions: Sequence[str]) -> None:
    """Publish it with these questions, by key, in the quiz; `folder` is for its files."""
    course = write_small_course(folder)
    for written in ("scenarios/quay.yaml", "reflections/plan.yaml"):
        (course / written).unlink()
    write(course / "modules" / "01-first" / "module.yaml", MODULE)
    write(course / "bank" / "all.yaml", COURSE["bank/all.yaml"] + QUESTIONS + GAPS)
    write(course / "quizzes" / "check.yaml", quiz_of(questions))
    registry = read_registry(folder / "guides")[0]
    publish(session, Actor.system("test"), load_course(course), registry, now=clock.now())
