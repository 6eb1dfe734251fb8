"""Accepting a second edition: keys go on, and an edition that stands is never written over."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from sqlalchemy import select

from lms.core import clock
from lms.core.database import Session
from lms.guides.models import GuideImport, GuideSection
from lms.guides.readers.values import ReadGuide, ReadSection
from lms.guides.rules.states import GuideImportState
from lms.people.models import Person
from tests.authoring.drafts import make_trainer
from tests.guides.rows import SECTIONS, make_edition
from tests.support.client import Client

WORDS = "Meet the person alone, with an interpreter from elsewhere, and tell what follows first."


def make_import(session: Session, sections: tuple[ReadSection, ...]) -> GuideImport:
    """A guide that was read and is not accepted yet."""
    found = GuideImport(
        state=GuideImportState.OPEN,
        file_name="guide.pdf",
        kind="pdf",
        file_digest="0",
        reading=json.dumps(ReadGuide("Meeting people", 3, sections).as_json()),
        steps={"steps": []},
        facts={"title": "Meeting people", "pages": 3, "sections": len(sections)},
        run_id="00000000-0000-4000-8000-000000000001",
        started_at=clock.now(),
    )
    session.add(found)
    session.flush()
    return found


def test_second_edition_keeps_keys_and_none_is_written_over(
    session: Session, sign_in: Callable[[Person], Client]
) -> None:
    make_edition(session, sections=[*SECTIONS, ("alone", "Alone", 1, WORDS)])
    found = make_import(
        session,
        (
            ReadSection("", 1, 1, "A front page."),
            ReadSection("Contact by officers", 1, 1, WORDS + " Offer water."),
            ReadSection("Greeting", 2, 2, "Say your name."),
            ReadSection("Quite new", 2, 3, "Words nobody wrote before about anything at all."),
        ),
    )
    client = sign_in(make_trainer(session))
    page = client.get(f"/guide-imports/{found.id}/accept")
    said = {"guide_key": "guide-meeting", "year": "2023", "publisher": "A body"}
    refused = client.submit(page, "Accept 4 sections", said, status=400)
    assert "An edition never changes" in refused.error("edition_key")
    assert refused.value("publisher") == "A body"
    done = client.submit(refused, "Accept 4 sections", {**said, "year": "2025"})
    assert done.path.endswith("/guides/guide-meeting/editions/2025-en")
    session.expire_all()
    keys = select(GuideSection.key).where(GuideSection.title.in_(["Greeting", "Quite new"]))
    assert set(session.execute(keys).scalars()) == {"greeting", "quite-new"}
    renamed = select(GuideSection.key).where(GuideSection.title == "Contact by officers")
    assert session.execute(renamed).scalar_one() == "alone"
    again = client.post(f"/guide-imports/{found.id}/accept", said)
    assert "This import is over" in again.main


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_tree_is_dropped_with_all_its_words(
    session: Session, sign_in: Callable[[Person], Client]
) -> None:
    found = make_import(session, (ReadSection("One", 1, 1, "Some words."),))
    client = sign_in(make_trainer(session))
    page = client.get(f"/guide-imports/{found.id}")
    page = client.submit(page, "Drop it")
    assert "Nothing of the file is kept" in page.text
    session.refresh(found)
    assert (found.state, "words" in found.reading) == (GuideImportState.DROPPED, False)
    page = client.get(f"/guide-imports/{found.id}/sections/1", status=404)
