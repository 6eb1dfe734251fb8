"""Reading reviews and publications of drafts, and who may sign."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from sqlalchemy import and_, or_, select

from lms.access.permissions import Permission
from lms.access.reaches import Reach, scoped
from lms.access.roles import Role
from lms.access.rules import may, scopes_for
from lms.authoring.models import Draft, DraftContributor, DraftPublication, DraftReview
from lms.authoring.queries.drafts import is_author
from lms.authoring.rules.drafts import DraftState
from lms.authoring.rules.reviewing import ReviewState
from lms.core.actor import Actor, ScopeKind
from lms.core.database import Session
from lms.courses.models import StoredEdition
from lms.people.models import RoleHeld
from lms.people.queries.roles import holds

KEEPER = Actor.system("authoring")


def list_reviews(session: Session, draft: Draft) -> Sequence[DraftReview]:
    """Every request for review of a draft, the latest first."""
    statement = (
        select(DraftReview).where(DraftReview.draft_id == draft.id).order_by(DraftReview.id.desc())
    )
    return session.execute(statement).scalars().all()


def signature_of(draft: Draft, reviews: Sequence[DraftReview]) -> DraftReview | None:
    """The signature that holds for the draft as it stands; None once anything was changed."""
    latest = next((each for each in reviews if each.state is ReviewState.APPROVED), None)
    holds_still = latest is not None and latest.digest == draft.digest
    is_signed = draft.state in {DraftState.APPROVED, DraftState.PUBLISHED}
    return latest if holds_still and is_signed else None


def find_publication(session: Session, draft: Draft) -> DraftPublication | None:
    """What the draft became, if it was published."""
    statement = select(DraftPublication).where(DraftPublication.draft_id == draft.id)
    return session.execute(statement).scalar_one_or_none()


def reviewer_ids(
    session: Session, draft: Draft, *, today: datetime.date
) -> tuple[list[int], list[int]]:
    """Who may sign the draft: reviewers of its course, and the secretariat.

    Its contributors are left out: nobody signs what they wrote.
    """
    authors = select(DraftContributor.person_id).where(DraftContributor.draft_id == draft.id)
    statement = (
        scoped(RoleHeld, KEEPER, Reach.ALL_MEMBERS)
        .with_only_columns(RoleHeld.person_id, RoleHeld.role)
        .where(
            or_(
                and_(
                    RoleHeld.role == Role.REVIEWER,
                    RoleHeld.scope_kind == ScopeKind.COURSE,
                    RoleHeld.scope == draft.course_key,
                ),
                RoleHeld.role == Role.SECRETARIAT,
            ),
            RoleHeld.person_id.not_in(authors),
            holds(today),
        )
        .distinct()
        .order_by(RoleHeld.person_id)
    )
    rows = [(row[0], row[1]) for row in session.execute(statement)]
    reviewers = [person_id for person_id, role in rows if role is Role.REVIEWER]
    office = [person_id for person_id, role in rows if role is Role.SECRETARIAT]
    return reviewers, [person_id for person_id in office if person_id not in reviewers]


def may_sign(session: Session, actor: Actor, draft: Draft) -> bool:
    """Whether the actor reviews this course and has not written the draft."""
    scopes = scopes_for(actor, Permission.DRAFT_REVIEW)
    if not scopes.everywhere and draft.course_key not in scopes.of(ScopeKind.COURSE):
        return False
    statement = select(DraftContributor.id).where(
        DraftContributor.draft_id == draft.id, DraftContributor.person_id == actor.person_id
    )
    return session.execute(statement).scalar_one_or_none() is None


def may_publish(session: Session, actor: Actor, draft: Draft) -> bool:
    """Whether the actor may publish the draft: who publishes this course, or writes a new one."""
    scopes = scopes_for(actor, Permission.COURSE_PUBLISH)
    if scopes.everywhere or draft.course_key in scopes.of(ScopeKind.COURSE):
        return True
    if not may(actor, Permission.COURSE_PUBLISH) or not is_author(session, actor, draft):
        return False
    return find_current(session, draft.course_key) is None


def may_publish_unreviewed(actor: Actor) -> bool:
    """Whether the actor may do it without a signature: the secretariat."""
    return scopes_for(actor, Permission.COURSE_PUBLISH).everywhere


def find_current(session: Session, course_key: str) -> StoredEdition | None:
    """The current edition of a course, withdrawn or not; None for a course that is new."""
    statement = select(StoredEdition).where(
        StoredEdition.course_key == course_key, StoredEdition.is_current
    )
    return session.execute(statement).scalar_one_or_none()
