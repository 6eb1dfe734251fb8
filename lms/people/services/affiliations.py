"""Where a person belongs: begun, changed within the member, ended. History is kept.

The open affiliation has no end. When another follows, the first ends on the day the next
begins, so the stretches touch and never overlap; two changes on one day leave a stretch
of no length, which is what happened. `person.member_code`, `agency_id` and `post` repeat
the last affiliation and are written only here.
"""

from __future__ import annotations

import datetime

from lms.access.permissions import Permission
from lms.access.reaches import Reach, scoped
from lms.access.rules import may_for_agency
from lms.core.actor import Actor
from lms.core.audit.services import record
from lms.core.database import Session
from lms.core.errors import BadInputError, RefusedError
from lms.core.text import N_, clean_line
from lms.people.models import Affiliation, Agency, Person


def begin_affiliation(
    session: Session,
    actor: Actor,
    person: Person,
    *,
    member_code: str,
    agency_id: int | None,
    post: str,
    started_on: datetime.date,
    now: datetime.datetime,
) -> Affiliation:
    """Open the first affiliation of a person who has none, and repeat it on the person.

    For whoever makes a person (invitation, registration, import): the caller has decided
    that the actor may, its own audit row covers this, and the person is flushed. Nothing
    is flushed here, so that an import sends many together; a person who has an open
    affiliation already is stopped by the database (uq_affiliation_open). Raises
    BadInputError on `agency_id` if the agency is closed or not of this member.
    """
    check_agency(session, member_code, agency_id)
    return _open(
        session,
        person,
        member_code=member_code,
        agency_id=agency_id,
        post=post,
        started_on=started_on,
        now=now,
    )


def change_affiliation(
    session: Session,
    actor: Actor,
    person: Person,
    *,
    agency_id: int | None,
    post: str,
    started_on: datetime.date,
    now: datetime.datetime,
    reason: str = "",
) -> bool:
    """Give the person another agency or post within the same member; whether anything changed.

    People change their own post; the agency is changed by a focal point of both agencies
    or of the whole member, or by the secretariat. Locks the person's row. Raises
    RefusedError for anybody else, BadInputError on `agency_id` (closed, or not of the
    member) or on `started_on` (in the future, or before the present stretch began).
    """
    session.refresh(person, with_for_update=True)
    post = clean_line(post)
    if (agency_id, post) == (person.agency_id, person.post):
        return False
    _require_change(actor, person, agency_id)
    if agency_id != person.agency_id:
        check_agency(session, person.member_code, agency_id, lock=True)
    changed = [
        name
        for name, before, after in (
            ("agency_id", person.agency_id, agency_id),
            ("post", person.post, post),
        )
        if before != after
    ]
    replace_affiliation(
        session,
        actor,
        person,
        member_code=person.member_code,
        agency_id=agency_id,
        post=post,
        started_on=started_on,
        now=now,
    )
    record(
        session,
        actor,
        "affiliation.change",
        "person",
        person.id,
        now=now,
        subject_person_id=person.id,
        reason=reason,
        fields=changed,
    )
    return True


def replace_affiliation(
    session: Session,
    actor: Actor,
    person: Person,
    *,
    member_code: str,
    agency_id: int | None,
    post: str,
    started_on: datetime.date,
    now: datetime.datetime,
) -> Affiliation:
    """Close the open affiliation on `started_on` and open the next one.

    Only for `change_affiliation` and the last step of a transfer, which hold the lock on
    the person and have decided and audited. Raises BadInputError on `started_on` if that
    day is to come or before the open affiliation began.
    """
    if started_on > now.date():
        raise BadInputError(
            N_("This day is still to come. Enter the change when it has happened."),
            field="started_on",
        )
    _close(session, actor, person, ended_on=started_on)
    opened = _open(
        session,
        person,
        member_code=member_code,
        agency_id=agency_id,
        post=post,
        started_on=started_on,
        now=now,
    )
    session.flush()
    return opened


def end_affiliation(
    session: Session,
    actor: Actor,
    person: Person,
    *,
    ended_on: datetime.date,
) -> None:
    """Close the open affiliation of a person who left the service; a repeat changes nothing.

    The person's columns keep the last affiliation. The caller decides and audits.
    """
    _close(session, actor, person, ended_on=ended_on)
    session.flush()


def check_agency(
    session: Session, member_code: str, agency_id: int | None, *, lock: bool = False
) -> Agency | None:
    """The agency, if it is open and of this member; BadInputError on `agency_id` otherwise.

    `lock` keeps it open until the transaction ends.
    """
    if agency_id is None:
        return None
    agency = session.get(Agency, agency_id, with_for_update={"read": True} if lock else None)
    if agency is None or agency.member_code != member_code:
        raise BadInputError(
            N_("There is no such agency of this member. Choose one of the list."),
            field="agency_id",
        )
    if agency.closed_at is not None:
        raise BadInputError(
            N_("This agency is closed. Choose another, or open it again first."),
            field="agency_id",
        )
    return agency


def _require_change(actor: Actor, person: Person, agency_id: int | None) -> None:
    if actor.person_id == person.id and agency_id == person.agency_id:
        return
    needed = Permission.AFFILIATION_CHANGE
    for agency in {person.agency_id, agency_id}:
        if not may_for_agency(actor, needed, person.member_code, agency):
            raise RefusedError(
                N_("Only a focal point of the member, or of both agencies, may do this.")
            )


def _close(session: Session, actor: Actor, person: Person, *, ended_on: datetime.date) -> None:
    reach = Reach.SELF if actor.person_id == person.id else Reach.OWN_MEMBER
    statement = scoped(Affiliation, actor, reach).where(
        Affiliation.person_id == person.id, Affiliation.ended_on.is_(None)
    )
    present = session.execute(statement).scalar_one_or_none()
    if present is None:
        return
    if ended_on < present.started_on:
        raise BadInputError(
            N_("This is before the present post began. Choose that day or a later one."),
            field="started_on",
        )
    present.ended_on = ended_on
    session.flush()


def _open(
    session: Session,
    person: Person,
    *,
    member_code: str,
    agency_id: int | None,
    post: str,
    started_on: datetime.date,
    now: datetime.datetime,
) -> Affiliation:
    opened = Affiliation(
        person_id=person.id,
        member_code=member_code,
        agency_id=agency_id,
        post=clean_line(post),
        started_on=started_on,
        recorded_at=now,
    )
    session.add(opened)
    person.member_code = member_code
    person.agency_id = agency_id
    person.post = opened.post
    return opened
