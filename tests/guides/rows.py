"""Accepted editions for tests, without reading a file."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from lms.core import clock
from lms.core.database import Session
from lms.guides.models import GuideSection, StoredGuide, StoredGuideEdition
from lms.guides.rules.texts import digest_of

Row = tuple[str, str, int, str]
"""Key, title, level and text of a section."""

SECTIONS: Sequence[Row] = (
    ("contact", "First contact", 1, "Meet the person alone."),
    ("greeting", "Greeting", 2, "Say who you are, and ask [what] is needed <now>."),
    ("safety", "Safety", 2, "Make the place safe.\n\n- water\n- a seat\n\n| a | b |\n| - | - |"),
    ("referral", "Referral", 1, "Hand over in writing."),
    ("records", "Records", 2, "Write what was said."),
    ("files", "Files", 3, "Lock them away."),
)


def make_edition(
    session: Session,
    key: str = "2023-en",
    sections: Sequence[Row] = SECTIONS,
    *,
    guide: str = "guide-meeting",
    year: int = 2023,
    may_quote: bool = False,
) -> StoredGuideEdition:
    """An accepted edition of a guide, which is made if need be. Flushed, not committed."""
    now = clock.now()
    row = session.execute(select(StoredGuide).where(StoredGuide.key == guide)).scalar_one_or_none()
    if row is None:
        row = StoredGuide(
            key=guide, title="Meeting people", short="Meeting", publisher="A body", created_at=now
        )
        session.add(row)
        session.flush()
    edition = StoredGuideEdition(
        guide_id=row.id, key=key, language="en", year=year, publisher="A body",
        may_quote=may_quote, file_digest="0", accepted_at=now,
    )  # fmt: skip
    session.add(edition)
    session.flush()
    session.add_all(
        GuideSection(
            guide_edition_id=edition.id, position=place, key=name, title=title, level=level,
            digest=digest_of(text), text=text,
        )
        for place, (name, title, level, text) in enumerate(sections)
    )  # fmt: skip
    session.flush()
    return edition
