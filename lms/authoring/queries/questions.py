"""The question bank of a draft as it stands, with what the pages of it need beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import or_, select
from sqlalchemy.orm import undefer

from lms.authoring.models import Draft, DraftFile, DraftVersion
from lms.authoring.rules.bank.checking import problems_of
from lms.authoring.rules.bank.reading import Item, WholeBank, read_bank, read_bank_file
from lms.authoring.rules.bank.uses import QuizFile, Use, objectives_in, read_quizzes, uses_of
from lms.authoring.rules.drafts import ASIDE
from lms.core.content.problems import Level, Problem
from lms.core.database import Session
from lms.core.errors import NotFoundError
from lms.core.text import N_
from lms.courses.folder import Reading, read_files
from lms.courses.values.course import Objective
from lms.guides.registry import Registry

LATEST = 30
"""Versions of a bank file that are looked through for one question."""


@dataclass(frozen=True)
class DraftBank:
    """Bank, quizzes and objectives of a draft; `files` and `digests` by path."""

    files: Mapping[str, bytes]
    digests: Mapping[str, str]
    registry: Registry

    @cached_property
    def bank(self) -> WholeBank:
        """The items by file."""
        return read_bank(self.files)

    @cached_property
    def quizzes(self) -> tuple[QuizFile, ...]:
        """The quizzes in the language of the course."""
        return read_quizzes(self.files)

    @cached_property
    def objectives(self) -> tuple[Objective, ...]:
        """The objectives of the course."""
        return objectives_in(self.files.get("course.yaml"))

    @cached_property
    def uses(self) -> dict[str, tuple[Use, ...]]:
        """Which slots ask which question."""
        return uses_of(self.quizzes)

    @cached_property
    def problems(self) -> dict[str, tuple[Problem, ...]]:
        """What is to be mended in each item, by key."""
        return problems_of(self.bank.items, [one.key for one in self.objectives], self.registry)

    @cached_property
    def unfinished(self) -> frozenset[str]:
        """Keys of the items that keep the draft from being published."""
        return frozenset(
            key
            for key, problems in self.problems.items()
            if any(problem.level is Level.ERROR for problem in problems)
        )

    def item(self, key: str) -> Item:
        """The item of this key. Raises NotFoundError."""
        found = self.bank.find(key)
        if found is None:
            raise NotFoundError(N_("There is no such question in this draft. It may be removed."))
        return found

    def quiz(self, key: str) -> QuizFile:
        """The quiz of this key. Raises NotFoundError."""
        found = next((quiz for quiz in self.quizzes if quiz.key == key), None)
        if found is None:
            raise NotFoundError(N_("There is no such quiz in this draft. It may be removed."))
        return found


@dataclass(frozen=True, slots=True)
class ItemVersion:
    """A question as one version of its file had it; `item` is None where it was not there."""

    version: DraftVersion
    item: Item


def get_bank(session: Session, draft: Draft, registry: Registry) -> DraftBank:
    """The bank of a draft; pictures and pages are not read."""
    wanted = or_(
        DraftFile.path.like("bank/%"),
        DraftFile.path.like("quizzes/%"),
        DraftFile.path == "course.yaml",
    )
    statement = select(DraftFile.path, DraftFile.content, DraftFile.digest).where(
        DraftFile.draft_id == draft.id, wanted
    )
    rows = sorted((path, content, digest) for path, content, digest in session.execute(statement))
    return DraftBank(
        {path: content for path, content, _ in rows},
        {path: digest for path, _, digest in rows},
        registry,
    )


def read_rest(session: Session, draft: Draft) -> Reading:
    """What the course has besides its bank: pages, quizzes, glossary, in its own language."""
    statement = select(DraftFile.path, DraftFile.content).where(
        DraftFile.draft_id == draft.id,
        ~DraftFile.path.like("bank/%"),
        ~DraftFile.path.like("media/%"),
    )
    return read_files({row.path: row.content for row in session.execute(statement)})


def list_item_versions(session: Session, draft: Draft, item: Item) -> Sequence[ItemVersion]:
    """The versions in which this question changed, the latest first, its present one included.

    Looked for among the latest versions of the file it stands in.
    """
    statement = (
        select(DraftVersion)
        .where(
            DraftVersion.draft_id == draft.id,
            DraftVersion.path == item.file,
            DraftVersion.why != ASIDE,
        )
        .order_by(DraftVersion.number.desc())
        .limit(LATEST)
        .options(undefer(DraftVersion.content))
    )
    found: list[ItemVersion] = []
    for version in session.execute(statement).scalars():
        then = _item_in(item.file, version.content, item.key)
        if then is None:
            break
        if found and found[-1].item.digest == then.digest:
            # The same words in an earlier version: that is when they were written.
            found[-1] = ItemVersion(version, then)
        else:
            found.append(ItemVersion(version, then))
    return found


def item_in_version(session: Session, draft: Draft, item: Item, version_id: int) -> Item:
    """The question as a version of its file had it. Raises NotFoundError."""
    statement = (
        select(DraftVersion)
        .where(
            DraftVersion.id == version_id,
            DraftVersion.draft_id == draft.id,
            DraftVersion.path == item.file,
        )
        .options(undefer(DraftVersion.content))
    )
    version = session.execute(statement).scalar_one_or_none()
    then = _item_in(item.file, version.content, item.key) if version is not None else None
    if then is None:
        raise NotFoundError(N_("This version does not hold the question."))
    return then


def _item_in(path: str, content: bytes | None, key: str) -> Item | None:
    if content is None:
        return None
    return next((item for item in read_bank_file(path, content).items if item.key == key), None)
