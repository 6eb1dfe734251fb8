"""A paper from an edition: which parts it has, and its cover."""

from __future__ import annotations

import datetime

from lms.authoring.papers.guide import guide_parts
from lms.authoring.papers.parts import PAPER_NAMES, Paper, PaperKind
from lms.authoring.papers.shared import Book
from lms.authoring.papers.workbook import workbook_parts
from lms.courses.catalogue import swatch_of
from lms.courses.values.edition import Edition
from lms.guides.registry import Registry

VERSION = 1
"""Raised when the same edition would give another paper: those kept are made anew."""


def paper_of(
    edition: Edition,
    registry: Registry,
    kind: PaperKind,
    language: str,
    *,
    number: int | None,
    made_on: datetime.date,
) -> Paper:
    """The paper in this language, as far as the edition is translated.

    `number` is that of the edition; None for a draft, which is marked as one on each page.
    `made_on` is the day it was published, or of the draft's last change.
    """
    book = Book(edition, language, registry)
    _ = book.words.gettext
    course, spoken = book.shown(edition.course)
    draft = "" if number is not None else _("Draft, not for use")
    facts = []
    if number is not None:
        facts.append((_("Edition"), str(number)))
    day = book.words.day(made_on)
    facts.append((_("Published") if number is not None else _("As of"), day))
    notes = []
    if kind is PaperKind.GUIDE:
        notes.append(
            _("With all answers: for facilitators. Keep it out of the hands of participants.")
        )
        parts = tuple(guide_parts(book))
    else:
        facts.append((_("This workbook belongs to"), ""))
        parts = tuple(workbook_parts(book))
    if not edition.is_whole_in(language):
        notes.append(_("What is not translated yet stands in the language it was written in."))
    return Paper(
        kind=kind,
        name=_(PAPER_NAMES[kind]),
        title=book.line(course.title),
        summary=book.line(course.summary),
        language=spoken,
        words_language=book.words.language,
        swatch=swatch_of(course.key),
        facts=tuple(facts),
        notes=tuple(notes),
        made_on=made_on,
        draft=draft,
        parts=parts,
    )
