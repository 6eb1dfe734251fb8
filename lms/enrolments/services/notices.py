"""What people are told about their enrolments. A fact called `day` is a date in ISO 8601."""

from __future__ import annotations

import datetime

from lms.core.actor import Actor
from lms.core.database import Session
from lms.core.text import N_
from lms.enrolments.rules.assigning import SubjectKind
from lms.enrolments.rules.due import Stage
from lms.notices.rules import Category, NoticeKind
from lms.notices.services import tell

PAGES = {SubjectKind.COURSE: "/learning/%(key)s", SubjectKind.PATH: "/paths/%(key)s"}
TELLER = Actor.system("enrolments")


def _kinds(name: str, sentence: str, *, with_day: bool) -> dict[SubjectKind, NoticeKind]:
    facts = {"title": None, "key": None}
    return {
        kind: NoticeKind(
            name=f"{name}.{kind.value}",
            category=Category.LEARNING,
            sentence=sentence,
            path=path,
            facts={**facts, "day": None} if with_day else facts,
        )
        for kind, path in PAGES.items()
    }


ASSIGNED = _kinds("learning.assigned", N_("“%(title)s” is assigned to you."), with_day=False)
ASSIGNED_BY_DAY = _kinds(
    "learning.assigned_by_day",
    N_("“%(title)s” is assigned to you. Complete it by %(day)s."),
    with_day=True,
)
DUE_CHANGED = _kinds(
    "learning.due_changed", N_("“%(title)s” is now due on %(day)s."), with_day=True
)
DUE_LIFTED = _kinds(
    "learning.due_lifted", N_("“%(title)s” has no day due any more."), with_day=False
)
TAKEN_BACK = _kinds(
    "learning.taken_back",
    N_("“%(title)s” is no longer assigned to you. What you did is kept."),
    with_day=False,
)
DUE_SOON = _kinds("learning.due_soon", N_("“%(title)s” is due on %(day)s."), with_day=True)
OVERDUE = _kinds(
    "learning.overdue",
    N_("“%(title)s” was due on %(day)s. You can still complete it."),
    with_day=True,
)

OVERDUE_AMONG = NoticeKind(
    name="tasks.overdue",
    category=Category.TASKS,
    sentence=N_("Persons you look after with something overdue: %(count)s"),
    path="/own?state=overdue",
    facts={"count": None},
)


def tell_of(
    session: Session,
    kinds: dict[SubjectKind, NoticeKind],
    subject_kind: SubjectKind,
    *,
    person_id: int,
    title: str,
    key: str,
    now: datetime.datetime,
    day: datetime.date | None = None,
    once_key: str | None = None,
) -> None:
    """Tell a person one of the sentences above about a course or a path."""
    facts: dict[str, str | int] = {"title": title, "key": key}
    if day is not None and "day" in kinds[subject_kind].facts:
        facts["day"] = day.isoformat()
    tell(
        session,
        TELLER,
        person_id=person_id,
        kind=kinds[subject_kind],
        facts=facts,
        now=now,
        once_key=once_key,
    )


def reminder_of(stage: Stage) -> dict[SubjectKind, NoticeKind]:
    """The sentence of a stage."""
    return OVERDUE if stage.is_after else DUE_SOON
