"""Asking for review, signing, returning. A signature holds for the very bytes that were read."""

from __future__ import annotations

import datetime
from collections.abc import Collection

from sqlalchemy import select

from lms.authoring.models import Draft, DraftContributor, DraftReview
from lms.authoring.queries.drafts import draft_for, is_author
from lms.authoring.queries.reviewing import list_reviews, may_sign, reviewer_ids
from lms.authoring.rules.drafts import DraftState
from lms.authoring.rules.reviewing import LONGEST_TEXT, TRANSITIONS, ReviewState, ReviewVerb
from lms.core.actor import Actor
from lms.core.audit.services import record
from lms.core.database import Session
from lms.core.errors import BadInputError, ConflictError, NotPossibleError, RefusedError
from lms.core.states import step_from
from lms.core.text import N_
from lms.notices.rules import Category, NoticeKind
from lms.notices.services import tell

KEEPER = Actor.system("authoring")
_FACTS = {"title": None, "draft": None}

ASKED = NoticeKind(
    name="draft.review_asked",
    category=Category.TASKS,
    sentence=N_("You are asked to review the draft of “%(title)s”."),
    path="/drafts/%(draft)s/review",
    facts=_FACTS,
)
SIGNED = NoticeKind(
    name="draft.signed",
    category=Category.TASKS,
    sentence=N_("The draft of “%(title)s” is signed. It can be published."),
    path="/drafts/%(draft)s/review",
    facts=_FACTS,
)
RETURNED = NoticeKind(
    name="draft.returned",
    category=Category.TASKS,
    sentence=N_("The draft of “%(title)s” came back from review, with what is to be done."),
    path="/drafts/%(draft)s/review",
    facts=_FACTS,
)


def ask_for_review(
    session: Session,
    actor: Actor,
    draft_id: int,
    *,
    reviewers: Collection[int],
    note: str,
    now: datetime.datetime,
) -> DraftReview:
    """Ask these people to read the draft; they are told. A repeat while it waits is a no-op.

    Raises RefusedError for who does not write it, BadInputError when nobody is named or
    somebody who may not sign it, NotPossibleError from a state that allows no request.
    """
    draft = _locked(session, actor, draft_id)
    if not is_author(session, actor, draft):
        raise RefusedError(N_("You read this draft. Only its contributors ask for review."))
    if draft.state is DraftState.IN_REVIEW:
        return list_reviews(session, draft)[0]
    able, office = reviewer_ids(session, draft, today=now.date())
    chosen = sorted(set(reviewers))
    if not chosen:
        raise BadInputError(N_("Choose who reads it."), field="reviewers")
    if not set(chosen) <= {*able, *office}:
        raise BadInputError(N_("One of them cannot review it now. Choose anew."), field="reviewers")
    words = _checked(note, field="note")
    _step(draft, ReviewVerb.ASK, now)
    for each in list_reviews(session, draft):
        if each.state is ReviewState.ASKED:
            # The draft was discarded while somebody was asked, and taken back since.
            each.state, each.decided_at = ReviewState.TAKEN_BACK, now
    session.flush()
    review = DraftReview(
        draft_id=draft.id,
        state=ReviewState.ASKED,
        asked_by=actor.person_id,
        asked_at=now,
        asked_of={"people": chosen},
        note=words,
        words="",
    )
    session.add(review)
    session.flush()
    record(session, actor, "draft.ask_review", "draft", draft.id, now=now, reviewers=chosen)
    for person_id in chosen:
        _tell(session, draft, ASKED, person_id, review, now)
    return review


def take_back_request(
    session: Session, actor: Actor, draft_id: int, *, now: datetime.datetime
) -> Draft:
    """Ask for no review any more; the draft is open again."""
    draft = _locked(session, actor, draft_id)
    if not is_author(session, actor, draft):
        raise RefusedError(N_("You read this draft. Only its contributors ask for review."))
    review = _waiting(session, draft)
    _step(draft, ReviewVerb.TAKE_BACK_REQUEST, now)
    review.state, review.decided_by, review.decided_at = (
        ReviewState.TAKEN_BACK,
        actor.person_id,
        now,
    )
    session.flush()
    record(session, actor, "draft.take_back_request", "draft", draft.id, now=now)
    return draft


def decide(
    session: Session,
    actor: Actor,
    draft_id: int,
    verb: ReviewVerb,
    *,
    digest: str,
    words: str,
    now: datetime.datetime,
) -> DraftReview:
    """Sign the draft as it was read, or return it; its contributors and who asked are told.

    `digest` names what the reviewer read. Raises ConflictError when anything was changed
    since, RefusedError for who may not review it or has written it, BadInputError for a
    return without words. The same decision twice changes nothing.
    """
    draft = _locked(session, actor, draft_id)
    if not may_sign(session, actor, draft):
        raise RefusedError(N_("Whoever wrote a draft does not sign it. Ask another reviewer."))
    reviews = list_reviews(session, draft)
    after = ReviewState.APPROVED if verb is ReviewVerb.APPROVE else ReviewState.RETURNED
    if reviews and reviews[0].state is after and reviews[0].decided_by == actor.person_id:
        return reviews[0]
    review = _waiting(session, draft)
    if draft.digest != digest:
        raise ConflictError(
            N_("The draft was changed while you read it. Look at what is new, then decide.")
        )
    said = _checked(words, field="words")
    if verb is ReviewVerb.RETURN and not said:
        raise BadInputError(N_("Write what is to be done."), field="words")
    _step(draft, verb, now)
    review.state, review.digest, review.words = after, digest, said
    review.decided_by, review.decided_at = actor.person_id, now
    session.flush()
    record(
        session, actor, f"draft.{verb.value}", "draft", draft.id, now=now, digest=draft.digest[:12]
    )
    kind = SIGNED if verb is ReviewVerb.APPROVE else RETURNED
    for person_id in author_ids(session, draft):
        _tell(session, draft, kind, person_id, review, now)
    return review


def author_ids(session: Session, draft: Draft) -> list[int]:
    """Who writes the draft: the people told of what becomes of it."""
    statement = select(DraftContributor.person_id).where(DraftContributor.draft_id == draft.id)
    return list(session.execute(statement.order_by(DraftContributor.id)).scalars())


def _locked(session: Session, actor: Actor, draft_id: int) -> Draft:
    return draft_for(session, actor, draft_id, for_change=True)


def _step(draft: Draft, verb: ReviewVerb, now: datetime.datetime) -> None:
    step = step_from(TRANSITIONS, draft.state, verb)
    if step is None:
        raise NotPossibleError(N_("The draft has moved on. Load the page again."))
    draft.state, draft.changed_at = step.after, now


def _waiting(session: Session, draft: Draft) -> DraftReview:
    reviews = list_reviews(session, draft)
    if not reviews or reviews[0].state is not ReviewState.ASKED:
        raise NotPossibleError(N_("The draft has moved on. Load the page again."))
    return reviews[0]


def _checked(words: str, *, field: str) -> str:
    kept = words.replace("\r\n", "\n").strip()
    if len(kept) > LONGEST_TEXT:
        raise BadInputError(
            N_("Write it in at most %(most)s characters."), field=field, most=LONGEST_TEXT
        )
    return kept


def _tell(
    session: Session,
    draft: Draft,
    kind: NoticeKind,
    person_id: int,
    review: DraftReview,
    now: datetime.datetime,
) -> None:
    tell(
        session,
        KEEPER,
        person_id=person_id,
        kind=kind,
        facts={"title": draft.title, "draft": draft.id},
        now=now,
        once_key=f"{kind.name}@{review.id}",
    )
