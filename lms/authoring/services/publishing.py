"""Publishing a draft: once, by who may, as it was signed; then moving whom one chose."""

from __future__ import annotations

import datetime
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select

from lms.access.reaches import Reach, scoped
from lms.access.roles import Role
from lms.authoring.models import Draft, DraftPublication
from lms.authoring.queries.drafts import draft_for
from lms.authoring.queries.reviewing import (
    find_publication,
    list_reviews,
    may_publish,
    may_publish_unreviewed,
    signature_of,
)
from lms.authoring.rules.reviewing import LONGEST_TEXT, TRANSITIONS, ReviewState, ReviewVerb
from lms.authoring.services.drafts import begin
from lms.authoring.services.reviewing import author_ids
from lms.completion.rules.moving import Group
from lms.completion.services.moving import ask_to_move
from lms.core.actor import Actor, ScopeKind
from lms.core.audit.services import record
from lms.core.database import Session
from lms.core.errors import BadInputError, ConflictError, NotPossibleError, RefusedError
from lms.core.jobs.models import Job
from lms.core.states import step_from
from lms.core.text import N_
from lms.courses.models import StoredEdition
from lms.courses.services import publish
from lms.courses.store import get_edition
from lms.courses.values.edition import Edition
from lms.courses.writing import course_files
from lms.guides.registry import Registry
from lms.notices.rules import Category, NoticeKind
from lms.notices.services import tell
from lms.people.models import RoleHeld
from lms.people.queries.roles import holds
from lms.people.services.grantable import Grantable
from lms.people.services.roles import grant_role

KEEPER = Actor.system("authoring")

PUBLISHED = NoticeKind(
    name="draft.published",
    category=Category.TASKS,
    sentence=N_("The draft of “%(title)s” is published."),
    path="/courses/%(course)s",
    facts={"title": None, "course": None},
)


@dataclass(frozen=True, slots=True)
class Published:
    """The edition a draft became, and the job that moves people, if any are moved."""

    publication: DraftPublication
    job: Job | None


def publish_draft(
    session: Session,
    actor: Actor,
    draft_id: int,
    edition: Edition,
    registry: Registry,
    *,
    digest: str,
    reason: str,
    groups: Collection[Group],
    now: datetime.datetime,
) -> Published:
    """Make the draft the current edition of its course, and move these groups to it.

    `edition` was made of the files whose digest is `digest`: ConflictError if they changed
    since. The draft's row is locked, so a double click or a second tab publishes once and
    finds what stands. Without a signature for these very bytes the secretariat alone may,
    with a reason that is kept: RefusedError and BadInputError. NotPossibleError when these
    very files are published already, or from a state that does not allow it. Trainers who
    wrote a course that is new become trainers of it.
    """
    draft = _alone(session, actor, draft_id)
    stood = find_publication(session, draft)
    if stood is not None:
        return Published(stood, None)
    if not may_publish(session, actor, draft):
        raise RefusedError(N_("A trainer of the course or the secretariat publishes it."))
    if draft.digest != digest:
        raise ConflictError(
            N_("The draft was changed meanwhile. Look at what is new, then publish.")
        )
    reviews = list_reviews(session, draft)
    signature = signature_of(draft, reviews)
    verb = ReviewVerb.PUBLISH if signature is not None else ReviewVerb.PUBLISH_UNREVIEWED
    kept_reason = "" if signature is not None else _reason_of(actor, reason)
    step = step_from(TRANSITIONS, draft.state, verb)
    if step is None:
        raise NotPossibleError(N_("The draft has moved on. Load the page again."))
    stored = publish(session, actor, edition, registry, now=now)
    if stored is None:
        raise NotPossibleError(
            N_("These very files are the current edition already. Change something first.")
        )
    draft.state, draft.changed_at = step.after, now
    for review in reviews:
        if review.state is ReviewState.ASKED:
            review.state, review.decided_at = ReviewState.TAKEN_BACK, now
    job = None
    if groups and stored.number > 1:
        job = ask_to_move(session, actor, draft.course_key, stored.number, groups, now=now)
    publication = DraftPublication(
        draft_id=draft.id,
        edition_id=stored.id,
        review_id=signature.id if signature is not None else None,
        digest=digest,
        reason=kept_reason,
        published_by=actor.person_id,
        published_at=now,
        moved={"groups": sorted(group.value for group in groups)} if job else {},
    )
    session.add(publication)
    session.flush()
    record(
        session,
        actor,
        f"draft.{verb.value}",
        "draft",
        draft.id,
        now=now,
        course=draft.course_key,
        number=stored.number,
    )
    if stored.number == 1:
        _make_trainers(session, draft, now=now)
    for person_id in author_ids(session, draft):
        if person_id != actor.person_id:
            tell(
                session,
                KEEPER,
                person_id=person_id,
                kind=PUBLISHED,
                facts={"title": draft.title, "course": draft.course_key},
                now=now,
                once_key=f"{PUBLISHED.name}@{draft.id}",
            )
    return Published(publication, job)


def go_on(
    session: Session, actor: Actor, draft_id: int, *, client_id: str, now: datetime.datetime
) -> Draft:
    """A new draft of the files a published draft became; the same `client_id` gives the same."""
    draft = draft_for(session, actor, draft_id)
    publication = find_publication(session, draft)
    if publication is None:
        raise NotPossibleError(N_("This draft is not published. Go on with it."))
    stored = session.get_one(StoredEdition, publication.edition_id)
    return begin(
        session,
        actor,
        course_key=draft.course_key,
        title=draft.title,
        files=course_files(get_edition(session, stored.digest)),
        made_from=stored,
        client_id=client_id,
        now=now,
    )


def _alone(session: Session, actor: Actor, draft_id: int) -> Draft:
    """The draft, locked with all others of its course: two of them would take one number."""
    draft = draft_for(session, actor, draft_id)
    others = select(Draft.id).where(Draft.course_key == draft.course_key).order_by(Draft.id)
    session.execute(others.with_for_update()).all()
    return draft_for(session, actor, draft_id, for_change=True)


def _reason_of(actor: Actor, reason: str) -> str:
    if not may_publish_unreviewed(actor):
        raise RefusedError(
            N_("The draft is not signed as it stands. Ask for review, then publish.")
        )
    words = reason.replace("\r\n", "\n").strip()
    if not words:
        raise BadInputError(N_("Write why it goes without review. It is kept."), field="reason")
    if len(words) > LONGEST_TEXT:
        raise BadInputError(
            N_("Write it in at most %(most)s characters."), field="reason", most=LONGEST_TEXT
        )
    return words


def _make_trainers(session: Session, draft: Draft, *, now: datetime.datetime) -> None:
    """Whoever wrote a new course as a trainer teaches it: nobody else could answer learners."""
    people = author_ids(session, draft)
    held = (
        scoped(RoleHeld, KEEPER, Reach.ALL_MEMBERS)
        .with_only_columns(RoleHeld.person_id, RoleHeld.scope)
        .where(
            RoleHeld.person_id.in_(people),
            RoleHeld.role == Role.TRAINER,
            RoleHeld.scope_kind == ScopeKind.COURSE,
            holds(now.date()),
        )
    )
    rows = [(row[0], row[1]) for row in session.execute(held)]
    trainers = {person_id for person_id, _ in rows}
    have_it = {person_id for person_id, scope in rows if scope == draft.course_key}
    for person_id in sorted(trainers - have_it):
        wanted = Grantable(role=Role.TRAINER, scope=draft.course_key, started_on=now.date())
        grant_role(session, KEEPER, person_id, wanted, now=now)
