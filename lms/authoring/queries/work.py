"""Reading work after a new edition of a guide, and finding what it touches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from lms.access.permissions import Permission
from lms.access.reaches import Reach, scoped
from lms.access.rules import scopes_for
from lms.authoring.models import Draft, DraftFile, GuideWork, WorkItem
from lms.authoring.queries.drafts import draft_for
from lms.authoring.rules.affected import (
    Affected,
    affected,
    files_of_edition,
    files_of_reading,
)
from lms.authoring.rules.drafts import WRITABLE
from lms.authoring.rules.work import WorkState, WorkSubject
from lms.certificates.models import Certificate
from lms.certificates.rules import CertificateState
from lms.core.actor import Actor, ScopeKind
from lms.core.database import Session
from lms.core.errors import NotFoundError
from lms.core.text import N_
from lms.courses.folder import read_files
from lms.courses.layout import place_of
from lms.courses.models import StoredEdition
from lms.courses.store import get_edition
from lms.guides.models import StoredGuideEdition
from lms.guides.queries.editions import compared_sections
from lms.guides.rules.comparing import CALLS_FOR_WORK, Change, Pair, compare

KEEPER = Actor.system("authoring")
MOST = 100
"""Lists of work shown at once."""


@dataclass(frozen=True, slots=True)
class Touched:
    """Something a new edition touches, and where it stands: an edition or a draft."""

    course_key: str
    edition_id: int | None
    draft_id: int | None
    what: Affected
    certificates: int = 0
    holders: int = 0

    @property
    def place(self) -> str:
        """Names it once in a list: the next edition of a course is not listed once more."""
        where = f"draft:{self.draft_id}" if self.draft_id else f"course:{self.course_key}"
        return f"{where}:{self.what.subject}:{self.what.key}:{self.what.language}"


def changed_sections(
    session: Session, before: StoredGuideEdition, after: StoredGuideEdition
) -> dict[str, Change]:
    """Keys of the older edition whose section changed or is gone."""
    pairs = compare(compared_sections(session, before), compared_sections(session, after))
    return changed_in(pairs)


def changed_in(pairs: Sequence[Pair]) -> dict[str, Change]:
    """Keys of the sections that call for work."""
    return {pair.key: pair.change for pair in pairs if pair.change in CALLS_FOR_WORK}


def find_touched(session: Session, guide_key: str, changed: Mapping[str, Change]) -> list[Touched]:
    """Everything the changes touch: in the current edition of every course, in open drafts, and
    the certificates of each course that is touched, as counts."""
    found: list[Touched] = []
    current = select(StoredEdition).where(
        StoredEdition.is_current, StoredEdition.withdrawn_at.is_(None)
    )
    for stored in session.execute(current.order_by(StoredEdition.course_key)).scalars():
        edition = get_edition(session, stored.digest)
        things = affected(files_of_edition(edition), guide_key, changed)
        found += [Touched(stored.course_key, stored.id, None, each) for each in things]
        if things:
            found += _certificates(session, stored, edition.course.title, things)
    drafts = select(Draft).where(Draft.state.in_(sorted(WRITABLE))).order_by(Draft.id)
    for draft in session.execute(drafts).scalars():
        files = files_of_reading(read_files(_citing_files(session, draft, guide_key)))
        found += [
            Touched(draft.course_key, None, draft.id, each)
            for each in affected(files, guide_key, changed)
        ]
    return found


def _citing_files(session: Session, draft: Draft, guide_key: str) -> dict[str, bytes]:
    """The files of a draft that name the guide, with their translations: reading all takes long."""
    statement = select(DraftFile.path, DraftFile.content).where(
        DraftFile.draft_id == draft.id, ~DraftFile.path.startswith("media/")
    )
    placed = [
        (path, place.file, content)
        for path, content in session.execute(statement)
        if (place := place_of(path)) is not None
    ]
    citing = {file for _, file, content in placed if guide_key.encode() in content}
    return {path: content for path, file, content in placed if file in citing}


def count_certificates(session: Session, course_key: str) -> tuple[int, int]:
    """Issued certificates of a course, and the persons who hold them."""
    statement = (
        scoped(Certificate, KEEPER, Reach.ALL_MEMBERS)
        .where(Certificate.course_key == course_key, Certificate.state == CertificateState.ISSUED)
        .with_only_columns(func.count(), func.count(Certificate.person_id.distinct()))
    )
    certificates, holders = session.execute(statement).one()
    return int(certificates), int(holders)


def _certificates(
    session: Session, stored: StoredEdition, title: str, things: Sequence[Affected]
) -> list[Touched]:
    certificates, holders = count_certificates(session, stored.course_key)
    if not certificates:
        return []
    sections = tuple(sorted({each for thing in things for each in thing.sections}))
    what = Affected(WorkSubject.CERTIFICATES, stored.course_key, "", title, sections)
    return [Touched(stored.course_key, stored.id, None, what, certificates, holders)]


def get_work(session: Session, actor: Actor, guide_work_id: int) -> GuideWork:
    """One list of work. Raises NotFoundError."""
    found = session.get(GuideWork, guide_work_id)
    if found is None:
        raise NotFoundError(N_("There is no such list of work."))
    return found


def list_work(session: Session, actor: Actor) -> list[tuple[GuideWork, int, int]]:
    """Lists of work, newest first, each with how many things are on it and how many are over."""
    over = WorkItem.state.in_([WorkState.DONE, WorkState.NOT_NEEDED])
    counted = (
        select(
            WorkItem.guide_work_id,
            func.count().label("things"),
            func.count().filter(over).label("over"),
        )
        .where(WorkItem.draft_id.is_(None))
        .group_by(WorkItem.guide_work_id)
    )
    counts = {row.guide_work_id: (row.things, row.over) for row in session.execute(counted)}
    lists = select(GuideWork).order_by(GuideWork.id.desc()).limit(MOST)
    return [(work, *counts.get(work.id, (0, 0))) for work in session.execute(lists).scalars()]


def items_of(session: Session, actor: Actor, work: GuideWork) -> Sequence[WorkItem]:
    """What is on a list, by course; things of a draft only for who may see the draft."""
    statement = (
        select(WorkItem)
        .where(WorkItem.guide_work_id == work.id)
        .order_by(WorkItem.course_key, WorkItem.draft_id.is_not(None), WorkItem.id)
    )
    items = session.execute(statement).scalars().all()
    drafts = {item.draft_id for item in items if item.draft_id is not None}
    seen = {draft_id for draft_id in drafts if _sees(session, actor, draft_id)}
    return [item for item in items if item.draft_id is None or item.draft_id in seen]


def get_item(session: Session, actor: Actor, work_item_id: int) -> WorkItem:
    """One thing, locked for change. Raises NotFoundError, also for one of a draft not seen."""
    statement = (
        select(WorkItem)
        .where(WorkItem.id == work_item_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    found = session.execute(statement).scalar_one_or_none()
    if found is None or (found.draft_id and not _sees(session, actor, found.draft_id)):
        raise NotFoundError(N_("There is no such thing on this list."))
    return found


def may_work_on(actor: Actor, course_key: str) -> bool:
    """Whether the actor writes this course: its trainers and the secretariat."""
    scopes = scopes_for(actor, Permission.COURSE_PUBLISH)
    return scopes.everywhere or course_key in scopes.of(ScopeKind.COURSE)


def editions_of(session: Session, work: GuideWork) -> tuple[StoredGuideEdition, StoredGuideEdition]:
    """The older and the newer edition of a list."""
    both = {
        edition.id: edition
        for edition in session.execute(
            select(StoredGuideEdition).where(
                StoredGuideEdition.id.in_([work.before_id, work.after_id])
            )
        ).scalars()
    }
    return both[work.before_id], both[work.after_id]


def _sees(session: Session, actor: Actor, draft_id: int) -> bool:
    try:
        draft_for(session, actor, draft_id)
    except NotFoundError:
        return False
    return True
