"""Arranging a draft: one act on its outline, read and written under one lock."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import TypeVar

from lms.authoring.models import Draft
from lms.authoring.queries.drafts import draft_for, files_of
from lms.authoring.rules.arranging import Arranger, NotArrangedError
from lms.authoring.services.files import rename
from lms.core.actor import Actor
from lms.core.database import Session
from lms.core.errors import NotPossibleError
from lms.courses.folder import read_files

Done = TypeVar("Done")


def arrange(
    session: Session,
    actor: Actor,
    draft: Draft,
    act: Callable[[Arranger], Done],
    *,
    now: datetime.datetime,
) -> Done:
    """Do something to the outline as it stands now, whoever changed it meanwhile.

    Gives back what the act gives, such as the path of a new page. Raises NotPossibleError
    with the sentence of what cannot be done, and what `services.files.rename` raises.
    """
    draft = draft_for(session, actor, draft.id, for_change=True)
    arranger = Arranger(read_files(files_of(session, draft)))
    try:
        done = act(arranger)
        arrangement = arranger.arrangement()
    except NotArrangedError as error:
        raise NotPossibleError(error.sentence, **error.values) from error
    rename(session, actor, draft, arrangement.moves, arrangement.changes, now=now)
    return done
