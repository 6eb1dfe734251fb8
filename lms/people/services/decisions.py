"""Deciding about registrations, and about addresses that somebody else holds."""

from __future__ import annotations

import datetime

from lms.access.permissions import Permission
from lms.access.reaches import Reach
from lms.access.rules import may_for_agency, scopes_for
from lms.core.actor import Actor
from lms.core.audit.services import record
from lms.core.database import Session
from lms.core.errors import NotFoundError, RefusedError
from lms.core.outbox.services import queue_mail
from lms.core.text import N_
from lms.people.models import Member, Person
from lms.people.queries.decisions import get_collision
from lms.people.queries.persons import get_person
from lms.people.rules.persons import Reason, Transition, Verb
from lms.people.rules.transfers import TransferReason
from lms.people.services.affiliations import change_affiliation
from lms.people.services.persons import move_person
from lms.people.services.transfers import open_transfer


def accept(
    session: Session,
    actor: Actor,
    person_id: int,
    *,
    agency_id: int | None,
    now: datetime.datetime,
) -> Transition:
    """Let somebody in who registered, in this agency, and tell them by mail.

    Raises what `move_person` and `change_affiliation` raise; RefusedError if the agency is
    not one the actor decides for.
    """
    step = move_person(session, actor, person_id, Verb.ACCEPT, reason=None, now=now)
    person = get_person(session, actor, person_id, Reach.OWN_MEMBER)
    if not may_for_agency(actor, Permission.PERSON_DECIDE, person.member_code, agency_id):
        raise RefusedError(N_("You accept people for your own agency only."))
    if agency_id != person.agency_id:
        change_affiliation(
            session,
            actor,
            person,
            agency_id=agency_id,
            post=person.post,
            started_on=now.date(),
            now=now,
            reason="registration",
        )
    _tell(session, person, "people/mail/accepted", {"path": "/sign-in"}, now=now)
    return step


def decline(
    session: Session,
    actor: Actor,
    person_id: int,
    *,
    reason: Reason | None,
    now: datetime.datetime,
) -> Transition:
    """Turn a registration down and tell the person by mail, with the class of reason in words.

    Raises what `move_person` raises.
    """
    step = move_person(session, actor, person_id, Verb.DECLINE, reason=reason, now=now)
    person = get_person(session, actor, person_id, Reach.OWN_MEMBER)
    facts = {"reason": reason.value if reason is not None else Reason.OTHER.value}
    _tell(session, person, "people/mail/declined", facts, now=now)
    return step


def dismiss_check(
    session: Session, actor: Actor, person_id: int, *, now: datetime.datetime
) -> None:
    """Leave a row that is being checked as it is, for good.

    To whoever made it, it stays an invitation nobody accepts; they are told nothing. A
    repeat changes nothing. Raises RefusedError for all but the secretariat, NotFoundError
    if the row is not being checked.
    """
    _require_secretariat(actor)
    collision = get_collision(session, actor, person_id)
    if collision.person.checked_at is not None:
        return
    collision.person.checked_at = now
    record(
        session,
        actor,
        "person.check_dismiss",
        "person",
        person_id,
        now=now,
        subject_person_id=person_id,
    )
    session.flush()


def propose_transfer(
    session: Session, actor: Actor, person_id: int, *, now: datetime.datetime
) -> None:
    """Ask that the holder of the address be released to the member that entered it.

    The row itself stays an invitation nobody accepts, and is settled for the queue. Raises
    RefusedError for all but the secretariat, NotFoundError if the row is not being checked
    or nobody holds the address any more, and what `open_transfer` raises.
    """
    _require_secretariat(actor)
    collision = get_collision(session, actor, person_id)
    if collision.holder is None:
        raise NotFoundError(N_("Nobody holds this address any more. Leave the row as it is."))
    holder = get_person(session, actor, collision.holder.id, Reach.ALL_MEMBERS, for_change=True)
    transfer = open_transfer(
        session,
        actor,
        holder,
        to_member_code=collision.person.member_code,
        reason=TransferReason.NEW_POST,
        now=now,
    )
    collision.person.checked_at = now
    record(
        session,
        actor,
        "person.check_transfer",
        "person",
        person_id,
        now=now,
        subject_person_id=person_id,
        transfer_id=transfer.id,
    )
    session.flush()


def _require_secretariat(actor: Actor) -> None:
    if not scopes_for(actor, Permission.MERGE_DECIDE).everywhere:
        raise RefusedError(N_("Only the secretariat decides about these."))


def _tell(
    session: Session,
    person: Person,
    template: str,
    facts: dict[str, str],
    *,
    now: datetime.datetime,
) -> None:
    member = session.get_one(Member, person.member_code)
    queue_mail(
        session,
        template=template,
        language=person.interface_language,
        address=person.email,
        person_id=person.id,
        facts={"member": member.name, **facts},
        now=now,
    )
