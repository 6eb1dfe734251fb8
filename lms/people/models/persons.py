"""The person: one account, one name as they write it, one affiliation at a time."""

from __future__ import annotations

import datetime
import enum
from typing import ClassVar

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import InstrumentedAttribute, Mapped, mapped_column

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
from lms.core.actor import Actor
from lms.core.database import Id, choice_of
from lms.core.text import N_
from lms.people.rules.names import search_text
from lms.people.rules.persons import PERSON_STATE_NAMES as PERSON_STATE_NAMES
from lms.people.rules.persons import PersonState as PersonState


class Sex(enum.StrEnum):
    """As the person states it; asked for counts by sex only, and never required."""

    WOMAN = "woman"
    MAN = "man"
    ANOTHER = "another"
    NOT_STATED = "not_stated"


SEX_NAMES: dict[Sex, str] = {
    Sex.WOMAN: N_("Woman"),
    Sex.MAN: N_("Man"),
    Sex.ANOTHER: N_("Another"),
    Sex.NOT_STATED: N_("Not stated"),
}


class Sector(enum.StrEnum):
    """The sector a person works in."""

    GOVERNMENT = "government"
    INTERNATIONAL_ORGANISATION = "international_organisation"
    BUSINESS = "business"
    CIVIL_SOCIETY = "civil_society"
    ACADEMIA = "academia"


SECTOR_NAMES: dict[Sector, str] = {
    Sector.GOVERNMENT: N_("Government"),
    Sector.INTERNATIONAL_ORGANISATION: N_("International organisation"),
    Sector.BUSINESS: N_("Business"),
    Sector.CIVIL_SOCIETY: N_("Civil society"),
    Sector.ACADEMIA: N_("Academia"),
}


def _search_text_at_first(context: DefaultExecutionContext) -> str:
    given = context.get_current_parameters()
    return search_text(
        given["name"],
        given.get("own_script_name") or "",
        given.get("list_name") or "",
        given["email"],
    )


class Person(MemberOwned):
    """An official's account.

    `name` is one field as the person writes it, any Unicode, never split by us;
    `list_name` is its form for lists where it differs. `member_code`, `agency_id` and
    `post` repeat the open affiliation; a test rebuilds them from the affiliations.
    A row that is `being_checked` names an address that someone else holds; whoever made
    it sees "invited", as for any new address (DESIGN 5, no existence oracle).
    Everything that is done to such a row moves `apparent_state`, which stands for its state
    to everyone but the secretariat (rules.persons.apparent_state); `checked_at` says that
    the secretariat has looked and left it so. Neither such a row nor a declined one holds
    its address against others.
    Limited listing has two switches here and one at the agency, each lifted only by who
    set it, and no reason. `search_text` holds all names and the address, folded.
    """

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    state: Mapped[PersonState] = mapped_column(choice_of(PersonState, "state"))
    apparent_state: Mapped[PersonState | None] = mapped_column(
        choice_of(PersonState, "apparent_state")
    )
    checked_at: Mapped[datetime.datetime | None]
    email: Mapped[str] = mapped_column(String(320))
    folded_email: Mapped[str] = mapped_column(String(320))
    name: Mapped[str] = mapped_column(String(200))
    own_script_name: Mapped[str] = mapped_column(String(200), default="")
    own_script_language: Mapped[str] = mapped_column(String(12), default="")
    list_name: Mapped[str] = mapped_column(String(200), default="")
    sort_name: Mapped[str] = mapped_column(String(200))
    search_text: Mapped[str] = mapped_column(String(1000), default=_search_text_at_first)
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"), index=True)
    post: Mapped[str] = mapped_column(String(200), default="")
    sector: Mapped[Sector] = mapped_column(choice_of(Sector, "sector"), default=Sector.GOVERNMENT)
    sex: Mapped[Sex] = mapped_column(choice_of(Sex, "sex"), default=Sex.NOT_STATED)
    languages: Mapped[list[str]]
    time_zone: Mapped[str] = mapped_column(String(64), default="UTC")
    interface_language: Mapped[str] = mapped_column(String(12), default="en")
    password_hash: Mapped[str | None] = mapped_column(String(200))
    limits_own_listing: Mapped[bool] = mapped_column(default=False)
    limited_by_agency: Mapped[bool] = mapped_column(default=False)
    working_name: Mapped[str] = mapped_column(String(200), default="")
    relay_address: Mapped[str] = mapped_column(String(320), default="")
    created_at: Mapped[datetime.datetime]
    run_id: Mapped[str | None] = mapped_column(String(36), index=True)

    __table_args__ = (
        Index("ix_person_member_code_sort_name", "member_code", "sort_name", "id"),
        Index("ix_person_sort_name", "sort_name", "id"),
        Index(
            "uq_person_folded_email",
            "folded_email",
            unique=True,
            postgresql_where=text("state NOT IN ('being_checked', 'declined')"),
            sqlite_where=text("state NOT IN ('being_checked', 'declined')"),
        ),
        Index("ix_person_folded_email", "folded_email"),
        CheckConstraint("name <> ''", name="has_name"),
    )
    __reaches__: ClassVar[dict[Reach, ReachRule]]


Person.__reaches__ = {
    Reach.SELF: owned_by_self(Person.id),
    Reach.OWN_MEMBER: owned_by_member(
        Permission.PERSON_READ_OWN_MEMBER, Person.member_code, Person.agency_id
    ),
    Reach.ALL_MEMBERS: everything(Permission.PERSON_READ_ALL),
}


def owned_through_person(person_id: InstrumentedAttribute[int]) -> dict[Reach, ReachRule]:
    """Reaches of a table that hangs on a person: its rows are seen by who sees the person."""

    def of_own_member(actor: Actor) -> ColumnElement[bool]:
        people = scoped(Person, actor, Reach.OWN_MEMBER).with_only_columns(Person.id)
        return person_id.in_(people)

    return {
        Reach.SELF: owned_by_self(person_id),
        Reach.OWN_MEMBER: ReachRule(Permission.PERSON_READ_OWN_MEMBER, of_own_member),
        Reach.ALL_MEMBERS: everything(Permission.PERSON_READ_ALL),
    }


class Acceptance(Owned):
    """A person accepted one version of the privacy notice or the terms, in a language."""

    __tablename__ = "acceptance"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    document: Mapped[str] = mapped_column(String(20))
    version: Mapped[str] = mapped_column(String(20))
    language: Mapped[str] = mapped_column(String(12))
    accepted_at: Mapped[datetime.datetime]

    __table_args__ = (UniqueConstraint("person_id", "document", "version"),)
    __reaches__: ClassVar[dict[Reach, ReachRule]]


Acceptance.__reaches__ = owned_through_person(Acceptance.person_id)
