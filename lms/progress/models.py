"""The table of evidence."""

from __future__ import annotations

import datetime
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from lms.access.permissions import Permission
from lms.access.reaches import (
    MemberOwned,
    Reach,
    ReachRule,
    everything,
    owned_by_member,
    owned_by_self,
    scoped,
)
from lms.core.actor import Actor
from lms.core.database import Id, choice_of
from lms.enrolments.models import Enrolment
from lms.progress.rules import EvidenceKind


class Evidence(MemberOwned):
    """One fact about an enrolment, written once and never changed.

    `happened_at` is when it happened, `recorded_at` when we learnt of it: "as of" a day
    means recorded by then. `corrects_id` points to the fact a correction takes back.
    """

    __tablename__ = "evidence"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    client_id: Mapped[str] = mapped_column(String(64), unique=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"))
    kind: Mapped[EvidenceKind] = mapped_column(choice_of(EvidenceKind, "kind"))
    activity_key: Mapped[str] = mapped_column(String(80))
    happened_at: Mapped[datetime.datetime]
    recorded_at: Mapped[datetime.datetime]
    facts: Mapped[dict[str, Any]]
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("evidence.id"))
    reason: Mapped[str] = mapped_column(String(60), default="")

    __table_args__ = (Index("ix_evidence_enrolment_id", "enrolment_id", "id"),)
    __reaches__: ClassVar[dict[Reach, ReachRule]]


def _of_taught_courses(actor: Actor) -> ColumnElement[bool]:
    # EXISTS, looked up for each row: an IN would list every enrolment of the course first.
    own = scoped(Enrolment, actor, Reach.TAUGHT).where(Enrolment.id == Evidence.enrolment_id)
    return own.correlate(Evidence).exists()


Evidence.__reaches__ = {
    Reach.SELF: owned_by_self(Evidence.person_id),
    Reach.OWN_MEMBER: owned_by_member(
        Permission.ENROLMENT_READ_OWN_MEMBER, Evidence.member_code, Evidence.agency_id
    ),
    Reach.TAUGHT: ReachRule(Permission.ENROLMENT_READ_TAUGHT, _of_taught_courses),
    Reach.ALL_MEMBERS: everything(Permission.ENROLMENT_READ_ALL),
    Reach.COUNTING: everything(Permission.REPORT_COUNT),
}
