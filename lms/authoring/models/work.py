"""The tables of work after a new edition of a guide: one list, one row to each thing touched."""

from __future__ import annotations

import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.authoring.rules.work import WorkState, WorkSubject
from lms.core.database import Base, Id, choice_of


class GuideWork(Base):
    """What follows from one edition of a guide taking the place of another."""

    __tablename__ = "guide_work"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    guide_key: Mapped[str] = mapped_column(String(80))
    before_id: Mapped[int] = mapped_column(ForeignKey("guide_edition.id"))
    after_id: Mapped[int] = mapped_column(ForeignKey("guide_edition.id"))
    begun_at: Mapped[datetime.datetime]
    begun_by: Mapped[int | None] = mapped_column(Id)

    __table_args__ = (UniqueConstraint("before_id", "after_id"),)


class WorkItem(Base):
    """One thing that cites a changed section, or the certificates of a course that rests on it.

    `place` names it once in the list, so that looking anew adds only what is new. Exactly
    one of `edition_id` and `draft_id` says where it stands. `sections` holds the cited keys
    with what became of each; `certificates` and `holders` are counts when the list was
    made and 0 for everything else. `told_at` is when the holders of the course were told,
    at most once, by the job `told_run_id`.
    """

    __tablename__ = "guide_work_item"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    guide_work_id: Mapped[int] = mapped_column(ForeignKey("guide_work.id"))
    place: Mapped[str] = mapped_column(String(300))
    subject: Mapped[WorkSubject] = mapped_column(choice_of(WorkSubject, "subject"))
    course_key: Mapped[str] = mapped_column(String(80))
    edition_id: Mapped[int | None] = mapped_column(Id)
    draft_id: Mapped[int | None] = mapped_column(Id)
    subject_key: Mapped[str] = mapped_column(String(80))
    language: Mapped[str] = mapped_column(String(12))
    title: Mapped[str] = mapped_column(String(300))
    sections: Mapped[dict[str, Any]]
    certificates: Mapped[int] = mapped_column(default=0)
    holders: Mapped[int] = mapped_column(default=0)
    state: Mapped[WorkState] = mapped_column(choice_of(WorkState, "state"))
    owner_id: Mapped[int | None] = mapped_column(Id)
    changed_at: Mapped[datetime.datetime]
    changed_by: Mapped[int | None] = mapped_column(Id)
    told_at: Mapped[datetime.datetime | None]
    told_by: Mapped[int | None] = mapped_column(Id)
    told_run_id: Mapped[str | None] = mapped_column(String(36))

    __table_args__ = (
        UniqueConstraint("guide_work_id", "place"),
        Index("ix_guide_work_item_work_course", "guide_work_id", "course_key", "id"),
    )
