"""What a translation of a draft follows: the source now, and as it was when it was translated."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import or_, select

from lms.authoring.models import Draft, DraftFile, DraftVersion
from lms.authoring.queries.drafts import file_of, find_file
from lms.authoring.rules.translating.aligning import Side, sides_of
from lms.authoring.rules.translating.pieces import Piece, pieces_of
from lms.core.database import Session
from lms.core.errors import NotFoundError
from lms.core.text import N_
from lms.courses.checks.translations import follows, source_digest
from lms.courses.folder import SourceFile, read_text
from lms.courses.layout import path_in, place_of
from lms.courses.models import StoredEdition
from lms.courses.store import get_edition
from lms.courses.values.base import FileValue, Translation

MOST_LOOKED_AT = 40
"""Versions of a file, or editions of a course, in which the former source is looked for."""


@dataclass(frozen=True)
class Translating:
    """One file with its translation, as they stand.

    `source.value` is None where the source cannot be read; `mark` what the translation says
    it follows.
    """

    source: SourceFile
    translated: SourceFile | None
    stored: DraftFile | None
    before: FileValue | None
    path: str

    @property
    def mark(self) -> Translation | None:
        """What the translated file says of itself, if it can be read."""
        value = self.translated.value if self.translated else None
        return value.translation if value else None

    @property
    def digest(self) -> str:
        """What names the source as it stands now."""
        return source_digest(self.source.value) if self.source.value else ""

    @property
    def follows(self) -> str | None:
        """The state of the source the translation follows; None while it is unfinished."""
        return self.mark.source if self.mark else None

    @property
    def is_stale(self) -> bool:
        """Whether the source has changed since it was translated."""
        if self.follows is None or self.source.value is None:
            return False
        return not follows(self.follows, self.source.value)

    @property
    def pieces(self) -> list[Piece]:
        """What is to be translated."""
        return pieces_of(self.source.value) if self.source.value else []

    @property
    def sides(self) -> list[Side]:
        """Source and translation side by side."""
        before = pieces_of(self.before) if self.before and self.is_stale else None
        return sides_of(self.pieces, self.translated, before, is_marked=self.follows is not None)


def translating(session: Session, draft: Draft, file: str, language: str) -> Translating:
    """A file of the draft with its translation into a language.

    `file` is the path of the source. Raises NotFoundError for a path that is none, and for
    the course's own language.
    """
    place = place_of(file)
    path = path_in(file, language) if place is not None else ""
    if place is None or place.language is not None or place_of(path) is None:
        raise NotFoundError(N_("There is no such file to translate in this draft."))
    if language == own_language(session, draft):
        raise NotFoundError(N_("The course is written in this language."))
    source = _read(file, file_of(session, draft, file).content)
    stored = find_file(session, draft, path)
    translated = _read(path, stored.content) if stored else None
    found = Translating(source, translated, stored, None, path)
    if not found.is_stale:
        return found
    before = source_at(session, draft, file, found.follows or "")
    return Translating(source, translated, stored, before, path)


def own_language(session: Session, draft: Draft) -> str:
    """The language the course is written in; English where its file does not say."""
    stored = find_file(session, draft, "course.yaml")
    said = _read("course.yaml", stored.content).marked.data.get("language") if stored else None
    return said if isinstance(said, str) else "en"


def source_at(session: Session, draft: Draft, file: str, digest: str) -> FileValue | None:
    """The source file in the state this digest names, from the history of the draft or from a
    published edition; None when it is kept nowhere."""
    versions = (
        select(DraftVersion.content)
        .where(
            DraftVersion.draft_id == draft.id,
            DraftVersion.path == file,
            DraftVersion.content.is_not(None),
        )
        .order_by(DraftVersion.id.desc())
        .limit(MOST_LOOKED_AT)
    )
    for content in session.execute(versions).scalars():
        value = _read(file, content or b"").value
        if value is not None and follows(digest, value):
            return value
    editions = (
        select(StoredEdition.digest)
        .where(
            or_(
                StoredEdition.course_key == draft.course_key,
                StoredEdition.digest == draft.adapted_digest,
            )
        )
        .order_by(StoredEdition.id.desc())
        .limit(MOST_LOOKED_AT)
    )
    for each in session.execute(editions).scalars():
        for value in get_edition(session, each).files:
            if value.file == file and follows(digest, value):
                return value
    return None


def _read(path: str, content: bytes) -> SourceFile:
    place = place_of(path)
    if place is None:
        raise NotFoundError(N_("There is no such file to translate in this draft."))
    return read_text(path, place, content.decode("utf-8", errors="replace").removeprefix("\ufeff"))
