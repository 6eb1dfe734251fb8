"""What a learner reads of a question that was handed in without an answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from lms.core import clock
from lms.core.actor import Actor
from lms.core.database import Session
from lms.courses.check import load_course
from lms.courses.services import publish
from lms.guides.registry import read_registry
from tests.courses.small_course import write_small_course
from tests.factories import make_official

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_choice_that_was_left_out_is_called_so(session: Session, sign_in, tmp_path: Path) -> None:
    found = load_course(write_small_course(tmp_path))
    guides = read_registry(tmp_path / "guides")[0]
    publish(session, Actor.system("test"), found, guides, now=clock.now())
    client = sign_in(make_official(session))
    client.submit(client.get("/courses/small-course"), "Take this course")
    page = client.submit(client.get("/learning/small-course/check"), "Begin")
    page = client.submit(page, "Hand in", {"act": "hand-in"})
    choices = page.soup.select("section.field:has(ul.choices)")
    assert choices
    assert all("Your answer: left out" in " ".join(each.get_text(" ").split()) for each in choices)
