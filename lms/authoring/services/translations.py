"""Saving translations of a draft."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from lms.authoring.models import Draft, DraftFile
from lms.authoring.queries.translations import Translating
from lms.authoring.rules.translating.aligning import is_shifted
from lms.authoring.rules.translating.pieces import pieces_of
from lms.authoring.rules.translating.writing import translated_bytes
from lms.authoring.services.files import write
from lms.core.actor import Actor
from lms.core.database import Session
from lms.core.errors import NotPossibleError
from lms.core.text import N_
from lms.courses.values.base import Translation
from lms.courses.writing import file_text


def save_translation(
    session: Session,
    actor: Actor,
    draft: Draft,
    found: Translating,
    words: Mapping[str, str],
    *,
    finish: bool,
    is_checked: bool,
    based_on: str | None,
    now: datetime.datetime,
) -> DraftFile:
    """Write a translation as typed: words by the names of pieces.

    `finish` says that it follows the source as it is now. Without it the file keeps saying
    what it followed before, so that what changed stays marked; it says nothing if it is new,
    or if its paragraphs now stand as those of the changed source do. `is_checked`: a native
    speaker has read it. Raises MovedOnError, NotPossibleError for a source that cannot be read, and
    what `write` raises.
    """
    value = found.source.value
    if value is None:
        raise NotPossibleError(N_("The source of this file cannot be read. Mend it first."))
    kept = found.follows
    if found.before is not None and is_shifted(pieces_of(found.before), found.pieces):
        kept = None
    follows = found.digest if finish else kept
    mark = Translation(source=follows, review="done" if is_checked else "needed")
    content = translated_bytes(value, words, mark)
    return write(session, actor, draft, found.path, content, based_on=based_on, now=now, why="")


def still_true(
    session: Session,
    actor: Actor,
    draft: Draft,
    found: Translating,
    *,
    based_on: str | None,
    now: datetime.datetime,
) -> DraftFile:
    """Say of a stale translation that it is right for the source as it is now, unchanged.

    Raises NotPossibleError when either file cannot be read, and MovedOnError.
    """
    value = found.translated.value if found.translated else None
    if value is None or found.source.value is None:
        raise NotPossibleError(N_("The source of this file cannot be read. Mend it first."))
    mark = (value.translation or Translation()).model_copy(update={"source": found.digest})
    content = file_text(value.model_copy(update={"translation": mark})).encode()
    return write(session, actor, draft, found.path, content, based_on=based_on, now=now, why="")
