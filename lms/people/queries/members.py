"""Reading members: lists, search through the aliases, one member, counts of its people.

Members are bodies, so every account may read them; what is about people here goes
through reaches.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from lms.access.permissions import Permission
from lms.access.reaches import Reach, scoped
from lms.access.rules import may_for_member
from lms.core.actor import Actor
from lms.core.database import Session
from lms.core.errors import NotFoundError
from lms.core.text import N_, fold
from lms.people.models import Member, MemberAlias, Person
from lms.people.models.members import MEMBER_KIND_HEADINGS, MemberKind
from lms.people.rules.persons import PersonState, apparent_state

LONGEST_SEARCH = 120


@dataclass(frozen=True, slots=True)
class MembersOfKind:
    """The members of one kind by name, with the heading above them."""

    kind: MemberKind
    name: str
    members: Sequence[Member]


@dataclass(frozen=True, slots=True)
class PeopleOfMember:
    """How many persons (not participations) a member has, by what their account is.

    A row that is being checked counts as what it appears to be (no existence oracle).
    """

    active: int
    invited: int


def find_member(session: Session, text: str) -> Member | None:
    """The one member that goes by this name, code or alias in any case; None if none does.

    "Laos", "Vietnam", "Viet Nam", "Burma" and "LAO" find theirs. For imports and forms:
    nothing is guessed, a part of a name finds nobody.
    """
    folded = fold(text)
    if not folded or len(folded) > LONGEST_SEARCH:
        return None
    statement = (
        select(Member)
        .join(MemberAlias, MemberAlias.member_code == Member.code)
        .where(MemberAlias.folded == folded)
    )
    return session.execute(statement).scalar_one_or_none()


def member_codes_by_alias(session: Session) -> dict[str, str]:
    """Every folded name, code and alias with the member's code, to look up many at once."""
    statement = select(MemberAlias.folded, MemberAlias.member_code)
    return dict(session.execute(statement).all())


def list_members(session: Session, text: str = "") -> list[MembersOfKind]:
    """Members by kind, each kind by English short name; with `text` only those it finds.

    An exact name or alias finds its member alone; else whatever has the text in one of
    its names or aliases.
    """
    statement = select(Member)
    folded = fold(text)[:LONGEST_SEARCH]
    if folded:
        exact = find_member(session, folded)
        if exact is not None:
            statement = statement.where(Member.code == exact.code)
        else:
            codes = select(MemberAlias.member_code).where(
                MemberAlias.folded.contains(folded, autoescape=True)
            )
            statement = statement.where(Member.code.in_(codes))
    found = by_name(session.execute(statement).scalars().all())
    groups = (
        MembersOfKind(kind, name, [member for member in found if member.kind is kind])
        for kind, name in MEMBER_KIND_HEADINGS.items()
    )
    return [group for group in groups if group.members]


def by_name(members: Sequence[Member]) -> list[Member]:
    """Members in the order of their English short names, the same on every database."""
    return sorted(members, key=lambda member: fold(member.name))


def get_member(session: Session, code: str) -> Member:
    """The member with this code. Raises NotFoundError."""
    member = session.get(Member, code)
    if member is None:
        raise NotFoundError(N_("There is no such member."))
    return member


def member_choices(session: Session, *, without: str = "") -> list[tuple[str, str]]:
    """(code, name) of every member by name, for a form; `without` leaves one out."""
    members = by_name(session.execute(select(Member)).scalars().all())
    return [(member.code, member.name) for member in members if member.code != without]


def member_names(session: Session) -> dict[str, str]:
    """The names of all members by code."""
    return dict(session.execute(select(Member.code, Member.name)).all())


def count_people(session: Session, actor: Actor, member_code: str) -> PeopleOfMember | None:
    """How many persons the member has, for its own focal points and the secretariat; else None."""
    if not may_for_member(actor, Permission.PERSON_READ_OWN_MEMBER, member_code):
        return None
    statement = (
        scoped(Person, actor, Reach.OWN_MEMBER)
        .with_only_columns(Person.state, Person.apparent_state, func.count())
        .where(Person.member_code == member_code)
        .group_by(Person.state, Person.apparent_state)
    )
    counts: Counter[PersonState] = Counter()
    for state, apparent, count in session.execute(statement):
        counts[apparent_state(state, apparent)] += count
    return PeopleOfMember(counts[PersonState.ACTIVE], counts[PersonState.INVITED])
