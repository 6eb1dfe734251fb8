"""Bringing people in by invitation, and moving their accounts from state to state."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from lms.access.permissions import Permission
from lms.access.reaches import Reach
from lms.access.rules import may_for_agency
from lms.core.actor import Actor
from lms.core.audit.services import record
from lms.core.database import Session, insert_once
from lms.core.errors import BadInputError, NotPossibleError, RefusedError
from lms.core.text import N_, fold
from lms.people.models import Agency, Member, Person
from lms.people.models.members import MemberKind
from lms.people.models.persons import Sector
from lms.people.models.sign_in import TokenPurpose
from lms.people.queries.persons import find_by_emails, get_person, state_for
from lms.people.queries.sign_in import SIGN_IN
from lms.people.rules.invitations import Line
from lms.people.rules.names import search_text, sort_name
from lms.people.rules.persons import (
    PersonState,
    Reason,
    Transition,
    Verb,
    transition,
)
from lms.people.services.affiliations import begin_affiliation, check_agency, end_affiliation
from lms.people.services.invitations import resend, send_invitation
from lms.people.services.roles import end_roles_of_member, keep_an_administrator
from lms.people.services.sessions import end_all_sessions
from lms.people.services.tokens import end_tokens

_INTERNATIONAL = {
    MemberKind.ORGANISATION,
    MemberKind.OBSERVER_ORGANISATION,
    MemberKind.SECRETARIAT,
}


ALREADY_OWN = N_("This person is already among those you look after.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What all people of one invitation have in common."""

    member_code: str
    agency_id: int | None
    post: str
    language: str
    limits_listing: bool


def invite_people(
    session: Session,
    actor: Actor,
    lines: Sequence[Line],
    terms: Terms,
    *,
    now: datetime.datetime,
) -> list[Person]:
    """Make an account for each line and mail its invitation; all of them or none.

    An address that somebody outside the actor's reach holds is answered like a new one:
    the row waits "being checked" for the secretariat, and is as many rows. Raises
    RefusedError if the actor may not invite for this agency, BadInputError on `agency_id`
    for an agency that is closed or of another member, and KnownAddressError if an address
    is of somebody the actor already has.
    """
    if not may_for_agency(actor, Permission.PERSON_INVITE, terms.member_code, terms.agency_id):
        raise RefusedError(N_("You invite people of your own member or agency only."))
    if actor.person_id is not None:
        # Two submissions of one form at once: the second waits here and then finds the first.
        get_person(session, actor, actor.person_id, Reach.SELF, for_change=True)
    check_agency(session, terms.member_code, terms.agency_id)
    emails = [line.email for line in lines]
    own = find_by_emails(session, actor, emails, Reach.OWN_MEMBER)
    held = find_by_emails(session, SIGN_IN, emails, Reach.ALL_MEMBERS)
    if own:
        raise KnownAddressError({fold(email): person.id for email, person in own.items()})
    member = session.get_one(Member, terms.member_code)
    return [
        _invite(session, actor, line, terms, member, is_held=fold(line.email) in held, now=now)
        for line in lines
    ]


class KnownAddressError(BadInputError):
    """Some addresses are of people the actor has already; `known` maps folded address to id."""

    def __init__(self, known: dict[str, int]) -> None:
        super().__init__(ALREADY_OWN, field="email")
        self.known = known


def move_person(
    session: Session,
    actor: Actor,
    person_id: int,
    verb: Verb,
    *,
    reason: Reason | None,
    now: datetime.datetime,
) -> Transition:
    """Do one thing of the table of transitions to an account; what was done.

    Locks the row, so of two decisions at once the second finds the state the first left.
    Raises NotFoundError outside the actor's reach, NotPossibleError if the state does not
    allow it (any more), RefusedError if the actor may not or is the person, and
    BadInputError on `reason` without one of the reasons this verb asks for.
    """
    if verb in {Verb.SUSPEND, Verb.LEAVE}:
        get_person(session, actor, person_id, Reach.OWN_MEMBER)
        keep_an_administrator(session, SIGN_IN, person_id, now=now)
    person = get_person(session, actor, person_id, Reach.OWN_MEMBER, for_change=True)
    step = transition(state_for(actor, person), verb)
    if step is None:
        raise NotPossibleError(
            N_("The account is in another state by now. Load the page again to see it.")
        )
    _require(actor, person, step)
    if step.reasons and reason not in step.reasons:
        raise BadInputError(N_("Choose the reason that fits best."), field="reason")
    _set_state(person, step.after)
    session.flush()
    _follow(session, actor, person, step, now=now)
    record(
        session,
        actor,
        f"person.{verb.value}",
        "person",
        person.id,
        now=now,
        subject_person_id=person.id,
        reason=reason.value if reason is not None and step.reasons else "",
    )
    session.flush()
    return step


def _invite(
    session: Session,
    actor: Actor,
    line: Line,
    terms: Terms,
    member: Member,
    *,
    is_held: bool,
    now: datetime.datetime,
) -> Person:
    state = PersonState.BEING_CHECKED if is_held else PersonState.INVITED
    person_id = _insert(session, actor, line, terms, member, state, now=now)
    if person_id is None:  # somebody took the address since it was looked up
        state = PersonState.BEING_CHECKED
        person_id = _insert(session, actor, line, terms, member, state, now=now)
    if person_id is None:
        raise LookupError("A row that is being checked meets no unique index.")
    person = get_person(session, actor, person_id, Reach.OWN_MEMBER)
    begin_affiliation(
        session,
        actor,
        person,
        member_code=terms.member_code,
        agency_id=terms.agency_id,
        post=terms.post,
        started_on=now.date(),
        now=now,
    )
    record(
        session,
        actor,
        "person.invite",
        "person",
        person.id,
        now=now,
        subject_person_id=person.id,
        agency_id=terms.agency_id,
    )
    send_invitation(session, actor, person, now=now)
    return person


def _insert(
    session: Session,
    actor: Actor,
    line: Line,
    terms: Terms,
    member: Member,
    state: PersonState,
    *,
    now: datetime.datetime,
) -> int | None:
    is_international = member.kind in _INTERNATIONAL
    values: dict[str, object] = {
        "member_code": terms.member_code,
        "agency_id": terms.agency_id,
        "state": state,
        "email": line.email,
        "folded_email": fold(line.email),
        "name": line.name,
        "sort_name": sort_name(line.name, ""),
        "search_text": search_text(line.name, "", "", line.email),
        "post": terms.post,
        "sector": Sector.INTERNATIONAL_ORGANISATION if is_international else Sector.GOVERNMENT,
        "languages": [],
        "interface_language": terms.language,
        "limited_by_agency": terms.limits_listing,
        "created_at": now,
    }
    return insert_once(session, Person, values, unique=())


def _require(actor: Actor, person: Person, step: Transition) -> None:
    if actor.person_id == person.id:
        raise RefusedError(
            N_("Nobody changes the state of their own account. Ask another focal point.")
        )
    if not may_for_agency(actor, step.permission, person.member_code, person.agency_id):
        raise RefusedError(N_("Your role does not let you do this to this account."))


def _set_state(person: Person, after: PersonState) -> None:
    if person.state is PersonState.BEING_CHECKED and after is not PersonState.DECLINED:
        person.apparent_state = after
    else:
        person.state = after


def _follow(
    session: Session, actor: Actor, person: Person, step: Transition, *, now: datetime.datetime
) -> None:
    """What else goes with a verb: links end, sessions end, affiliations end or begin."""
    match step.verb:
        case Verb.RESEND:
            resend(session, actor, person, now=now)
        case Verb.WITHDRAW:
            end_tokens(session, person.id, TokenPurpose.INVITATION, now=now)
        case Verb.SUSPEND:
            end_all_sessions(session, person.id, now=now)
        case Verb.LEAVE:
            end_all_sessions(session, person.id, now=now)
            end_roles_of_member(session, actor, person, person.member_code, now=now, reason="left")
            end_affiliation(session, actor, person, ended_on=now.date())
        case Verb.RETURN:
            agency = session.get(Agency, person.agency_id) if person.agency_id else None
            is_open = agency is not None and agency.closed_at is None
            begin_affiliation(
                session,
                actor,
                person,
                member_code=person.member_code,
                agency_id=person.agency_id if is_open else None,
                post=person.post,
                started_on=now.date(),
                now=now,
            )
        case _:
            pass
