"""Reading merges: two accounts side by side, as far as the viewer may see them."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import or_

from lms.access.permissions import Permission
from lms.access.reaches import Reach, scoped
from lms.access.rules import scopes_for
from lms.core.actor import Actor
from lms.core.database import Session
from lms.core.errors import NotFoundError
from lms.core.text import N_, fold
from lms.people.models import Agency, Merge, Person
from lms.people.queries.disclosed import PersonView, disclose_to
from lms.people.rules.merges import MergeState, Transition, steps_from
from lms.people.rules.persons import PersonState

PAGE = 30
OPEN = (MergeState.PROPOSED, MergeState.MADE)


@dataclass(frozen=True, slots=True)
class MergePair:
    """A merge with its two accounts as the viewer sees them, and what the viewer may do."""

    merge: Merge
    kept: PersonView
    other: PersonView
    kept_since: datetime.datetime
    other_since: datetime.datetime
    steps: Sequence[Transition]


def list_merges(
    session: Session,
    actor: Actor,
    *,
    state: MergeState | None = None,
    below: int | None = None,
    limit: int = PAGE,
) -> tuple[list[MergePair], int | None]:
    """A page of merges, newest first, and where the next begins. Two statements.

    The secretariat sees all; a focal point those whose two accounts are both among their
    own people.
    """
    statement = scoped(Merge, actor, Reach.OWN_MEMBER).order_by(Merge.id.desc()).limit(limit + 1)
    if state is not None:
        statement = statement.where(Merge.state == state)
    if below is not None:
        statement = statement.where(Merge.id < below)
    merges = list(session.execute(statement).scalars())
    pairs = _pairs(session, actor, merges[:limit])
    return pairs, merges[limit - 1].id if len(merges) > limit else None


def get_pair(session: Session, actor: Actor, merge_id: int) -> MergePair:
    """One merge with its accounts. NotFoundError outside the actor's reach."""
    return _pairs(session, actor, [get_merge(session, actor, merge_id)])[0]


def get_merge(session: Session, actor: Actor, merge_id: int, *, for_change: bool = False) -> Merge:
    """One merge the actor may see. Raises NotFoundError. `for_change` locks the row."""
    statement = scoped(Merge, actor, Reach.OWN_MEMBER).where(Merge.id == merge_id)
    if for_change:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    merge = session.execute(statement).scalar_one_or_none()
    if merge is None:
        raise NotFoundError(N_("There is no such merge among those you look after."))
    return merge


def find_by_email(session: Session, actor: Actor, email: str) -> Person | None:
    """The account with this address among the actor's own people, whatever anybody else holds.

    One statement for every address, so that no answer tells of another member's people.
    """
    statement = (
        scoped(Person, actor, Reach.OWN_MEMBER)
        .where(
            Person.folded_email == fold(email),
            Person.state.not_in([PersonState.DECLINED, PersonState.MERGED]),
        )
        .order_by(Person.state == PersonState.BEING_CHECKED, Person.id)
        .limit(1)
    )
    return session.execute(statement).scalar_one_or_none()


def touches_open_merge(session: Session, actor: Actor, ids: Sequence[int]) -> bool:
    """Whether one of these accounts is already part of a merge that is proposed or made."""
    statement = (
        scoped(Merge, actor, Reach.OWN_MEMBER)
        .with_only_columns(Merge.id)
        .where(
            Merge.state.in_(OPEN),
            or_(Merge.kept_person_id.in_(ids), Merge.other_person_id.in_(ids)),
        )
        .limit(1)
    )
    return session.execute(statement).first() is not None


def _pairs(session: Session, actor: Actor, merges: Sequence[Merge]) -> list[MergePair]:
    ids = {each.kept_person_id for each in merges} | {each.other_person_id for each in merges}
    statement = (
        scoped(Person, actor, Reach.OWN_MEMBER)
        .where(Person.id.in_(sorted(ids)))
        .outerjoin(Agency, Agency.id == Person.agency_id)
        .add_columns(Agency)
    )
    rows = [(row[0], row[1]) for row in session.execute(statement)] if ids else []
    views = {view.person_id: view for view in disclose_to(actor, rows)}
    since = {person.id: person.created_at for person, _agency in rows}
    decides = scopes_for(actor, Permission.MERGE_DECIDE).everywhere
    return [
        MergePair(
            merge=merge,
            kept=views[merge.kept_person_id],
            other=views[merge.other_person_id],
            kept_since=since[merge.kept_person_id],
            other_since=since[merge.other_person_id],
            steps=steps_from(merge.state) if decides else [],
        )
        for merge in merges
    ]
