"""Agencies: added, renamed, closed, opened again, and whether they limit listing."""

from __future__ import annotations

import datetime
from typing import Any

from sqlalchemy import select

from lms.access.permissions import Permission
from lms.access.rules import may_for_member, scopes_for
from lms.core.actor import Actor, ScopeKind
from lms.core.audit.services import record
from lms.core.database import Session
from lms.core.errors import BadInputError, NotFoundError, NotPossibleError, RefusedError
from lms.core.text import N_, clean_line, fold
from lms.people.models import Agency, Member
from lms.people.models.members import AgencyType
from lms.people.queries.agencies import count_open_affiliations, find_agency, get_agency_to_edit


def add_agency(
    session: Session,
    actor: Actor,
    *,
    member_code: str,
    name: str,
    own_script_name: str,
    type: AgencyType,  # noqa: A002 - the column's word
    now: datetime.datetime,
) -> Agency:
    """Add an agency to a member, by a focal point of the whole member or the secretariat.

    Raises NotFoundError for another member, BadInputError on `name` if the member has an
    agency of that name, whatever its letters and spaces.
    """
    if not may_for_member(actor, Permission.AGENCY_EDIT, member_code):
        raise NotFoundError(N_("There is no such member among those you look after."))
    _lock_names(session, member_code)
    name = clean_line(name)
    _refuse_same_name(session, member_code, name, but=None)
    agency = Agency(
        member_code=member_code,
        type=type,
        name=name,
        own_script_name=clean_line(own_script_name),
        folded_name=fold(name),
        created_at=now,
    )
    session.add(agency)
    session.flush()
    record(session, actor, "agency.add", "agency", agency.id, now=now, member_code=member_code)
    return agency


def edit_agency(
    session: Session,
    actor: Actor,
    agency_id: int,
    *,
    name: str,
    own_script_name: str,
    type: AgencyType,  # noqa: A002 - the column's word
    now: datetime.datetime,
) -> Agency:
    """Rename an agency or change its type; the audit keeps the former name.

    Raises NotFoundError for somebody else's agency and BadInputError on `name` as for a
    new one. A repeat changes and records nothing.
    """
    agency = get_agency_to_edit(session, actor, agency_id)
    _lock_names(session, agency.member_code)
    session.refresh(agency)
    name = clean_line(name)
    _refuse_same_name(session, agency.member_code, name, but=agency)
    wanted: dict[str, Any] = {
        "name": name,
        "own_script_name": clean_line(own_script_name),
        "type": type,
    }
    fields = [field for field, value in wanted.items() if getattr(agency, field) != value]
    if not fields:
        return agency
    facts: dict[str, Any] = {"fields": fields}
    if "name" in fields:
        facts["former_name"] = agency.name
    for field in fields:
        setattr(agency, field, wanted[field])
    agency.folded_name = fold(name)
    session.flush()
    record(session, actor, "agency.edit", "agency", agency.id, now=now, **facts)
    return agency


def close_agency(
    session: Session, actor: Actor, agency_id: int, *, now: datetime.datetime
) -> Agency:
    """Close an agency that nobody belongs to any more. Nothing that points to it changes.

    Raises NotPossibleError saying how many people still belong to it. A repeat is a no-op.
    """
    agency = get_agency_to_edit(session, actor, agency_id, lock=True)
    if agency.closed_at is not None:
        return agency
    count = count_open_affiliations(session, actor, agency)
    if count:
        raise NotPossibleError(
            N_("People who belong to this agency: %(count)d. Move them to another agency first."),
            count=count,
        )
    agency.closed_at = now
    session.flush()
    record(session, actor, "agency.close", "agency", agency.id, now=now)
    return agency


def reopen_agency(
    session: Session, actor: Actor, agency_id: int, *, now: datetime.datetime
) -> Agency:
    """Open a closed agency again; a repeat is a no-op."""
    agency = get_agency_to_edit(session, actor, agency_id, lock=True)
    if agency.closed_at is None:
        return agency
    agency.closed_at = None
    session.flush()
    record(session, actor, "agency.reopen", "agency", agency.id, now=now)
    return agency


def limit_listing(
    session: Session, actor: Actor, agency_id: int, *, limits: bool, now: datetime.datetime
) -> Agency:
    """Set or lift the limited listing of all people of an agency. No reason is kept.

    The secretariat may set it, since protection must not wait, but only the agency's own
    side lifts it: RefusedError otherwise. A repeat is a no-op.
    """
    agency = get_agency_to_edit(session, actor, agency_id, lock=True)
    if agency.limits_listing == limits:
        return agency
    if not limits and not may_lift_limits(actor, agency):
        raise RefusedError(
            N_("Only a focal point of this agency or its member can lift limited listing.")
        )
    agency.limits_listing = limits
    session.flush()
    verb = "agency.limit-listing" if limits else "agency.lift-limits"
    record(session, actor, verb, "agency", agency.id, now=now)
    return agency


def may_lift_limits(actor: Actor, agency: Agency) -> bool:
    """Whether the actor is of the agency's own side."""
    scopes = scopes_for(actor, Permission.LISTING_LIMIT)
    return (
        agency.member_code in scopes.of(ScopeKind.MEMBER)
        or str(agency.id) in scopes.of(ScopeKind.AGENCY)
        or (scopes.everywhere and actor.member_code == agency.member_code)
    )


def _lock_names(session: Session, member_code: str) -> None:
    """One new name at a time within a member; rows that point to the member do not wait."""
    statement = (
        select(Member.code).where(Member.code == member_code).with_for_update(key_share=True)
    )
    if session.execute(statement).scalar_one_or_none() is None:
        raise NotFoundError(N_("There is no such member."))


def _refuse_same_name(session: Session, member_code: str, name: str, *, but: Agency | None) -> None:
    if not name:
        raise BadInputError(N_("Write the name of the agency."), field="name")
    same = find_agency(session, member_code, name)
    if same is None or same is but:
        return
    if same.closed_at is not None:
        raise BadInputError(
            N_("This member had an agency of this name, “%(name)s”. Open that one again instead."),
            field="name",
            name=same.name,
        )
    raise BadInputError(
        N_("This member already has an agency of this name: “%(name)s”."),
        field="name",
        name=same.name,
    )
