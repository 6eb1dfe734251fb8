"""A draft as a learner: the learner's own pages, marked, and nothing of it is kept."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from lms.access.reaches import VOUCHED
from lms.core import clock
from lms.core.database import Base, Session
from lms.courses.models import Helpline, MemberNote
from tests.authoring.drafts import SMALL, SMALL_KEY, make_draft, make_trainer

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""What differs between the databases is proved by the tests of the services."""

NOTE = "::: jurisdiction who-asks\nYour focal point says who asks.\n:::\n\n## Alone"
PAGE = "modules/01-first/01-asking.md"


def rows_of(session: Session) -> dict[str, int]:
    """How many rows each table has, but for sessions and sign-ins."""
    options = {VOUCHED: frozenset(Base.metadata.tables)}
    return {
        name: session.execute(
            select(func.count()).select_from(table), execution_options=options
        ).scalar_one()
        for name, table in Base.metadata.tables.items()
        if not name.startswith(("sign_in", "person_session"))
    }


def note(session: Session, person) -> None:
    """A note of Fiji on the page, and a number to call there."""
    now = clock.now()
    session.add(
        MemberNote(
            member_code="FJI", course_key=SMALL_KEY, activity_key="asking", place_key="who-asks",
            language="en", number=1, body="The police of Suva ask.", checked_on=now.date(),
            saved_at=now, saved_by=person.id,
        )
    )  # fmt: skip
    session.add(
        Helpline(
            member_code="FJI", name="Lifeline of Suva", number="1543", hours="Day and night",
            languages=["en"], is_free=True, checked_on=now.date(), saved_at=now,
            saved_by=person.id,
        )
    )  # fmt: skip


def test_whole_course_is_read_answered_and_played_and_nothing_is_kept(session, sign_in) -> None:
    person = make_trainer(session)
    files = {**SMALL, PAGE: SMALL[PAGE].replace(b"## Alone", NOTE.encode())}
    draft = make_draft(session, person, SMALL_KEY, files)
    note(session, person)
    session.commit()
    author = sign_in(person, second_factor=True)
    here = f"/drafts/{draft.id}/preview"
    page = author.get(here, follow=True)
    before = rows_of(session)
    assert "Preview of a draft" in page.text
    assert f"/learning/{SMALL_KEY}" not in page.text
    page = author.get(f"{here}?member=FJI&in=en", follow=True)
    assert "As a learner of Fiji" in page.text
    base = page.path
    page = author.get(f"{base}/asking")
    assert "The police of Suva ask." in page.main
    assert "Lifeline of Suva" in author.get(f"{base}/wellbeing").main
    assert "Your focal point says who asks." in author.get(f"{here}/-/en/asking").main
    page = author.submit(page, "Done, next lesson")
    assert page.h1 == "Listening"
    page = author.submit(author.get(f"{base}/check"), "Begin")
    assert "Attempt" in page.main
    page = author.submit(page, "Hand in", {"q1": "a"})
    assert "what you reached" in page.h1
    page = author.submit(author.get(f"{base}/quay"), "Begin")
    page = author.submit(page, "Do this", {"choice": "ashore"})
    assert "Preview of a draft" in page.text
    assert author.get(f"{base}/asking/questions").h1 == "Not in a preview"
    author.get(f"{here}/XXX/en", status=404)
    author.get(f"{here}/-/xx", status=404)
    assert rows_of(session) == before


def test_draft_with_something_to_mend_says_so_instead_of_a_preview(session, sign_in) -> None:
    person = make_trainer(session)
    files = {**SMALL, PAGE: SMALL[PAGE].replace(b"[[minder]]", b"[[nobody]]")}
    draft = make_draft(session, person, SMALL_KEY, files)
    session.commit()
    author = sign_in(person, second_factor=True)
    page = author.get(f"/drafts/{draft.id}/preview", status=409)
    assert "One thing is to mend first" in page.main
    assert "nobody is not a term of glossary.yaml" in page.main
    page = author.get(f"/drafts/{draft.id}/preview/-/en/asking", status=409)
    assert "while something is to mend" in page.text
