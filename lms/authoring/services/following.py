"""An adaptation and the course it follows: telling its authors, taking over what changed."""

from __future__ import annotations

import datetime

from sqlalchemy import or_, select

from lms.authoring.models import Draft, DraftContributor
from lms.authoring.queries.drafts import draft_for, is_author
from lms.authoring.queries.following import ChangedFile, Following, following
from lms.authoring.rules.drafts import DraftState
from lms.authoring.services.files import write_many
from lms.core.actor import Actor
from lms.core.database import Session
from lms.core.errors import ConflictError, NotFoundError, RefusedError
from lms.core.text import N_
from lms.courses.catalogue import CourseCard
from lms.courses.models import Adaptation, StoredEdition
from lms.courses.services.adaptations import catch_up, decide_file, set_member
from lms.notices.rules import Category, NoticeKind
from lms.notices.services import tell

SOURCE_MOVED = NoticeKind(
    name="draft.source_moved",
    category=Category.TASKS,
    sentence=N_("“%(source)s”, which your course “%(title)s” follows, has a new edition."),
    path="/drafts/%(draft)s/source",
    facts={"source": None, "title": None, "draft": None},
)
AT_ONCE = 50
"""Adaptations in one transaction of telling."""


def take_over(
    session: Session,
    actor: Actor,
    draft: Draft,
    path: str,
    digest: str,
    *,
    based_on: str | None,
    now: datetime.datetime,
) -> Following:
    """Put a file of the source's present edition into the draft, or take out what is gone there.

    `digest` names the edition that was looked at, `based_on` the draft's own file that was.
    Raises ConflictError when the source has moved on again, MovedOnError when the draft's file
    has, and what `write_many` raises.
    """
    found, file = _looked_at(session, draft, path, digest)
    write_many(session, actor, draft, {path: file.after}, based_on={path: based_on}, now=now)
    decide_file(session, actor, found.link, path, digest, is_taken=True, now=now)
    return _caught_up(session, actor, draft, now=now)


def mark_seen(
    session: Session, actor: Actor, draft: Draft, path: str, digest: str, *, now: datetime.datetime
) -> Following:
    """Say that what changed in a file was seen, and that the course keeps its own. Raises as
    `take_over`."""
    _may_change(session, actor, draft)
    found, _file = _looked_at(session, draft, path, digest)
    decide_file(session, actor, found.link, path, digest, is_taken=False, now=now)
    return _caught_up(session, actor, draft, now=now)


def mark_all_seen(
    session: Session, actor: Actor, draft: Draft, digest: str, *, now: datetime.datetime
) -> None:
    """Say that everything in the source's present edition was seen. Raises ConflictError when
    the source has moved on again."""
    _may_change(session, actor, draft)
    found = following(session, draft)
    _check_edition(found, digest)
    catch_up(session, actor, found.link, digest, now=now)


def adapt_for(
    session: Session, actor: Actor, draft: Draft, member_code: str, *, now: datetime.datetime
) -> None:
    """Say for which member the adaptation is; empty for no single one."""
    _may_change(session, actor, draft)
    set_member(session, actor, following(session, draft).link, member_code, now=now)


def tell_of_new_editions(session: Session, actor: Actor, *, now: datetime.datetime) -> int:
    """Tell the authors of adaptations whose source has an edition they were not told of.

    Each is told once of each edition, through the last draft of the course that was not
    given up. The number of adaptations; at most AT_ONCE of them.
    """
    statement = (
        select(Adaptation, StoredEdition)
        .join(
            StoredEdition,
            (StoredEdition.course_key == Adaptation.source_key) & StoredEdition.is_current,
        )
        .where(
            StoredEdition.digest != Adaptation.source_digest,
            or_(
                Adaptation.told_digest.is_(None),
                StoredEdition.digest != Adaptation.told_digest,
            ),
        )
        .order_by(Adaptation.id)
        .limit(AT_ONCE)
        .with_for_update(of=Adaptation)
    )
    found = session.execute(statement).all()
    for link, edition in found:
        link.told_digest = edition.digest
        _tell_authors(session, actor, link, edition, now=now)
    session.flush()
    return len(found)


def _tell_authors(
    session: Session,
    actor: Actor,
    link: Adaptation,
    edition: StoredEdition,
    *,
    now: datetime.datetime,
) -> None:
    draft = session.execute(
        select(Draft)
        .where(Draft.course_key == link.course_key, Draft.state != DraftState.DISCARDED)
        .order_by(Draft.id.desc())
        .limit(1)
    ).scalar_one_or_none()
    if draft is None:
        return
    card = CourseCard.from_json(edition.card)
    facts: dict[str, str | int] = {
        "source": card.title(card.language),
        "title": draft.title,
        "draft": draft.id,
    }
    people = select(DraftContributor.person_id).where(DraftContributor.draft_id == draft.id)
    for person_id in session.execute(people).scalars():
        tell(
            session,
            actor,
            person_id=person_id,
            kind=SOURCE_MOVED,
            facts=facts,
            now=now,
            once_key=f"source@{link.id}@{edition.digest[:24]}",
        )


def _looked_at(
    session: Session, draft: Draft, path: str, digest: str
) -> tuple[Following, ChangedFile]:
    found = following(session, draft)
    _check_edition(found, digest)
    file = next((one for one in found.files if one.path == path), None)
    if file is None:
        raise NotFoundError(N_("Nothing changed in this file."))
    return found, file


def _check_edition(found: Following, digest: str) -> None:
    if found.current.digest != digest:
        raise ConflictError(
            N_("The course you follow has one more edition by now. Look at what changed again.")
        )


def _caught_up(
    session: Session, actor: Actor, draft: Draft, *, now: datetime.datetime
) -> Following:
    """After the last file the link moves on to the present edition."""
    found = following(session, draft)
    if found.is_behind and not found.open_files:
        catch_up(session, actor, found.link, found.current.digest, now=now)
    return found


def _may_change(session: Session, actor: Actor, draft: Draft) -> None:
    draft = draft_for(session, actor, draft.id)
    if not is_author(session, actor, draft):
        raise RefusedError(N_("You read this draft. Only its contributors change it."))
