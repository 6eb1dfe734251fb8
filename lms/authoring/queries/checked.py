"""A draft read and checked: made once in this process for each state of its files.

A draft's digest names all its bytes, so nothing here can be out of date; only a limit is
needed.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from sqlalchemy import select

from lms.authoring.models import Draft
from lms.authoring.queries.drafts import files_of
from lms.authoring.rules.checklist import Checklist, checklist
from lms.authoring.rules.outline import Outline, outline_of
from lms.core.content.marked import read_marked
from lms.core.content.problems import Level, Problem, error, in_order
from lms.core.database import Session
from lms.core.text import N_
from lms.courses.check import examine_files
from lms.courses.folder import Reading
from lms.courses.models import StoredEdition
from lms.courses.store import get_edition
from lms.courses.values.course import Course, Glossary
from lms.guides.registry import Registry

MOST_KEPT = 8
"""Drafts held at once."""
MOST_BYTES = 100_000_000
"""Bytes of their files held at once; one draft is held whatever it weighs."""

_kept: OrderedDict[tuple[str, str, int], CheckedDraft] = OrderedDict()
_lock = threading.Lock()


@dataclass(frozen=True)
class CheckedDraft:
    """All files of a draft, what could be read in them, and everything to mend."""

    files: Mapping[str, bytes]
    reading: Reading
    problems: tuple[Problem, ...]

    @cached_property
    def weight(self) -> int:
        """Bytes of all files."""
        return sum(len(content) for content in self.files.values())

    @cached_property
    def outline(self) -> Outline:
        """The outline with the number of problems at each file."""
        return outline_of(self.reading, self.problems)

    @cached_property
    def checklist(self) -> Checklist:
        """What is looked at before publication, line by line."""
        return checklist(self.reading, self.problems)

    @property
    def course(self) -> Course | None:
        """course.yaml, if it can be read."""
        return self.reading.first(Course)

    @property
    def glossary(self) -> Glossary | None:
        """glossary.yaml, if it can be read."""
        return self.reading.first(Glossary)

    @property
    def errors(self) -> tuple[Problem, ...]:
        """What keeps the draft from being published."""
        return tuple(problem for problem in self.problems if problem.level is Level.ERROR)

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """What asks for a second look."""
        return tuple(problem for problem in self.problems if problem.level is Level.WARNING)

    def problems_in(self, path: str) -> tuple[Problem, ...]:
        """Those of one file."""
        return tuple(problem for problem in self.problems if problem.file == path)


def get_checked(
    session: Session, draft: Draft, registry: Registry, members: Path | None = None
) -> CheckedDraft:
    """The draft as it stands, read and checked; `members` is the file of members' names."""
    current = _current(session)
    name = (draft.digest, draft.course_key, hash((_mark(registry), frozenset(current.items()))))
    with _lock:
        found = _kept.get(name)
        if found is not None:
            _kept.move_to_end(name)
            return found
    files = files_of(session, draft)
    asks = _asked(session, draft, files, current)
    known = {*current, draft.course_key}
    reading, problems = examine_files(files, registry, known, asks=asks, members=members)
    problems += _key_problems(draft, reading)
    found = CheckedDraft(files, reading, tuple(in_order(problems)))
    with _lock:
        _kept[name] = found
        while len(_kept) > MOST_KEPT or (
            len(_kept) > 1 and sum(each.weight for each in _kept.values()) > MOST_BYTES
        ):
            _kept.popitem(last=False)
    return found


def _key_problems(draft: Draft, reading: Reading) -> list[Problem]:
    """A draft cannot become another course: people's progress hangs on its key."""
    for source in reading.sources:
        key = source.marked.data.get("key")
        if source.path == "course.yaml" and key != draft.course_key:
            sentence = N_("The key of this course is %(key)s. Write it so; it cannot change.")
            line = source.marked.line(("key",))
            return [error(source.path, line, "key", sentence, key=draft.course_key)]
    return []


def _current(session: Session) -> dict[str, str]:
    """The digest of the current edition of every course."""
    statement = select(StoredEdition.course_key, StoredEdition.digest).where(
        StoredEdition.is_current
    )
    return {row[0]: row[1] for row in session.execute(statement)}


def _asked(
    session: Session, draft: Draft, files: Mapping[str, bytes], current: Mapping[str, str]
) -> dict[str, Sequence[str]]:
    """What the courses ask for that this one, step by step, asks for."""
    text = files.get("course.yaml", b"").decode("utf-8", errors="replace")
    listed = read_marked("course.yaml", text).data.get("prerequisites")
    own = [key for key in listed if isinstance(key, str)] if isinstance(listed, list) else []
    asks: dict[str, Sequence[str]] = {draft.course_key: own}
    waiting = list(own)
    while waiting:
        key = waiting.pop()
        if key in current and key not in asks:
            asks[key] = get_edition(session, current[key]).course.prerequisites
            waiting += asks[key]
    return asks


def _mark(registry: Registry) -> int:
    """Differs when another guide, section or source can be cited."""
    guides = {
        (key, section.key) for key, guide in registry.guides.items() for section in guide.sections
    }
    return hash((frozenset(guides), registry.keys))
