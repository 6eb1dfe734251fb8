"""Recordings of a draft: brought with their transcript, heard in every preview, told on paper."""

from __future__ import annotations

import datetime
import io
from collections.abc import Callable

import pytest
from docx import Document

from config import ROOT
from lms.authoring.models import Draft
from lms.authoring.papers.as_docx import paper_as_docx
from lms.authoring.papers.making import paper_of
from lms.authoring.papers.parts import Box, PaperKind, Text
from lms.authoring.queries.drafts import files_of
from lms.authoring.rules.translating.pieces import kind_of, pieces_of
from lms.core.database import Session
from lms.courses.check import edition_from
from lms.guides.registry import read_registry
from lms.people.models import Person
from tests.authoring.drafts import SMALL
from tests.support.client import Client
from tests.support.recordings import id3, m4a, mp3

ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
SignIn = Callable[[Person], Client]
PAGE = "modules/01-first/01-asking.md"
SAID = "**Officer:** Some water?\n\n**She:** The minder has my papers."
WORDS = {"title": "The first words", "transcript": f"{SAID}\n::: \n", "sound_page": PAGE}


@ONE_DATABASE
def test_a_recording_is_made_bare_and_put_on_a_page_with_its_words(
    session: Session, author: Person, draft: Draft, sign_in: SignIn
) -> None:
    client = sign_in(author)
    here = f"/drafts/{draft.id}"
    form = client.get(f"{here}/pictures")
    sent = (io.BytesIO(id3("Ana Latu at the shelter") + mp3(75)), "The First Words.mp3")
    brought = client.submit(form, "Bring the recording", {**WORDS, "sound": sent})
    assert "MP3, 1 min 15 s, 0.1 MB" in " ".join(brought.main.split())
    files = files_of(session, draft)
    assert files["media/the-first-words.mp3"] == mp3(75)
    block = f"::: sound the-first-words.mp3\ntitle: The first words\n\n{SAID}\n:::\n"
    assert files[PAGE].decode().endswith(block)
    part = client.raw("GET", f"{here}/media/the-first-words.mp3", headers={"Range": "bytes=0-3"})
    assert (part.status_code, part.data) == (206, mp3()[:4])
    assert part.headers["Cache-Control"] == "private, no-cache"
    page = client.get(f"{here}/pages/{PAGE}")
    assert page.soup.select_one("select#sound option[value='the-first-words.mp3']") is not None
    assert page.soup.select_one("select#figure") is None
    seen = client.submit(page, "Preview")
    assert seen.soup.select_one("audio")["src"] == f"{here}/media/the-first-words.mp3"
    learner = client.get(f"{here}/preview/-/en/asking")
    assert learner.soup.select_one("audio")["src"] == f"{here}/media/the-first-words.mp3"
    client.submit(client.get(f"{here}/pictures"), "Take it out the-first-words.mp3")
    assert "There is no recording the-first-words.mp3" in client.get(f"{here}/problems").text
    client.get(f"{here}/media/the-first-words.mp3", status=404)


@ONE_DATABASE
def test_a_recording_without_its_words_or_of_another_kind_is_refused_beside_its_field(
    session: Session, author: Person, draft: Draft, sign_in: SignIn
) -> None:
    client = sign_in(author)
    here = f"/drafts/{draft.id}"
    form = client.get(f"{here}/pictures")
    for field, said, change in (
        ("transcript", "for those who cannot hear it", {"transcript": " "}),
        ("title", "Say what is heard", {"title": ""}),
        ("sound", "not an MP3 or M4A", {"sound": (io.BytesIO(b"RIFF0000WAVE"), "a.mp3")}),
        ("sound", "There is video", {"sound": (io.BytesIO(m4a(handler=b"vide")), "a.mp3")}),
    ):
        sent = {**WORDS, "sound": (io.BytesIO(m4a()), "a.mp3"), **change}
        refused = client.submit(form, "Bring the recording", sent, status=400)
        assert said in refused.error(field)
    assert files_of(session, draft) == SMALL
    sent = (io.BytesIO(m4a()), "Name nobody needs.mov")
    client.submit(form, "Bring the recording", {**WORDS, "sound": sent, "sound_name": "words"})
    assert "media/words.m4a" in files_of(session, draft)


def test_papers_print_the_words_of_a_recording_and_say_where_to_hear_it() -> None:
    page = SMALL[PAGE].decode() + f"\n::: sound a.mp3\ntitle: First words\n\n{SAID}\n:::\n"
    files = {**SMALL, "media/a.mp3": mp3(75), PAGE: page.encode()}
    registry = read_registry(ROOT / "content/guides")[0]
    edition = edition_from(files, registry)
    [block] = [p.words for p in pieces_of(edition.activity("asking")) if "::: sound" in p.words]
    assert SAID in block
    assert kind_of(block) == kind_of(block.replace("a.mp3", "kata.mp3"))
    day = datetime.date(2026, 11, 22)
    for kind in PaperKind:
        paper = paper_of(edition, registry, kind, "en", number=1, made_on=day)
        [told] = [part for part in paper.parts if isinstance(part, Box) and part.kind == "sound"]
        assert told.name.startswith(
            "Recording (1 min 15 s), to be heard in this part of the course"
        )
        assert told.title == "First words"
        assert "<p><strong>Officer:</strong> Some water?</p>" in told.html
        lists = "".join(part.html for part in paper.parts if isinstance(part, Text))
        assert ("a loudspeaker heard by all" in lists) is (kind is PaperKind.GUIDE)
        document = Document(io.BytesIO(paper_as_docx(paper)))
        said = [p.text for p in document.paragraphs if p.style.name == "Recording"]
        assert said == ["First words", "Officer: Some water?", "She: The minder has my papers."]
