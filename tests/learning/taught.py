"""A small course with a text to be marked and a meeting, and the people who look after it."""

from __future__ import annotations

from pathlib import Path

from lms.access.reaches import Reach, scoped
from lms.access.roles import Role
from lms.core import clock
from lms.core.actor import Actor, ScopeKind
from lms.core.database import Session
from lms.courses.check import load_course
from lms.courses.services import publish
from lms.courses.values.edition import Edition
from lms.guides.registry import read_registry
from lms.people.models import Person
from tests.courses.small_course import COURSE, write, write_small_course
from tests.factories import give_role, make_agency, make_official

SYSTEM = Actor.system("test")
KEY = "small-course"

MARKED = """\
key: plan
title: Your plan
form: action-plan
minutes: 10
intro: What will you do?
done_when: marked
prompts:
  - key: step
    text: One step.
rubric:
  - key: specific
    text: The plan names a step and a day.
    levels:
      - points: 0
        text: A wish.
      - points: 2
        text: A step and a day.
  - key: safe
    text: The plan harms nobody.
    levels:
      - points: 0
        text: It could do harm.
      - points: 3
        text: It is safe.
"""

SESSION = """\
key: day
title: Workshop day
minutes: 60
place: in-person
intro: What happens on the day.
"""


def write_taught_course(content: Path) -> tuple[Edition, Path]:
    """The small course, its plan marked by people, with a workshop day; and its guides."""
    folder = write_small_course(content)
    write(folder / "reflections" / "plan.yaml", MARKED)
    write(folder / "sessions" / "day.yaml", SESSION)
    module = COURSE["modules/01-first/module.yaml"].replace("plan]", "plan, day]")
    write(folder / "modules" / "01-first" / "module.yaml", module)
    write(folder / "course.yaml", COURSE["course.yaml"].replace("minutes: 22", "minutes: 82"))
    return load_course(folder), content / "guides"


def publish_course(session: Session, found: tuple[Edition, Path]) -> Edition:
    """Publish the course, and once more under another key, as somebody else's course."""
    edition, guides = found
    registry = read_registry(guides)[0]
    publish(session, SYSTEM, edition, registry, now=clock.now())
    other = edition.model_copy(
        update={"course": edition.course.model_copy(update={"key": "other-course"})}
    )
    publish(session, SYSTEM, Edition.from_json(other.to_json()), registry, now=clock.now())
    return edition


def make_trainer(session: Session, course: str = KEY, role: Role = Role.TRAINER) -> Person:
    """Somebody of the secretariat's body who looks after one course."""
    person = make_official(
        session, "RSO", agency=make_agency(session, "RSO", "Regional Support Office")
    )
    give_role(session, person, role, ScopeKind.COURSE, course)
    return person


def rows(session: Session, model):
    """Every row of a table, oldest first."""
    statement = scoped(model, SYSTEM, Reach.ALL_MEMBERS).order_by(model.id)
    return list(session.execute(statement).scalars())
