"""Drafts for tests: the smallest course that checks clean, and drafts of any course."""

from __future__ import annotations

from functools import cache

from config import ROOT
from lms.access.permissions import Permission
from lms.access.roles import Role
from lms.access.rules import may
from lms.authoring.models import Draft
from lms.authoring.services.drafts import begin
from lms.core import clock
from lms.core.actor import Actor, ScopeKind
from lms.core.database import Session
from lms.people.models import Person
from tests.courses.small_course import COURSE, TEXT
from tests.factories import actor_of, give_role, make_account

SMALL_KEY = "small-course"


def _small() -> dict[str, bytes]:
    """One module, two pages, one quiz with its bank, one scenario; sources of content/guides."""
    kept = {
        path: text
        for path, text in COURSE.items()
        if path.split("/")[0]
        in {"course.yaml", "glossary.yaml", "wellbeing.md", "modules", "quizzes", "bank"}
    }
    kept["scenarios/quay.yaml"] = COURSE["scenarios/quay.yaml"]
    kept["modules/01-first/module.yaml"] = kept["modules/01-first/module.yaml"].replace(
        "[asking, check, quay, plan]", "[asking, listening, check, quay]"
    )
    del kept["modules/01-first/02-asking-lighter.md"]
    kept["modules/01-first/01-asking.md"] = f"""\
---
key: asking
title: Asking
minutes: 5
summary: Ask a person alone.
objectives: [ask-alone]
cites: [protocol:3]
---

## Alone

{TEXT}

The [[minder]] answers for her [@identification-guide:guidance].
"""
    kept["modules/01-first/02-listening.md"] = f"""\
---
key: listening
title: Listening
minutes: 5
summary: Listen before you ask again.
objectives: [ask-alone]
cites: [protocol:3]
---

## First

{TEXT}
"""
    kept["course.yaml"] = kept["course.yaml"].replace("minutes: 22", "minutes: 17")
    return {
        path: text.replace("protocol", "palermo-protocol")
        .replace("identification-guide", "guide-victim-identification")
        .encode()
        for path, text in sorted(kept.items())
    }


SMALL: dict[str, bytes] = _small()
"""The files of a course that checks without a problem against content/guides."""


@cache
def content_files(course: str) -> dict[str, bytes]:
    """Every file of a course of content/, by its path in the folder."""
    folder = ROOT / "content" / "courses" / course
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def trainer_actor(person: Person, *courses: str) -> Actor:
    """The actor of a trainer of these courses."""
    return actor_of(person, *((Role.TRAINER, ScopeKind.COURSE, key) for key in courses))


def make_trainer(session: Session, *courses: str, member: str = "PLW", **values: object) -> Person:
    """A person with an account who is a trainer of these courses (`SMALL_KEY` if none is named)."""
    person = make_account(session, member, **values)
    for key in courses or (SMALL_KEY,):
        give_role(session, person, Role.TRAINER, ScopeKind.COURSE, key)
    return person


def make_draft(
    session: Session,
    person: Person,
    course: str = "victim-identification",
    files: dict[str, bytes] | None = None,
) -> Draft:
    """A draft of which the person is the contributor. `course` SMALL_KEY gives the small one.

    The person's role is not looked at, but given for this act; give it to them as well
    (`make_trainer`) before they sign in. Flushed, not committed.
    """
    actor = trainer_actor(person, course)
    assert may(actor, Permission.DRAFT_EDIT)
    chosen = files if files is not None else SMALL if course == SMALL_KEY else content_files(course)
    title = "A small course" if course == SMALL_KEY else course.replace("-", " ").capitalize()
    return begin(session, actor, course_key=course, title=title, files=chosen, now=clock.now())
