"""Reading imports of guides and their trees. A guide is about nobody: no reach is needed."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import undefer

from lms.core.actor import Actor
from lms.core.database import Session
from lms.core.errors import NotFoundError
from lms.core.text import N_
from lms.guides.models import GuideImport
from lms.guides.readers.values import ReadGuide
from lms.guides.rules.states import GuideImportState
from lms.guides.rules.trees import TreeSection, tree_of

MOST_OPEN = 50


def open_imports(session: Session, actor: Actor) -> Sequence[GuideImport]:
    """Guides being corrected, newest first; anybody who may edit guides can go on with one."""
    statement = (
        select(GuideImport)
        .where(GuideImport.state == GuideImportState.OPEN)
        .order_by(GuideImport.id.desc())
        .limit(MOST_OPEN)
    )
    return session.execute(statement).scalars().all()


def get_import(
    session: Session, actor: Actor, guide_import_id: int, *, for_change: bool = False
) -> GuideImport:
    """One import with its reading. Raises NotFoundError."""
    statement = (
        select(GuideImport)
        .where(GuideImport.id == guide_import_id)
        .options(undefer(GuideImport.reading))
    )
    if for_change:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    found = session.execute(statement).scalar_one_or_none()
    if found is None:
        raise NotFoundError(N_("There is no such import."))
    return found


def reading_of(found: GuideImport) -> ReadGuide:
    """The tree as the reader found it."""
    return ReadGuide.from_json(json.loads(found.reading))


def present_tree(found: GuideImport) -> list[TreeSection]:
    """The tree with all corrections so far."""
    return tree_of(reading_of(found), found.steps["steps"])
