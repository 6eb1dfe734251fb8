"""Roles held: who, which, for what scope, from when to when."""

from __future__ import annotations

import datetime
from typing import ClassVar

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    String,
    cast,
    false,
    or_,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column

from lms.access.permissions import Permission
from lms.access.reaches import Owned, Reach, ReachRule
from lms.access.roles import Role
from lms.core.actor import Actor, ScopeKind
from lms.core.database import Id, choice_of
from lms.people.models.members import Agency
from lms.people.models.persons import owned_through_person
from lms.people.rules.roles import FocalKind as FocalKind


class RoleHeld(Owned):
    """One role of one person for a term. Ended rows stay: focal points rotate often.

    `scope` is the member's code or the agency's id as text, empty for all. It holds on
    a day when started_on <= day and (ended_on is null or day <= ended_on).
    """

    __tablename__ = "role_held"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    role: Mapped[Role] = mapped_column(choice_of(Role, "role"))
    scope_kind: Mapped[ScopeKind] = mapped_column(choice_of(ScopeKind, "scope_kind"))
    scope: Mapped[str] = mapped_column(String(64), default="")
    focal_kind: Mapped[FocalKind | None] = mapped_column(choice_of(FocalKind, "focal_kind"))
    is_deputy: Mapped[bool] = mapped_column(default=False)
    started_on: Mapped[datetime.date]
    ended_on: Mapped[datetime.date | None]
    last_confirmed_on: Mapped[datetime.date | None]
    granted_by: Mapped[int | None] = mapped_column(Id)
    granted_at: Mapped[datetime.datetime]

    __table_args__ = (
        Index("ix_role_held_scope", "scope_kind", "scope"),
        CheckConstraint(
            "(role = 'focal_point') = (focal_kind IS NOT NULL)", name="focal_kind_when_focal_point"
        ),
    )
    __reaches__: ClassVar[dict[Reach, ReachRule]]


def _focal_points_of_own_member(actor: Actor) -> ColumnElement[bool]:
    """Taking up the role means being named to the officials one is there for."""
    if actor.member_code is None:
        return false()
    agencies = select(cast(Agency.id, String)).where(Agency.member_code == actor.member_code)
    return (RoleHeld.role == Role.FOCAL_POINT) & or_(
        (RoleHeld.scope_kind == ScopeKind.MEMBER) & (RoleHeld.scope == actor.member_code),
        (RoleHeld.scope_kind == ScopeKind.AGENCY) & RoleHeld.scope.in_(agencies),
    )


def _focal_points(actor: Actor) -> ColumnElement[bool]:
    """To count them only: that a member has a focal point is no secret, who it is may be one."""
    return RoleHeld.role == Role.FOCAL_POINT


RoleHeld.__reaches__ = {
    **owned_through_person(RoleHeld.person_id),
    Reach.CONSENTED: ReachRule(Permission.MEMBER_READ, _focal_points_of_own_member),
    Reach.COUNTING: ReachRule(Permission.MEMBER_READ, _focal_points),
}
