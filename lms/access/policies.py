"""The policy of a view, declared as data beside it and read by guard, menu, docs and tests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from lms.access.permissions import Permission
from lms.access.rules import may
from lms.core.actor import Actor

View = TypeVar("View", bound=Callable[..., Any])
ATTRIBUTE = "bekal_policy"


@dataclass(frozen=True, slots=True)
class Policy:
    """Who may reach a view.

    `permission` None means public, and `reason` says why. `recorded` views name
    people and must write the access record. `before_terms` views stay open to a
    signed-in person who has not accepted the privacy notice yet; `before_second_factor`
    views to one whose second factor is still asked for. `sets_up_second_factor` views stay
    open to one who must have a second factor and has none yet, and to nobody who has one
    and has not given it.
    """

    permission: Permission | None
    reason: str = ""
    recorded: bool = False
    before_terms: bool = False
    before_second_factor: bool = False
    sets_up_second_factor: bool = False

    @property
    def is_public(self) -> bool:
        return self.permission is None

    def admits(self, actor: Actor) -> bool:
        return self.permission is None or may(actor, self.permission)


def policy(
    permission: Permission,
    *,
    recorded: bool = False,
    before_terms: bool = False,
    before_second_factor: bool = False,
    sets_up_second_factor: bool = False,
) -> Callable[[View], View]:
    """Declare that a view needs this permission."""
    return _attach(
        Policy(
            permission,
            recorded=recorded,
            before_terms=before_terms,
            before_second_factor=before_second_factor,
            sets_up_second_factor=sets_up_second_factor,
        )
    )


def public(reason: str) -> Callable[[View], View]:
    """Declare that a view is for everybody, and why that is right."""
    return _attach(Policy(None, reason=reason, before_terms=True, before_second_factor=True))


def policy_of(view: Callable[..., Any]) -> Policy | None:
    """The policy declared on a view, or None if somebody forgot."""
    found = getattr(view, ATTRIBUTE, None)
    return found if isinstance(found, Policy) else None


def _attach(declared: Policy) -> Callable[[View], View]:
    def attach(view: View) -> View:
        setattr(view, ATTRIBUTE, declared)
        return view

    return attach
