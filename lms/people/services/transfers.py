"""Transfers: a person moves from one member to another in three steps, each by another side.

The old member releases, the new member accepts with agency and post, the person confirms.
Only the confirmation changes where the person belongs. Evidence earned elsewhere stays
under the affiliation it was earned in; nothing here touches it.
"""

from __future__ import annotations

import datetime

from lms.access.permissions import Permission
from lms.access.reaches import Reach, scoped
from lms.access.rules import may_for_member, scopes_for
from lms.core.actor import Actor, ScopeKind
from lms.core.audit.services import record
from lms.core.database import Session
from lms.core.errors import BadInputError, NotFoundError, NotPossibleError, RefusedError
from lms.core.jobs.services import enqueue
from lms.core.text import N_, clean_line
from lms.people.models import Member, Person, Transfer, TransferRequest
from lms.people.queries.persons import get_person
from lms.people.queries.transfers import find_unfinished, get_transfer
from lms.people.rules.persons import PersonState
from lms.people.rules.transfers import (
    ASK_REASONS,
    TransferReason,
    TransferState,
    Transition,
    Verb,
    may_take,
    releases_at_once,
    transition,
)
from lms.people.services.affiliations import check_agency, replace_affiliation
from lms.people.services.roles import end_roles_of_member

TELL = "people.transfer_told"
"""The job that mails who must act next; it reads people the actor may not."""

LOOK_UP = "people.transfer_request"
"""The job that finds out whose address a request named."""


def ask_transfer(
    session: Session,
    actor: Actor,
    person_id: int,
    *,
    to_member_code: str,
    reason: TransferReason,
    now: datetime.datetime,
) -> Transfer:
    """Begin a transfer: by the person, the old member's focal point, or the secretariat.

    When the old member's focal point asks, that is the release as well. Locks the person.
    Raises NotFoundError outside the actor's reach, RefusedError for a focal point of one
    agency, BadInputError on `to_member_code`, NotPossibleError if the account is not open
    or a transfer is under way.
    """
    is_own = actor.person_id == person_id
    reach = Reach.SELF if is_own else Reach.OWN_MEMBER
    person = get_person(session, actor, person_id, reach, for_change=True)
    if not is_own and not may_for_member(actor, Permission.TRANSFER_RELEASE, person.member_code):
        raise RefusedError(N_("A transfer is for a focal point of the whole member."))
    transfer = open_transfer(
        session, actor, person, to_member_code=to_member_code, reason=reason, now=now
    )
    if not is_own and releases_at_once(actor, person.member_code):
        take_step(session, actor, transfer.id, Verb.RELEASE, now=now)
    return transfer


def open_transfer(
    session: Session,
    actor: Actor,
    person: Person,
    *,
    to_member_code: str,
    reason: TransferReason,
    now: datetime.datetime,
    asked_by: int | None = None,
) -> Transfer:
    """Make the row of a transfer for a person who is locked, and tell the old member.

    Raises as `ask_transfer`. For it and for the job that looks requests up.
    """
    if reason not in ASK_REASONS:
        raise BadInputError(N_("Choose the reason that fits best."), field="reason")
    if session.get(Member, to_member_code) is None:
        raise BadInputError(N_("Choose the new member from the list."), field="to_member_code")
    if to_member_code == person.member_code:
        raise BadInputError(
            N_("This is the present member. Choose another one."), field="to_member_code"
        )
    if person.state is not PersonState.ACTIVE:
        raise NotPossibleError(N_("Only somebody whose account is open can move."))
    reach = Reach.SELF if actor.person_id == person.id else Reach.OWN_MEMBER
    if find_unfinished(session, actor, person.id, reach) is not None:
        raise NotPossibleError(
            N_("A transfer of this person is under way already. Finish or withdraw it first.")
        )
    transfer = Transfer(
        person_id=person.id,
        from_member_code=person.member_code,
        to_member_code=to_member_code,
        state=TransferState.ASKED,
        asked_by=asked_by if asked_by is not None else actor.person_id,
        asked_at=now,
    )
    session.add(transfer)
    session.flush()
    _note(session, actor, transfer, "transfer.ask", reason.value, now=now)
    _tell(session, actor, transfer, now=now)
    return transfer


def take_step(
    session: Session,
    actor: Actor,
    transfer_id: int,
    verb: Verb,
    *,
    agency_id: int | None = None,
    post: str = "",
    reason: TransferReason | None = None,
    now: datetime.datetime,
) -> Transition:
    """Take one step of the table of transitions; what was done.

    Locks the row: of two steps at once the second finds what the first left, and the same
    step again (a double click, a second tab) changes nothing. Accepting takes the agency
    and post. Raises NotFoundError for a transfer the actor may not see, RefusedError if
    the step is somebody else's, NotPossibleError if it has gone another way meanwhile,
    BadInputError on `reason` or `agency_id`.
    """
    if verb is Verb.CONFIRM and actor.person_id is not None:
        # The person before the transfer, as when a transfer begins: one order of locks.
        get_person(session, actor, actor.person_id, Reach.SELF, for_change=True)
    transfer = get_transfer(session, actor, transfer_id, for_change=True)
    step = transition(transfer.state, verb)
    if step is None:
        return _repeated(actor, transfer, verb)
    _require(actor, transfer, step)
    if step.reasons and reason not in step.reasons:
        raise BadInputError(N_("Choose the reason that fits best."), field="reason")
    if verb is Verb.ACCEPT and not _accept(session, transfer, agency_id, post):
        return step
    if verb is Verb.RELEASE:
        transfer.released_at = now
    if verb is Verb.CONFIRM:
        _move(session, actor, transfer, now=now)
    transfer.state = step.after
    if step.after not in (TransferState.RELEASED, TransferState.ACCEPTED):
        transfer.finished_at = now
    session.flush()
    said = reason.value if reason is not None and step.reasons else ""
    _note(session, actor, transfer, f"transfer.{verb.value}", said, now=now)
    _tell(session, actor, transfer, now=now)
    return step


def request_person(
    session: Session, actor: Actor, *, email: str, now: datetime.datetime
) -> TransferRequest:
    """A focal point asks for a person of another member, known to them by e-mail only.

    The same rows whoever holds the address: a job looks it up, and asks the old member or,
    where there is nobody, the secretariat. Raises RefusedError without a member to ask for.
    """
    own = scopes_for(actor, Permission.TRANSFER_ACCEPT).of(ScopeKind.MEMBER)
    if actor.person_id is None or not own:
        raise RefusedError(N_("Only a focal point of a whole member asks for a person."))
    member_code = actor.member_code if actor.member_code in own else min(own)
    request = TransferRequest(
        member_code=member_code,
        email=clean_line(email),
        asked_by=actor.person_id,
        asked_at=now,
    )
    session.add(request)
    session.flush()
    record(session, actor, "transfer.request", "transfer_request", request.id, now=now)
    enqueue(session, LOOK_UP, {"request_id": request.id}, requested_by=actor, now=now)
    return request


def answer_request(
    session: Session, actor: Actor, request_id: int, *, now: datetime.datetime
) -> None:
    """The secretariat has dealt with a request that found nobody; a repeat is a no-op."""
    if not scopes_for(actor, Permission.MERGE_DECIDE).everywhere:
        raise RefusedError(N_("This is for the secretariat."))
    statement = scoped(TransferRequest, actor, Reach.ALL_MEMBERS).where(
        TransferRequest.id == request_id
    )
    request = session.execute(statement.with_for_update()).scalar_one_or_none()
    if request is None:
        raise NotFoundError(N_("There is no such request."))
    if request.answered_at is None:
        request.answered_at = now
        session.flush()
        record(session, actor, "transfer.answer", "transfer_request", request.id, now=now)


def _repeated(actor: Actor, transfer: Transfer, verb: Verb) -> Transition:
    """The step that was taken just before, for who may take it; else NotPossibleError."""
    done = next(
        (
            step
            for before in TransferState
            if (step := transition(before, verb)) is not None
            and step.after is transfer.state
            and _may(actor, transfer, step)
        ),
        None,
    )
    if done is None:
        raise NotPossibleError(
            N_("This transfer has moved on meanwhile. Load the page again to see where it stands.")
        )
    return done


def _require(actor: Actor, transfer: Transfer, step: Transition) -> None:
    if not _may(actor, transfer, step):
        raise RefusedError(N_("This step is for the other side of the transfer."))


def _may(actor: Actor, transfer: Transfer, step: Transition) -> bool:
    return may_take(
        actor,
        step,
        person_id=transfer.person_id,
        from_member_code=transfer.from_member_code,
        to_member_code=transfer.to_member_code,
    )


def _accept(session: Session, transfer: Transfer, agency_id: int | None, post: str) -> bool:
    """Note agency and post; False if they are what was accepted already."""
    if agency_id is None:
        raise BadInputError(N_("Choose the agency the person works for."), field="agency_id")
    check_agency(session, transfer.to_member_code, agency_id)
    post = clean_line(post)
    is_same = (transfer.to_agency_id, transfer.to_post) == (agency_id, post)
    if transfer.state is TransferState.ACCEPTED and is_same:
        return False
    transfer.to_agency_id, transfer.to_post = agency_id, post
    return True


def _move(session: Session, actor: Actor, transfer: Transfer, *, now: datetime.datetime) -> None:
    """The last step: the affiliation changes, and roles held for the old member end."""
    person = get_person(session, actor, transfer.person_id, Reach.SELF)
    if person.member_code != transfer.from_member_code:
        raise NotPossibleError(N_("You belong to another member by now. Withdraw this transfer."))
    try:
        check_agency(session, transfer.to_member_code, transfer.to_agency_id, lock=True)
    except BadInputError as error:
        raise NotPossibleError(
            N_("The agency was closed meanwhile. Ask the new member to choose another.")
        ) from error
    end_roles_of_member(session, actor, person, transfer.from_member_code, now=now)
    replace_affiliation(
        session,
        actor,
        person,
        member_code=transfer.to_member_code,
        agency_id=transfer.to_agency_id,
        post=transfer.to_post,
        started_on=now.date(),
        now=now,
    )


def _note(
    session: Session,
    actor: Actor,
    transfer: Transfer,
    verb: str,
    reason: str,
    *,
    now: datetime.datetime,
) -> None:
    record(
        session,
        actor,
        verb,
        "transfer",
        transfer.id,
        now=now,
        subject_person_id=transfer.person_id,
        reason=reason,
        state=transfer.state.value,
        from_member_code=transfer.from_member_code,
        to_member_code=transfer.to_member_code,
    )


def _tell(session: Session, actor: Actor, transfer: Transfer, *, now: datetime.datetime) -> None:
    if transfer.state is TransferState.WITHDRAWN:
        return
    payload = {"transfer_id": transfer.id, "state": transfer.state.value}
    enqueue(session, TELL, payload, requested_by=actor, now=now)
