"""Merges: two accounts are said to be one person. A row that moves nothing and can be undone.

Made, it closes the other account and ends its sessions; undone, that account is what it
was before, but for the sessions, which are opened by signing in again.
"""

from __future__ import annotations

import datetime

from lms.access.permissions import Permission
from lms.access.reaches import Reach
from lms.access.rules import may, scopes_for
from lms.core.actor import Actor
from lms.core.audit.services import record
from lms.core.database import Session
from lms.core.errors import BadInputError, NotPossibleError, RefusedError
from lms.core.outbox.services import queue_mail
from lms.core.text import N_
from lms.people.models import Merge, Person
from lms.people.queries.merges import find_by_email, get_merge, touches_open_merge
from lms.people.queries.persons import get_person, state_for
from lms.people.queries.transfers import find_unfinished
from lms.people.rules.merges import (
    MERGEABLE,
    MergeReason,
    MergeState,
    Transition,
    Verb,
    transition,
)
from lms.people.rules.persons import PersonState
from lms.people.services.roles import keep_an_administrator
from lms.people.services.sessions import end_all_sessions


def propose_merge(
    session: Session,
    actor: Actor,
    kept_person_id: int,
    *,
    other_email: str,
    reason: MergeReason,
    now: datetime.datetime,
) -> Merge:
    """Say that the account with `other_email` is the same person as the one that is kept.

    A focal point proposes within their own people, the secretariat anywhere. Locks both
    rows. Raises NotFoundError outside the reach; BadInputError on `other_email` if none of
    the actor's people has that address (also where somebody else's has), it is the same
    account, or its state or a merge that stands already does not allow it.
    """
    if not may(actor, Permission.MERGE_PROPOSE):
        raise RefusedError(N_("Focal points and the secretariat propose merges."))
    kept = get_person(session, actor, kept_person_id, Reach.OWN_MEMBER)
    other = find_by_email(session, actor, other_email)
    if other is None:
        raise BadInputError(
            N_("None of the people you look after has this address. Check how it is written."),
            field="other_email",
        )
    if other.id == kept.id:
        raise BadInputError(
            N_("This is the address of the account you keep. Write that of the other one."),
            field="other_email",
        )
    _lock(session, actor, kept.id, other.id)
    if state_for(actor, kept) is not PersonState.ACTIVE:
        raise NotPossibleError(N_("Keep the account that is open. Propose it from there."))
    if state_for(actor, other) not in MERGEABLE:
        raise BadInputError(N_("This account is closed or waits for a check."), field="other_email")
    if touches_open_merge(session, actor, [kept.id, other.id]):
        raise BadInputError(
            N_("One of the two is part of a merge already. Decide or undo that one first."),
            field="other_email",
        )
    merge = Merge(
        kept_person_id=kept.id,
        other_person_id=other.id,
        state=MergeState.PROPOSED,
        proposed_by=actor.person_id,
        proposed_at=now,
        reason=reason.value,
    )
    session.add(merge)
    session.flush()
    _note(session, actor, merge, "merge.propose", now=now, reason=reason.value)
    return merge


def decide_merge(
    session: Session, actor: Actor, merge_id: int, verb: Verb, *, now: datetime.datetime
) -> Transition:
    """Make, refuse or undo a merge, by the secretariat; what was done.

    Locks the two accounts and the merge; the same decision again changes nothing. Raises
    RefusedError for anybody else, NotFoundError, and NotPossibleError if it was decided
    another way meanwhile or an account changed so that it cannot be made.
    """
    if not scopes_for(actor, Permission.MERGE_DECIDE).everywhere:
        raise RefusedError(N_("The secretariat decides on merges."))
    seen = get_merge(session, actor, merge_id)
    if verb is Verb.MAKE:
        keep_an_administrator(session, actor, seen.other_person_id, now=now)
    kept, other = _lock(session, actor, seen.kept_person_id, seen.other_person_id)
    merge = get_merge(session, actor, merge_id, for_change=True)
    step = transition(merge.state, verb)
    if step is None:
        return _repeated(merge, verb)
    if verb is Verb.MAKE:
        _make(session, actor, merge, kept, other, now=now)
    if verb is Verb.UNDO:
        _undo(merge, other)
    merge.state = step.after
    merge.decided_by, merge.decided_at = actor.person_id, now
    session.flush()
    _note(session, actor, merge, f"merge.{verb.value}", now=now)
    if verb is not Verb.REFUSE:
        _tell(session, verb, [kept, other], now=now)
    return step


def _make(
    session: Session,
    actor: Actor,
    merge: Merge,
    kept: Person,
    other: Person,
    *,
    now: datetime.datetime,
) -> None:
    if kept.state is not PersonState.ACTIVE:
        raise NotPossibleError(N_("The account to keep is not open any more. Refuse this merge."))
    if other.state is PersonState.BEING_CHECKED:
        raise NotPossibleError(
            N_("The other account waits for the check of its address. Decide that first.")
        )
    if other.state not in MERGEABLE:
        raise NotPossibleError(N_("The other account is closed already. Refuse this merge."))
    if find_unfinished(session, actor, other.id, Reach.ALL_MEMBERS) is not None:
        raise NotPossibleError(
            N_("A transfer of the other account is under way. Let it be finished first.")
        )
    merge.other_state = other.state
    other.state = PersonState.MERGED
    session.flush()
    end_all_sessions(session, other.id, now=now)


def _undo(merge: Merge, other: Person) -> None:
    if merge.other_state is None or other.state is not PersonState.MERGED:
        raise NotPossibleError(N_("The other account has changed since. It cannot be undone."))
    other.state = merge.other_state


def _repeated(merge: Merge, verb: Verb) -> Transition:
    for before in MergeState:
        step = transition(before, verb)
        if step is not None and step.after is merge.state:
            return step
    raise NotPossibleError(
        N_("This merge has been decided meanwhile. Load the page again to see how.")
    )


def _lock(session: Session, actor: Actor, kept_id: int, other_id: int) -> tuple[Person, Person]:
    """Both accounts, locked in the order of their ids, so that two proposals never cross."""
    locked = {
        person_id: get_person(session, actor, person_id, Reach.OWN_MEMBER, for_change=True)
        for person_id in sorted((kept_id, other_id))
    }
    return locked[kept_id], locked[other_id]


def _note(
    session: Session,
    actor: Actor,
    merge: Merge,
    verb: str,
    *,
    now: datetime.datetime,
    reason: str = "",
) -> None:
    record(
        session,
        actor,
        verb,
        "merge",
        merge.id,
        now=now,
        subject_person_id=merge.kept_person_id,
        reason=reason,
        kept_person_id=merge.kept_person_id,
        other_person_id=merge.other_person_id,
        state=merge.state.value,
    )


def _tell(session: Session, verb: Verb, people: list[Person], *, now: datetime.datetime) -> None:
    """Both addresses are told: whoever reads only the one must know what became of it."""
    template = {
        Verb.MAKE: "people/mail/merge_made",
        Verb.UNDO: "people/mail/merge_undone",
    }[verb]
    kept, _other = people
    for person in people:
        queue_mail(
            session,
            template=template,
            language=person.interface_language,
            address=person.email,
            person_id=person.id,
            facts={"is_kept": person is kept},
            now=now,
        )
