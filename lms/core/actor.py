"""Who acts: a frozen record that every query and service takes, built once a request."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class ScopeKind(enum.StrEnum):
    """What a role held is limited to."""

    SELF = "self"
    MEMBER = "member"
    AGENCY = "agency"
    COURSE = "course"
    EVENT = "event"
    INSTITUTION = "institution"
    PLACEMENT = "placement"
    CHAPTER = "chapter"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Grant:
    """One role with its scope: `scope` is the code or id as text, empty for self and all."""

    role: str
    scope_kind: ScopeKind
    scope: str = ""


@dataclass(frozen=True, slots=True)
class Actor:
    """A person with the roles held at this moment, or a named part of the system.

    `person_id` is None for anonymous visitors and for the system. `has_second_factor`
    says whether this session was opened with one; `name` is for the audit of system
    actors only and never a person's name.
    """

    person_id: int | None
    member_code: str | None
    agency_id: int | None
    grants: frozenset[Grant]
    has_second_factor: bool = False
    name: str = ""

    @property
    def is_system(self) -> bool:
        return bool(self.name)

    @classmethod
    def system(cls, name: str) -> Actor:
        """A part of the system that acts by itself, such as the worker; named in the audit."""
        return cls(
            person_id=None,
            member_code=None,
            agency_id=None,
            grants=frozenset({Grant("system", ScopeKind.ALL)}),
            name=name,
        )


ANONYMOUS = Actor(person_id=None, member_code=None, agency_id=None, grants=frozenset())
