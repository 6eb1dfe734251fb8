"""A role as somebody wants to grant it, and whether this person may hold it so."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass

from lms.access.roles import Role
from lms.core.actor import ScopeKind
from lms.core.database import Session
from lms.core.errors import BadInputError
from lms.core.text import N_
from lms.people.models import Agency, Member, Person
from lms.people.rules.roles import GRANTABLE, FocalKind, scope_kind_for

_TEXT_SCOPE = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_SCOPE_HELP: dict[ScopeKind, str] = {
    ScopeKind.ALL: N_("This role is held for all members."),
    ScopeKind.MEMBER: N_("A focal point is of the member they belong to."),
    ScopeKind.AGENCY: N_("Choose an open agency of the member the person belongs to."),
    **dict.fromkeys(
        (
            ScopeKind.COURSE,
            ScopeKind.EVENT,
            ScopeKind.INSTITUTION,
            ScopeKind.PLACEMENT,
            ScopeKind.CHAPTER,
        ),
        N_("Write the short name or number: small letters, digits and hyphens."),
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Grantable:
    """A role as it is to be held. `scope` is a member's code, an agency's id, or an id as text.

    First and last day are days in UTC, both included; no last day means for good.
    """

    role: Role
    scope: str = ""
    focal_kind: FocalKind | None = None
    is_deputy: bool = False
    started_on: datetime.date
    ended_on: datetime.date | None = None


def checked_scope(
    session: Session, person: Person, wanted: Grantable, *, today: datetime.date
) -> ScopeKind:
    """The kind of scope in which the person may hold this role.

    Raises BadInputError beside the field that is wrong: `role`, `focal_kind`, `is_deputy`,
    `scope` or `ended_on`.
    """
    if wanted.role not in GRANTABLE:
        raise BadInputError(N_("This role cannot be granted."), field="role")
    scope_kind = scope_kind_for(wanted.role, wanted.focal_kind)
    if scope_kind is None:
        raise BadInputError(
            N_("Say what kind of focal point; other roles have no kind."), field="focal_kind"
        )
    if wanted.is_deputy and wanted.focal_kind is None:
        raise BadInputError(N_("Only focal points have deputies."), field="is_deputy")
    if not _fits(session, person, scope_kind, wanted.scope):
        raise BadInputError(_SCOPE_HELP[scope_kind], field="scope")
    if wanted.ended_on is not None and wanted.ended_on < wanted.started_on:
        raise BadInputError(N_("The last day is before the first."), field="ended_on")
    if wanted.ended_on is not None and wanted.ended_on < today:
        raise BadInputError(N_("This term is over already."), field="ended_on")
    return scope_kind


def _fits(session: Session, person: Person, scope_kind: ScopeKind, scope: str) -> bool:
    if scope_kind is ScopeKind.ALL:
        return scope == ""
    if scope_kind is ScopeKind.MEMBER:
        return scope == person.member_code and session.get(Member, scope) is not None
    if scope_kind is ScopeKind.AGENCY:
        agency = session.get(Agency, int(scope)) if scope.isdecimal() else None
        return (
            agency is not None
            and agency.member_code == person.member_code
            and agency.closed_at is None
        )
    return _TEXT_SCOPE.fullmatch(scope) is not None
