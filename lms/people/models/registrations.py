"""Registrations by people themselves, from the form to the confirmed address."""

from __future__ import annotations

import datetime
from typing import ClassVar

from sqlalchemy import ColumnElement, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from lms.access.permissions import Permission
from lms.access.reaches import MemberOwned, Reach, ReachRule, everything, owned_by_member
from lms.core.actor import Actor
from lms.core.database import Id, choice_of
from lms.people.models.persons import Sector, Sex


class Registration(MemberOwned):
    """What somebody wrote in the registration form.

    Not a person yet: the address is not proved, so nobody but the system reads the row.
    When the link sent to the address is confirmed, a person is made (`person_id`), the
    personal values here are emptied, and who decides sees the rest: the agency wished for
    and, where it is not in the list, its name as typed. A row that is never confirmed is
    deleted after it expired. `digest` is SHA-256 of the token in the link.
    """

    __tablename__ = "registration"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    digest: Mapped[str | None] = mapped_column(String(64), unique=True)
    email: Mapped[str] = mapped_column(String(320))
    folded_email: Mapped[str] = mapped_column(String(320))
    name: Mapped[str] = mapped_column(String(200))
    own_script_name: Mapped[str] = mapped_column(String(200), default="")
    own_script_language: Mapped[str] = mapped_column(String(12), default="")
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"))
    agency_name: Mapped[str] = mapped_column(String(200), default="")
    post: Mapped[str] = mapped_column(String(200), default="")
    sector: Mapped[Sector] = mapped_column(choice_of(Sector, "sector"))
    sex: Mapped[Sex] = mapped_column(choice_of(Sex, "sex"), default=Sex.NOT_STATED)
    languages: Mapped[list[str]]
    limits_own_listing: Mapped[bool] = mapped_column(default=False)
    interface_language: Mapped[str] = mapped_column(String(12))
    created_at: Mapped[datetime.datetime]
    expires_at: Mapped[datetime.datetime]
    confirmed_at: Mapped[datetime.datetime | None]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)

    __reaches__: ClassVar[dict[Reach, ReachRule]]


_of_member = owned_by_member(
    Permission.PERSON_DECIDE, Registration.member_code, Registration.agency_id
)


def _confirmed_of_own_member(actor: Actor) -> ColumnElement[bool]:
    return Registration.confirmed_at.is_not(None) & _of_member.rows(actor)


_all = everything(Permission.PERSON_READ_ALL)


def _confirmed_unless_system(actor: Actor) -> ColumnElement[bool]:
    seen = _all.rows(actor)
    return seen if actor.is_system else Registration.confirmed_at.is_not(None) & seen


Registration.__reaches__ = {
    Reach.OWN_MEMBER: ReachRule(Permission.PERSON_DECIDE, _confirmed_of_own_member),
    Reach.ALL_MEMBERS: ReachRule(Permission.PERSON_READ_ALL, _confirmed_unless_system),
}
