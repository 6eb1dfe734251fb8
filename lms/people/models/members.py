"""Members and agencies: bodies, not people, so every account may read them."""

from __future__ import annotations

import datetime
import enum

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.core.database import Base, Id, choice_of
from lms.core.text import N_


class MemberKind(enum.StrEnum):
    """What a member is. The words are for our own lists, not a statement on status."""

    GOVERNMENT = "government"
    ORGANISATION = "organisation"
    OBSERVER_STATE = "observer_state"
    OBSERVER_ORGANISATION = "observer_organisation"
    SECRETARIAT = "secretariat"
    PARTNER = "partner"
    GUEST = "guest"


MEMBER_KIND_NAMES: dict[MemberKind, str] = {
    MemberKind.GOVERNMENT: N_("Member government"),
    MemberKind.ORGANISATION: N_("Member organisation"),
    MemberKind.OBSERVER_STATE: N_("Observer"),
    MemberKind.OBSERVER_ORGANISATION: N_("Observer organisation"),
    MemberKind.SECRETARIAT: N_("Secretariat"),
    MemberKind.PARTNER: N_("Partner"),
    MemberKind.GUEST: N_("Guest"),
}


MEMBER_KIND_HEADINGS: dict[MemberKind, str] = {
    MemberKind.GOVERNMENT: N_("Member governments"),
    MemberKind.ORGANISATION: N_("Member organisations"),
    MemberKind.OBSERVER_STATE: N_("Observers"),
    MemberKind.OBSERVER_ORGANISATION: N_("Observer organisations"),
    MemberKind.SECRETARIAT: N_("Secretariat"),
    MemberKind.PARTNER: N_("Partners"),
    MemberKind.GUEST: N_("Guests"),
}
"""The same above a list of them."""


class AgencyType(enum.StrEnum):
    """The field's usual kinds of agency; what a trainer sees instead of the agency's name."""

    IMMIGRATION = "immigration"
    BORDER = "border"
    POLICE = "police"
    COAST_GUARD = "coast_guard"
    CUSTOMS = "customs"
    PROSECUTION = "prosecution"
    JUDICIARY = "judiciary"
    ANTI_TRAFFICKING = "anti_trafficking"
    FOREIGN_AFFAIRS = "foreign_affairs"
    LABOUR = "labour"
    SOCIAL_WELFARE = "social_welfare"
    JUSTICE = "justice"
    TRAINING = "training"
    INTERNATIONAL = "international"
    CIVIL_SOCIETY = "civil_society"
    BUSINESS = "business"
    ACADEMIA = "academia"
    OTHER = "other"


AGENCY_TYPE_NAMES: dict[AgencyType, str] = {
    AgencyType.IMMIGRATION: N_("Immigration"),
    AgencyType.BORDER: N_("Border guard"),
    AgencyType.POLICE: N_("Police"),
    AgencyType.COAST_GUARD: N_("Coast guard or navy"),
    AgencyType.CUSTOMS: N_("Customs"),
    AgencyType.PROSECUTION: N_("Prosecution"),
    AgencyType.JUDICIARY: N_("Judiciary"),
    AgencyType.ANTI_TRAFFICKING: N_("Anti-trafficking unit or council"),
    AgencyType.FOREIGN_AFFAIRS: N_("Foreign affairs and consular service"),
    AgencyType.LABOUR: N_("Labour inspection"),
    AgencyType.SOCIAL_WELFARE: N_("Social welfare"),
    AgencyType.JUSTICE: N_("Justice or home affairs ministry"),
    AgencyType.TRAINING: N_("Training institution"),
    AgencyType.INTERNATIONAL: N_("International organisation"),
    AgencyType.CIVIL_SOCIETY: N_("Civil society"),
    AgencyType.BUSINESS: N_("Business"),
    AgencyType.ACADEMIA: N_("University or research"),
    AgencyType.OTHER: N_("Other"),
}


class Member(Base):
    """Any party of content/members.csv. Never deleted; renamed only by editing that file."""

    __tablename__ = "member"

    code: Mapped[str] = mapped_column(String(12), primary_key=True)
    kind: Mapped[MemberKind] = mapped_column(choice_of(MemberKind, "kind"))
    name: Mapped[str] = mapped_column(String(120), unique=True)
    iso2: Mapped[str] = mapped_column(String(2), default="")
    iso3: Mapped[str] = mapped_column(String(3), default="")
    subregion: Mapped[str] = mapped_column(String(40), default="")
    is_small_island_peer: Mapped[bool] = mapped_column(default=False)
    is_co_chair: Mapped[bool] = mapped_column(default=False)
    languages: Mapped[str] = mapped_column(String(200), default="")
    script: Mapped[str] = mapped_column(String(60), default="")


class MemberAlias(Base):
    """Another spelling that finds a member in imports and search; folded, unique over all."""

    __tablename__ = "member_alias"

    folded: Mapped[str] = mapped_column(String(120), primary_key=True)
    member_code: Mapped[str] = mapped_column(ForeignKey("member.code"), index=True)


class Agency(Base):
    """A body of a member.

    `limits_listing` gives all its people limited listing; it may vouch for working
    names. `folded_name` keeps one agency from being entered twice in other letters.
    """

    __tablename__ = "agency"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    member_code: Mapped[str] = mapped_column(ForeignKey("member.code"), index=True)
    type: Mapped[AgencyType] = mapped_column(choice_of(AgencyType, "type"))
    name: Mapped[str] = mapped_column(String(200))
    own_script_name: Mapped[str] = mapped_column(String(200), default="")
    folded_name: Mapped[str] = mapped_column(String(200))
    limits_listing: Mapped[bool] = mapped_column(default=False)
    closed_at: Mapped[datetime.datetime | None]
    created_at: Mapped[datetime.datetime]

    __table_args__ = (UniqueConstraint("member_code", "folded_name"),)
