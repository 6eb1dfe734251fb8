"""Accepting a corrected tree as an edition of a guide."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from lms.core.actor import Actor
from lms.core.audit.services import record
from lms.core.database import Session, insert_once
from lms.core.errors import BadInputError, NotPossibleError
from lms.core.text import N_
from lms.guides.models import GuideImport, GuideSection, StoredGuide, StoredGuideEdition
from lms.guides.queries.editions import compared_sections, newest_edition
from lms.guides.queries.imports import get_import, present_tree
from lms.guides.queries.registry import files_registry
from lms.guides.registry import Registry
from lms.guides.rules.comparing import Compared
from lms.guides.rules.keys import keys_for
from lms.guides.rules.states import GuideImportState, transition
from lms.guides.rules.texts import digest_of
from lms.guides.rules.trees import kept
from lms.guides.services.importing import MOVED_ON, end

FRONT = N_("Before the first heading")


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What a trainer says of the edition. `title`, `short` and `series_key` are for a new guide."""

    guide_key: str
    edition_key: str
    language: str
    year: int | None
    publisher: str
    may_quote: bool
    title: str = ""
    short: str = ""
    series_key: str | None = None


def accept(
    session: Session,
    actor: Actor,
    guide_import_id: int,
    said: Acceptance,
    *,
    seen: int,
    front: str,
    folder: Path,
    now: datetime.datetime,
) -> StoredGuideEdition:
    """Write guide, edition and sections; the import is over.

    `front` names text that stands before the first heading. `seen` is how many corrections
    the page knew of. Raises NotPossibleError when it moved on or is over, BadInputError
    when this guide has such an edition, a key is a public source's, or nothing is left.
    """
    found = get_import(session, actor, guide_import_id, for_change=True)
    if transition(found.state, "accept") is None:
        raise NotPossibleError(N_("This import is over. It can no longer be changed."))
    if seen != len(found.steps["steps"]):
        raise NotPossibleError(MOVED_ON)
    tree = kept(present_tree(found))
    if not tree:
        raise BadInputError(N_("Every section is left out. Take back at least one."))
    registry = files_registry(folder)
    if said.guide_key in registry.sources:
        raise BadInputError(
            N_("This key is a public source's. Give the guide another."), field="guide_key"
        )
    guide = _guide(session, actor, said, registry, now)
    edition_id = insert_once(
        session,
        StoredGuideEdition,
        {
            "guide_id": guide.id,
            "key": said.edition_key,
            "language": said.language,
            "year": said.year,
            "publisher": said.publisher,
            "may_quote": said.may_quote,
            "pages": found.facts.get("pages"),
            "file_digest": found.file_digest,
            "accepted_at": now,
            "accepted_by": actor.person_id,
        },
        unique=("guide_id", "key"),
    )
    if edition_id is None:
        raise BadInputError(
            N_("The guide has an edition %(key)s already. An edition never changes; give this "
               "one another key."),
            field="edition_key",
            key=said.edition_key,
        )  # fmt: skip
    sections = [
        Compared("", each.title or front, each.level, digest_of(each.text), each.text, each.page)
        for each in tree
    ]
    for place, (section, key) in enumerate(
        zip(sections, _keys(session, guide, edition_id, said, registry, sections), strict=True)
    ):
        session.add(
            GuideSection(
                guide_edition_id=edition_id, position=place, key=key, title=section.title,
                level=section.level, page=section.page, digest=section.digest, text=section.text,
            )
        )  # fmt: skip
    _finish(found, edition_id, now)
    session.flush()
    record(
        session, actor, "guide_edition.accept", "guide_edition", edition_id, now=now,
        guide=guide.key, edition=said.edition_key, sections=len(sections),
    )  # fmt: skip
    return session.execute(
        select(StoredGuideEdition).where(StoredGuideEdition.id == edition_id)
    ).scalar_one()


def _finish(found: GuideImport, edition_id: int, now: datetime.datetime) -> None:
    found.guide_edition_id = edition_id
    end(found, GuideImportState.ACCEPTED, now)


def _guide(
    session: Session, actor: Actor, said: Acceptance, registry: Registry, now: datetime.datetime
) -> StoredGuide:
    """The row of the guide, made once; what a file says of it is taken from there."""
    known = registry.guides.get(said.guide_key)
    title = known.title if known else said.title
    if title:
        values = {
            "key": said.guide_key,
            "title": title,
            "short": (known.short if known else said.short) or title[:80],
            "series_key": known.series if known else said.series_key,
            "publisher": known.publisher if known else said.publisher,
            "created_at": now,
            "created_by": actor.person_id,
        }
        insert_once(session, StoredGuide, values, unique=("key",))
    found = session.execute(
        select(StoredGuide).where(StoredGuide.key == said.guide_key)
    ).scalar_one_or_none()
    if found is None:
        raise BadInputError(N_("Write the title of the new guide."), field="title")
    return found


def _keys(
    session: Session,
    guide: StoredGuide,
    edition_id: int,
    said: Acceptance,
    registry: Registry,
    sections: list[Compared],
) -> list[str]:
    before = newest_edition(session, guide.id, but_id=edition_id, language=said.language)
    elsewhere = newest_edition(session, guide.id, but_id=edition_id, but_language=said.language)
    known = registry.guides.get(guide.key)
    return keys_for(
        sections,
        before=compared_sections(session, before) if before else (),
        elsewhere=compared_sections(session, elsewhere) if elsewhere and not before else (),
        known={section.key: section.title for section in known.sections} if known else {},
    )
