"""What changed in the course that a draft follows, and how the draft stands to it."""

from __future__ import annotations

import enum
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select

from lms.authoring.models import Draft
from lms.authoring.queries.drafts import files_of, find_file
from lms.authoring.rules.merging import DifferentLine, differences
from lms.authoring.rules.new_course import adapted
from lms.core.database import Session
from lms.core.errors import NotFoundError
from lms.core.text import N_
from lms.courses.folder import read_text
from lms.courses.layout import place_of
from lms.courses.models import Adaptation, StoredEdition
from lms.courses.queries.adaptations import decided_files, find_adaptation
from lms.courses.store import get_edition

MOST_KEPT = 4
"""Editions held as files at once, about 2 MB each."""

_kept: OrderedDict[tuple[str, str, str], Mapping[str, bytes]] = OrderedDict()
_lock = threading.Lock()


class OwnState(enum.StrEnum):
    """How the draft's own file stands to what changed in the source."""

    UNTOUCHED = "untouched"
    OWN = "own"
    SAME = "same"
    ABSENT = "absent"


OWN_STATE_NAMES: dict[OwnState, str] = {
    OwnState.UNTOUCHED: N_("Not changed in your course: it can be taken over"),
    OwnState.OWN: N_("Changed in your course: taking over would replace your words"),
    OwnState.SAME: N_("Already the same in your course"),
    OwnState.ABSENT: N_("Not in your course"),
}


@dataclass(frozen=True, slots=True)
class ChangedFile:
    """One file that differs between the edition seen and the present one of the source.

    `before` and `after` are None where it is new, or gone. `decided`: None while open, else
    whether it was taken over.
    """

    path: str
    before: bytes | None
    after: bytes | None
    own: OwnState
    decided: bool | None

    @property
    def title(self) -> str:
        """What the file calls itself, or its path."""
        place = place_of(self.path)
        if place is None:
            return self.path
        read = read_text(self.path, place, _text(self.after or self.before))
        return str(read.marked.data.get("title") or self.path)

    @property
    def difference(self) -> list[DifferentLine]:
        """What changed, word by word; nothing for pictures."""
        if not self.path.endswith((".md", ".yaml")):
            return []
        return differences(_text(self.before), _text(self.after))


@dataclass(frozen=True, slots=True)
class Following:
    """A draft's link to its source: the edition seen, the present one, what lies between."""

    link: Adaptation
    seen: StoredEdition
    current: StoredEdition
    files: Sequence[ChangedFile]

    @property
    def is_behind(self) -> bool:
        """Whether the source has an edition that was not looked at yet."""
        return self.link.source_digest != self.current.digest

    @property
    def open_files(self) -> int:
        """How many changed files ask for a decision: not those that are the same already."""
        return sum(file.decided is None and file.own is not OwnState.SAME for file in self.files)


def following(session: Session, draft: Draft) -> Following:
    """What the draft follows. Raises NotFoundError for one that follows nothing."""
    link = find_adaptation(session, draft.course_key)
    if link is None:
        raise NotFoundError(N_("This course follows no other."))
    seen = _edition(session, StoredEdition.digest == link.source_digest)
    current = _edition(session, (StoredEdition.course_key == link.source_key)
                       & StoredEdition.is_current)  # fmt: skip
    if seen is None or current is None:
        raise NotFoundError(N_("The course this one follows is not there any more."))
    if seen.digest == current.digest:
        return Following(link, seen, current, ())
    title = _title(session, draft)
    before = _files(session, seen.digest, draft.course_key, title)
    after = _files(session, current.digest, draft.course_key, title)
    own = files_of(session, draft)
    decided = decided_files(session, link, current.digest)
    files = [
        ChangedFile(
            path,
            before.get(path),
            after.get(path),
            _own(own.get(path), before.get(path), after.get(path)),
            decided.get(path),
        )
        for path in sorted(before.keys() | after.keys())
        if before.get(path) != after.get(path)
    ]
    return Following(link, seen, current, files)


def _files(session: Session, digest: str, key: str, title: str) -> Mapping[str, bytes]:
    """The files of an edition of the source as they would be in the adapted course; written once
    for the page and the presses on it, since that takes a fifth of a second."""
    name = (digest, key, title)
    with _lock:
        files = _kept.get(name)
    if files is None:
        files = adapted(get_edition(session, digest), key, title)
        with _lock:
            _kept[name] = files
            while len(_kept) > MOST_KEPT:
                _kept.popitem(last=False)
    return files


def _own(own: bytes | None, before: bytes | None, after: bytes | None) -> OwnState:
    if own == after:
        return OwnState.SAME
    if own == before:
        return OwnState.UNTOUCHED
    return OwnState.ABSENT if own is None else OwnState.OWN


def _title(session: Session, draft: Draft) -> str:
    """The title the draft gives itself, so that it is no difference."""
    stored, place = find_file(session, draft, "course.yaml"), place_of("course.yaml")
    if stored is not None and place is not None:
        said = read_text("course.yaml", place, stored.content.decode(errors="replace"))
        title = said.marked.data.get("title")
        if isinstance(title, str) and title:
            return title
    return draft.title


def _edition(session: Session, condition: ColumnElement[bool]) -> StoredEdition | None:
    statement = select(StoredEdition).where(condition).limit(1)
    return session.execute(statement).scalar_one_or_none()


def _text(content: bytes | None) -> str:
    return (content or b"").decode("utf-8", errors="replace")
