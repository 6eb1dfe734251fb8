"""Pure questions about an actor: may it, and within which scopes."""

from __future__ import annotations

from dataclasses import dataclass

from lms.access.permissions import Permission
from lms.access.roles import PERMISSIONS, READS_OTHERS, Role
from lms.core.actor import Actor, Grant, ScopeKind


@dataclass(frozen=True, slots=True)
class Scopes:
    """Where an actor holds a permission: everywhere, or in these members, agencies, courses…"""

    everywhere: bool
    by_kind: dict[ScopeKind, frozenset[str]]

    def of(self, kind: ScopeKind) -> frozenset[str]:
        return self.by_kind.get(kind, frozenset())


def may(actor: Actor, permission: Permission) -> bool:
    """Whether any role held carries the permission, whatever its scope."""
    return any(_carries(grant, permission) for grant in actor.grants)


def scopes_for(actor: Actor, permission: Permission) -> Scopes:
    """The scopes in which the actor holds the permission."""
    carrying = [grant for grant in actor.grants if _carries(grant, permission)]
    kinds = {grant.scope_kind for grant in carrying}
    return Scopes(
        everywhere=ScopeKind.ALL in kinds,
        by_kind={
            kind: frozenset(grant.scope for grant in carrying if grant.scope_kind is kind)
            for kind in kinds
        },
    )


def may_for_member(actor: Actor, permission: Permission, member_code: str) -> bool:
    """Whether the permission is held for the whole of this member."""
    scopes = scopes_for(actor, permission)
    return scopes.everywhere or member_code in scopes.of(ScopeKind.MEMBER)


def may_for_agency(
    actor: Actor, permission: Permission, member_code: str, agency_id: int | None
) -> bool:
    """Whether the permission is held for this agency, or for the whole of its member."""
    if may_for_member(actor, permission, member_code):
        return True
    agencies = scopes_for(actor, permission).of(ScopeKind.AGENCY)
    return agency_id is not None and str(agency_id) in agencies


def reads_others(actor: Actor) -> bool:
    """Whether a role held can read another person's record."""
    return any(Role(grant.role) in READS_OTHERS for grant in actor.grants)


def _carries(grant: Grant, permission: Permission) -> bool:
    return permission in PERMISSIONS[Role(grant.role)]
