"""Which roles can be granted for what, when terms overlap, when a role wants confirming. Pure."""

from __future__ import annotations

import datetime
import enum
from collections.abc import Iterable

from lms.access.roles import SCOPES, Role
from lms.core.actor import ScopeKind
from lms.core.text import N_
from lms.people.rules.due import CONFIRM_EVERY


class FocalKind(enum.StrEnum):
    """What a focal point is the focal point for."""

    NATIONAL = "national"
    AGENCY = "agency"
    ALUMNI = "alumni"
    SECONDMENT = "secondment"


FOCAL_KIND_NAMES: dict[FocalKind, str] = {
    FocalKind.NATIONAL: N_("National"),
    FocalKind.AGENCY: N_("Agency"),
    FocalKind.ALUMNI: N_("Alumni"),
    FocalKind.SECONDMENT: N_("Secondment"),
}

FOCAL_SCOPES: dict[FocalKind, ScopeKind] = {
    FocalKind.NATIONAL: ScopeKind.MEMBER,
    FocalKind.AGENCY: ScopeKind.AGENCY,
    FocalKind.ALUMNI: ScopeKind.MEMBER,
    FocalKind.SECONDMENT: ScopeKind.MEMBER,
}
"""An agency's focal point has that agency and no more; the others have the whole member."""

GRANTABLE: tuple[Role, ...] = tuple(
    role for role in Role if role not in {Role.OFFICIAL, Role.SYSTEM}
)
"""Every account is an official by itself, and nobody is the system."""

SCOPE_NAMES: dict[ScopeKind, str] = {
    ScopeKind.SELF: N_("Oneself"),
    ScopeKind.MEMBER: N_("Member"),
    ScopeKind.AGENCY: N_("Agency"),
    ScopeKind.COURSE: N_("Course"),
    ScopeKind.EVENT: N_("Event"),
    ScopeKind.INSTITUTION: N_("Institution"),
    ScopeKind.PLACEMENT: N_("Placement"),
    ScopeKind.CHAPTER: N_("Chapter"),
    ScopeKind.ALL: N_("All members"),
}


class RoleReason(enum.StrEnum):
    """Why a role ends or its term changes, as a class."""

    TERM_OVER = "term_over"
    CHANGED_POST = "changed_post"
    REPLACED = "replaced"
    LEFT_SERVICE = "left_service"
    MISTAKE = "mistake"
    OTHER = "other"


ROLE_REASON_NAMES: dict[RoleReason, str] = {
    RoleReason.TERM_OVER: N_("The term is over"),
    RoleReason.CHANGED_POST: N_("Changed post"),
    RoleReason.REPLACED: N_("Somebody else takes over"),
    RoleReason.LEFT_SERVICE: N_("Left the service"),
    RoleReason.MISTAKE: N_("It was a mistake"),
    RoleReason.OTHER: N_("Another reason"),
}


def scope_kind_for(role: Role, focal_kind: FocalKind | None) -> ScopeKind | None:
    """The kind of scope this role is held in; None if role and focal kind do not go together."""
    if (role is Role.FOCAL_POINT) != (focal_kind is not None):
        return None
    if focal_kind is not None:
        return FOCAL_SCOPES[focal_kind]
    kinds = SCOPES[role]
    return next(iter(kinds)) if len(kinds) == 1 else None


def overlaps(
    terms: Iterable[tuple[datetime.date, datetime.date | None]],
    started_on: datetime.date,
    ended_on: datetime.date | None,
) -> bool:
    """Whether a term shares a day with any of these; no end means for good."""
    return any(
        (end is None or started_on <= end) and (ended_on is None or start <= ended_on)
        for start, end in terms
    )


def holds_on(started_on: datetime.date, ended_on: datetime.date | None, day: datetime.date) -> bool:
    """Whether a term holds on a day; first and last day included."""
    return started_on <= day and (ended_on is None or day <= ended_on)


def is_stale(
    role: Role,
    started_on: datetime.date,
    last_confirmed_on: datetime.date | None,
    today: datetime.date,
) -> bool:
    """Whether a focal point has neither begun nor confirmed within 180 days (SECTOR 2.1)."""
    if role is not Role.FOCAL_POINT:
        return False
    seen = max(started_on, last_confirmed_on or started_on)
    return seen <= today - CONFIRM_EVERY
