"""The notes of the learner's member, as a lesson shows them in the place of the author's text."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup

from lms.core.actor import Actor
from lms.core.database import Session
from lms.courses.notes import in_best_language
from lms.courses.queries.notes import notes_on_page
from lms.courses.render.note import note_markup
from lms.courses.render.page import Block
from lms.courses.rules import is_stale
from lms.courses.values.page import Page


@dataclass(frozen=True, slots=True)
class NoteOnPage:
    """One note with what stands below it. `markup` is safe HTML in `language`."""

    member: str
    language: str
    markup: Markup
    checked: datetime.date
    is_old: bool


def notes_for(
    session: Session,
    actor: Actor,
    course_key: str,
    page: Page,
    blocks: Iterable[Block],
    *,
    languages: tuple[str, ...],
    today: datetime.date,
) -> dict[str, NoteOnPage]:
    """The notes for the places on a page, by key; a page without places asks nothing.

    `languages`: in which to show them if there is a choice, best first. A lighter version
    of a page shows the note that was written for the page itself.
    """
    places = {block.key for block in blocks if block.kind == "jurisdiction"}
    if not places or actor.member_code is None:
        return {}
    keys = [page.key, *([page.alternative_to] if page.alternative_to else [])]
    written = notes_on_page(session, actor.member_code, course_key, keys)
    found = {}
    for key in places:
        best = in_best_language(written.get(key, {}), languages[0], languages[1:])
        if best is not None:
            language, note = best
            found[key] = NoteOnPage(
                note.member,
                language,
                note_markup(note.body),
                note.checked_on,
                is_stale(note.checked_on, today),
            )
    return found
