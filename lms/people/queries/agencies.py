"""Reading agencies, and what stands in the way of closing one."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from lms.access.permissions import Permission
from lms.access.reaches import Reach, scoped
from lms.access.rules import may, may_for_agency
from lms.core.actor import Actor
from lms.core.audit.models import AuditEntry
from lms.core.database import Session
from lms.core.errors import NotFoundError
from lms.core.text import N_, fold
from lms.people.models import Affiliation, Agency
from lms.people.models.members import AGENCY_TYPE_NAMES, AgencyType


@dataclass(frozen=True, slots=True)
class AgenciesOfType:
    """The agencies of one type by name, with the word for the type."""

    type: AgencyType
    name: str
    agencies: Sequence[Agency]


@dataclass(frozen=True, slots=True)
class FormerName:
    """A name an agency had, and when it was given up."""

    name: str
    until: datetime.datetime


def list_agencies(session: Session, member_code: str) -> list[Agency]:
    """All agencies of a member by name, the closed ones too."""
    statement = select(Agency).where(Agency.member_code == member_code)
    return sorted(
        session.execute(statement).scalars(), key=lambda agency: (agency.folded_name, agency.id)
    )


def agencies_shown(actor: Actor, agencies: Sequence[Agency], member_code: str) -> list[Agency]:
    """Those the actor may know of.

    That a member has a unit whose people all have limited listing is for its own people
    and those who look after all members.
    """
    if actor.member_code == member_code or may(actor, Permission.PERSON_READ_ALL):
        return list(agencies)
    return [agency for agency in agencies if not agency.limits_listing]


def agencies_by_type(agencies: Sequence[Agency]) -> list[AgenciesOfType]:
    """Open agencies in groups, in the order of the types."""
    groups = (
        AgenciesOfType(
            kind,
            name,
            [each for each in agencies if each.type is kind and each.closed_at is None],
        )
        for kind, name in AGENCY_TYPE_NAMES.items()
    )
    return [group for group in groups if group.agencies]


def agency_choices(session: Session, member_code: str) -> list[tuple[int, str]]:
    """(id, name) of the open agencies of a member, for a form."""
    return [
        (agency.id, agency.name)
        for agency in list_agencies(session, member_code)
        if agency.closed_at is None
    ]


def agency_names(session: Session, ids: Iterable[int]) -> dict[int, str]:
    """The names of these agencies by id."""
    statement = select(Agency.id, Agency.name).where(Agency.id.in_(sorted(set(ids))))
    return dict(session.execute(statement).all())


def find_agency(session: Session, member_code: str, name: str) -> Agency | None:
    """The member's agency of this name in any letters and spacing, open or closed."""
    statement = select(Agency).where(
        Agency.member_code == member_code, Agency.folded_name == fold(name)
    )
    return session.execute(statement).scalar_one_or_none()


def get_agency_to_edit(
    session: Session, actor: Actor, agency_id: int, *, lock: bool = False
) -> Agency:
    """The agency, if the actor looks after it. NotFoundError for anybody else's."""
    agency = session.get(
        Agency, agency_id, with_for_update=True if lock else None, populate_existing=lock
    )
    if agency is None or not may_for_agency(
        actor, Permission.AGENCY_EDIT, agency.member_code, agency.id
    ):
        raise NotFoundError(N_("There is no such agency among those you look after."))
    return agency


def count_open_affiliations(session: Session, actor: Actor, agency: Agency) -> int:
    """How many people belong to the agency now."""
    statement = (
        scoped(Affiliation, actor, Reach.OWN_MEMBER)
        .with_only_columns(func.count())
        .where(Affiliation.agency_id == agency.id, Affiliation.ended_on.is_(None))
    )
    return session.execute(statement).scalar_one()


def former_names(session: Session, agency: Agency) -> list[FormerName]:
    """The names it had before, newest first, from the audit. A body's name is nobody's secret."""
    statement = (
        select(AuditEntry)
        .where(
            AuditEntry.subject_kind == "agency",
            AuditEntry.subject_id == str(agency.id),
            AuditEntry.verb == "agency.edit",
        )
        .order_by(AuditEntry.id.desc())
    )
    return [
        FormerName(str(entry.facts["former_name"]), entry.happened_at)
        for entry in session.execute(statement).scalars()
        if "former_name" in entry.facts
    ]
