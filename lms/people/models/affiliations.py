"""Where a person belongs, and belonged; how that changes; two accounts of one person."""

from __future__ import annotations

import datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, String, false, or_, text
from sqlalchemy import true as always
from sqlalchemy.orm import Mapped, mapped_column

from lms.access.permissions import Permission
from lms.access.reaches import (
    MemberOwned,
    Owned,
    Reach,
    ReachRule,
    everything,
    owned_by_member,
    owned_by_self,
    scoped,
)
from lms.access.rules import scopes_for
from lms.core.actor import Actor, ScopeKind
from lms.core.database import Id, choice_of
from lms.people.models.persons import Person
from lms.people.rules.merges import MergeState as MergeState
from lms.people.rules.persons import PersonState
from lms.people.rules.transfers import TransferState as TransferState


class Affiliation(MemberOwned):
    """One stretch of (member, agency, post). The open one has no end; there is at most one."""

    __tablename__ = "affiliation"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"), index=True)
    post: Mapped[str] = mapped_column(String(200), default="")
    started_on: Mapped[datetime.date]
    ended_on: Mapped[datetime.date | None]
    recorded_at: Mapped[datetime.datetime]

    __table_args__ = (
        Index(
            "uq_affiliation_open",
            "person_id",
            unique=True,
            postgresql_where=text("ended_on IS NULL"),
            sqlite_where=text("ended_on IS NULL"),
        ),
        CheckConstraint("ended_on IS NULL OR ended_on >= started_on", name="ends_after_start"),
    )
    __reaches__: ClassVar[dict[Reach, ReachRule]]


Affiliation.__reaches__ = {
    Reach.SELF: owned_by_self(Affiliation.person_id),
    Reach.OWN_MEMBER: owned_by_member(
        Permission.PERSON_READ_OWN_MEMBER, Affiliation.member_code, Affiliation.agency_id
    ),
    Reach.ALL_MEMBERS: everything(Permission.PERSON_READ_ALL),
}


class Transfer(Owned):
    """A change of member. Unfinished ones are unique a person.

    The new member sees it only once it was released (`released_at`); until then, and when
    the old member refuses, nothing tells it that the person exists.
    """

    __tablename__ = "transfer"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    from_member_code: Mapped[str] = mapped_column(ForeignKey("member.code"), index=True)
    to_member_code: Mapped[str] = mapped_column(ForeignKey("member.code"), index=True)
    to_agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"))
    to_post: Mapped[str] = mapped_column(String(200), default="")
    state: Mapped[TransferState] = mapped_column(choice_of(TransferState, "state"))
    asked_by: Mapped[int | None] = mapped_column(Id)
    asked_at: Mapped[datetime.datetime]
    released_at: Mapped[datetime.datetime | None]
    finished_at: Mapped[datetime.datetime | None]

    __table_args__ = (
        Index(
            "uq_transfer_unfinished",
            "person_id",
            unique=True,
            postgresql_where=text("state IN ('asked', 'released', 'accepted')"),
            sqlite_where=text("state IN ('asked', 'released', 'accepted')"),
        ),
        CheckConstraint("from_member_code <> to_member_code", name="changes_member"),
    )
    __reaches__: ClassVar[dict[Reach, ReachRule]]


def _transfers_of_own_member(actor: Actor) -> ColumnElement[bool]:
    scopes = scopes_for(actor, Permission.PERSON_READ_OWN_MEMBER)
    if scopes.everywhere:
        return always()
    members = sorted(scopes.of(ScopeKind.MEMBER))
    if not members:
        return false()
    incoming = Transfer.to_member_code.in_(members) & Transfer.released_at.is_not(None)
    return or_(Transfer.from_member_code.in_(members), incoming)


Transfer.__reaches__ = {
    Reach.SELF: owned_by_self(Transfer.person_id),
    Reach.OWN_MEMBER: ReachRule(Permission.PERSON_READ_OWN_MEMBER, _transfers_of_own_member),
    Reach.ALL_MEMBERS: everything(Permission.PERSON_READ_ALL),
}


class TransferRequest(MemberOwned):
    """A focal point of `member_code` asks for a person of another member, by e-mail only.

    Kept alike whether the address is anybody's; a job finds out, and `transfer_id` is then
    known to the old member and the secretariat alone. What finds nobody waits for the
    secretariat (`transfer_id` empty) until `answered_at`. Neither changes what the asking
    member is shown, which is what they wrote and when.
    """

    __tablename__ = "transfer_request"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    email: Mapped[str] = mapped_column(String(320))
    asked_by: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    asked_at: Mapped[datetime.datetime]
    looked_up_at: Mapped[datetime.datetime | None]
    transfer_id: Mapped[int | None] = mapped_column(ForeignKey("transfer.id"))
    answered_at: Mapped[datetime.datetime | None]

    __reaches__: ClassVar[dict[Reach, ReachRule]]


TransferRequest.__reaches__ = {
    Reach.OWN_MEMBER: owned_by_member(Permission.TRANSFER_ACCEPT, TransferRequest.member_code),
    Reach.ALL_MEMBERS: everything(Permission.PERSON_READ_ALL),
}


class Merge(Owned):
    """Two accounts are said to be one person. A row that moves nothing, so it can be undone.

    `other_state` is the state the other account had before, given back when it is undone.
    """

    __tablename__ = "merge"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    kept_person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    other_person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    state: Mapped[MergeState] = mapped_column(choice_of(MergeState, "state"))
    proposed_by: Mapped[int | None] = mapped_column(Id)
    proposed_at: Mapped[datetime.datetime]
    reason: Mapped[str] = mapped_column(String(60))
    decided_by: Mapped[int | None] = mapped_column(Id)
    decided_at: Mapped[datetime.datetime | None]
    other_state: Mapped[PersonState | None] = mapped_column(choice_of(PersonState, "other_state"))

    __table_args__ = (
        CheckConstraint("kept_person_id <> other_person_id", name="of_two_accounts"),
        Index(
            "uq_merge_open",
            "other_person_id",
            unique=True,
            postgresql_where=text("state IN ('proposed', 'made')"),
            sqlite_where=text("state IN ('proposed', 'made')"),
        ),
    )
    __reaches__: ClassVar[dict[Reach, ReachRule]]


def _merges_of_own_member(actor: Actor) -> ColumnElement[bool]:
    """Both accounts must be of the member: a focal point learns nothing of anybody else's."""
    people = scoped(Person, actor, Reach.OWN_MEMBER).with_only_columns(Person.id)
    return Merge.kept_person_id.in_(people) & Merge.other_person_id.in_(people)


Merge.__reaches__ = {
    Reach.SELF: owned_by_self(Merge.kept_person_id),
    Reach.OWN_MEMBER: ReachRule(Permission.PERSON_READ_OWN_MEMBER, _merges_of_own_member),
    Reach.ALL_MEMBERS: everything(Permission.PERSON_READ_ALL),
}
