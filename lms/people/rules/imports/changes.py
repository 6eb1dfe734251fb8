"""What a row would change of the person who is there already."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lms.people.rules.imports.problems import Problem
from lms.people.rules.imports.rows import Wanted, closed_agency
from lms.people.rules.persons import PersonState

PLAIN = (
    "name", "own_script_name", "own_script_language", "list_name", "post", "sector", "sex",
    "languages", "time_zone", "interface_language",
)  # fmt: skip
"""Fields compared as they are. Agency and limited listing have rules of their own."""

THEIRS = frozenset({"sex", "languages", "time_zone", "interface_language"})
"""What people say of themselves once they have signed in; a file does not overrule them."""

_BEFORE_SIGN_IN = frozenset({PersonState.INVITED, PersonState.BEING_CHECKED})
_NOT_NOW = {
    PersonState.AWAITING: "person_awaiting",
    PersonState.LEFT: "person_left",
    PersonState.MERGED: "person_left",
}

Changes = dict[str, list[Any]]
"""Field to [before, after]. `agency` holds names for people to read, `agency_id` the ids."""


@dataclass(frozen=True, slots=True)
class Present:
    """A person as they are now, of those the importer may see.

    `is_limited` is the effect of all switches of limited listing, the agency's included.
    """

    id: int
    state: PersonState
    member_code: str
    member_name: str
    agency_id: int | None
    agency_name: str
    is_limited: bool
    values: dict[str, Any]


def compare(wanted: Wanted, present: Present) -> tuple[Changes, list[Problem]]:
    """What the row would change; nothing where the row cannot be imported, with the reason.

    An empty cell changes nothing; so does "no" under limited listing, which is lifted on
    the person's page by who set it, never by a file.
    """
    if present.member_code != wanted.member_code:
        facts = {"member": present.member_name}
        return {}, [Problem("member", "member_transfer", facts)]
    changes: Changes = {}
    for name in PLAIN:
        if name not in wanted.values:
            continue
        before, after = present.values[name], wanted.values[name]
        if before != after and not _is_theirs(name, before, present.state):
            changes[name] = [before, after]
    if wanted.new_agency:
        changes["agency"] = [present.agency_name, wanted.new_agency]
    elif wanted.agency is not None and wanted.agency.id != present.agency_id:
        changes["agency"] = [present.agency_name, wanted.agency.name]
        changes["agency_id"] = [present.agency_id, wanted.agency.id]
    if wanted.values.get("limited_listing") and not present.is_limited:
        changes["limited_listing"] = [False, True]
    return _if_possible(changes, wanted, present)


def _if_possible(
    changes: Changes, wanted: Wanted, present: Present
) -> tuple[Changes, list[Problem]]:
    """The changes, or what keeps them from being made. No change is always possible."""
    if changes and present.state in _NOT_NOW:
        return {}, [Problem("email", _NOT_NOW[present.state])]
    closed = closed_agency(wanted) if "agency_id" in changes else []
    return ({}, closed) if closed else (changes, [])


def restorable(changes: Changes, present: Present) -> tuple[dict[str, Any], list[str]]:
    """For undo: what to set back, and the fields that changed again since and stay."""
    back: dict[str, Any] = {}
    kept: list[str] = []
    for name, (before, after) in changes.items():
        if name == "agency":
            continue
        if name == "agency_id":
            now: Any = present.agency_id
        else:
            now = present.values[name]
        if now == after:
            back[name] = before
        elif now != before:
            kept.append("agency" if name == "agency_id" else name)
    return back, kept


def _is_theirs(name: str, before: Any, state: PersonState) -> bool:
    says_something = before not in ("", [], "not_stated")
    return name in THEIRS and says_something and state not in _BEFORE_SIGN_IN
