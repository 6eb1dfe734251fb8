"""Translations of a draft: side by side, finished or not, behind their source or still true."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from config import ROOT
from lms.authoring.queries.drafts import file_of, files_of
from lms.authoring.rules.translating.aligning import is_shifted, sides_of
from lms.authoring.rules.translating.pieces import blocks_of, joined, pieces_of
from lms.authoring.rules.translating.standing import TranslationState, standing_in
from lms.authoring.rules.translating.writing import translated_bytes
from lms.authoring.services.files import write
from lms.core import clock
from lms.core.database import Session
from lms.courses.check import check_files
from lms.courses.checks.translations import STALE, STALE_QUIZ, UNFINISHED_QUIZ, source_digest
from lms.courses.folder import SourceFile, edition_of, read_files, read_folder, read_text
from lms.courses.layout import place_of
from lms.courses.values.base import Translation
from lms.guides.registry import Registry
from lms.learning.queries.courses import OnCourse
from lms.people.models import Person
from tests.authoring.drafts import SMALL, SMALL_KEY, make_draft, make_trainer, trainer_actor
from tests.support.client import Client

SignIn = Callable[[Person], Client]
ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
COURSES = sorted((ROOT / "content" / "courses").iterdir())
PAGE = "modules/01-first/02-listening.md"
QUIZ = "quizzes/check.yaml"
BANK = "bank/all.yaml"


def read(path: str, text: str) -> SourceFile:
    """One file of a course from its text."""
    place = place_of(path)
    assert place is not None
    return read_text(path, place, text)


@pytest.mark.parametrize("folder", COURSES, ids=lambda folder: folder.name)
def test_a_file_taken_apart_and_put_together_is_the_same_bytes(folder: Path) -> None:
    sources = {source.path: source for source in read_folder(folder).sources}
    for source in sources.values():
        original = sources[source.place.file].value
        assert original is not None
        assert source.value is not None
        if source.body:
            assert joined(blocks_of(source.body)) == source.body.rstrip("\n")
        sides = sides_of(pieces_of(original), source, None, is_marked=True)
        words = {side.piece.name: side.words for side in sides}
        written = translated_bytes(original, words, source.value.translation)
        assert written == (folder / source.path).read_bytes()


def test_words_stay_with_their_paragraph_when_the_source_gains_one() -> None:
    head = "---\nkey: one\ntitle: One\nminutes: 1\nsummary: One.\n---\n\n"
    before = read("modules/01-a/01-one.md", head + "First.\n\nSecond.\n\nThird.\n")
    theirs = read("modules/01-a/01-one.id.md", head + "Satu.\n\nDua.\n\nTiga.\n")
    assert before.value is not None
    longer = read("modules/01-a/01-one.md", head + "New.\n\nFirst.\n\nSecond.\n\nThird!\n")
    assert longer.value is not None
    sides = sides_of(pieces_of(longer.value), theirs, pieces_of(before.value), is_marked=True)
    found = {
        side.piece.words: (side.words, side.is_changed) for side in sides if side.piece.is_block
    }
    assert found == {
        "New.": ("", True),
        "First.": ("Satu.", False),
        "Second.": ("Dua.", False),
        "Third!": ("Tiga.", True),
    }


def test_words_follow_their_paragraph_when_one_comes_and_another_goes() -> None:
    head = "---\nkey: one\ntitle: One\nminutes: 1\nsummary: One.\n---\n\n"
    before = read("modules/01-a/01-one.md", head + "First.\n\nSecond.\n\nThird.\n").value
    after = read("modules/01-a/01-one.md", head + "New.\n\nFirst.\n\nSecond.\n").value
    theirs = read("modules/01-a/01-one.id.md", head + "Satu.\n\nDua.\n\nTiga.\n")
    assert before is not None
    assert after is not None
    assert is_shifted(pieces_of(before), pieces_of(after))
    sides = sides_of(pieces_of(after), theirs, pieces_of(before), is_marked=True)
    found = [(side.piece.words, side.words) for side in sides if side.piece.is_block]
    # The paragraph that lost its partner stays with the one before it: no word is lost.
    assert found == [("New.", ""), ("First.", "Satu."), ("Second.", "Dua.\n\nTiga.")]


def translated(files: dict[str, bytes], path: str, follows: str | None) -> dict[str, bytes]:
    """The files with a translation of one of them that says what it follows."""
    value = read(path, files[path].decode()).value
    assert value is not None
    words = {piece.name: f"{piece.words} (id)" for piece in pieces_of(value)}
    stem, _, ending = path.rpartition(".")
    return files | {
        f"{stem}.id.{ending}": translated_bytes(value, words, Translation(source=follows))
    }


@pytest.mark.parametrize(
    ("path", "follows", "sentence"),
    [(BANK, "0" * 12, STALE_QUIZ), (QUIZ, "0" * 12, STALE_QUIZ), (BANK, None, UNFINISHED_QUIZ)],
)
def test_a_quiz_behind_its_source_cannot_be_published(
    path: str, follows: str | None, sentence: str
) -> None:
    problems = check_files(translated(SMALL, path, follows), Registry())
    assert sentence in {problem.sentence for problem in problems if problem.level == "error"}


def test_a_lesson_behind_its_source_is_only_warned_of() -> None:
    problems = check_files(translated(SMALL, PAGE, "0" * 12), Registry())
    assert {problem.level for problem in problems if problem.sentence == STALE} == {"warning"}


def test_a_learner_is_told_that_the_original_of_a_lesson_has_changed() -> None:
    source = read(PAGE, SMALL[PAGE].decode()).value
    assert source is not None
    data = source.model_dump_json(by_alias=True, exclude={"translation", "file"})
    of_old = hashlib.sha256(data.encode()).hexdigest()[:12]
    for follows, is_behind in (("0" * 12, True), (source_digest(source), False), (of_old, False)):
        edition = edition_of(read_files(translated(SMALL, PAGE, follows)))
        on = OnCourse(None, None, edition, None)
        shown, language = edition.in_language(edition.activity("listening"), "id")
        assert (language, on.is_behind(shown)) == ("id", is_behind)


@ONE_DATABASE
def test_a_translation_is_written_side_by_side_and_followed_when_the_source_changes(
    session: Session, sign_in: SignIn
) -> None:
    trainer = make_trainer(session)
    draft = make_draft(session, trainer, SMALL_KEY)
    here = f"/drafts/{draft.id}/translations"
    client = sign_in(trainer)
    assert "No translation yet" in client.get(here).main
    page = client.get(f"{here}?into=id")
    assert "Not begun" in page.main
    page = client.get(f"{here}/id/{PAGE}")
    source = read(PAGE, SMALL[PAGE].decode())
    assert source.value is not None
    names = [piece.name for piece in pieces_of(source.value)]
    page = client.submit(page, "Save as finished", {"w.title": "Mendengar"}, status=400)
    assert page.error("w.summary") == "Translate this, or say that it is the same."
    page = client.submit(page, "Save for now", {"w.title": "Mendengar"})
    assert "not finished" in page.main
    typed = {f"w.{name}": f"Kata {place}" for place, name in enumerate(names)}
    client.submit(client.get(f"{here}/id/{PAGE}"), "Save as finished", typed)
    path = PAGE.replace(".md", ".id.md")
    kept = read(path, file_of(session, draft, path).content.decode())
    assert kept.value is not None
    assert kept.value.translation == Translation(source=source_digest(source.value))

    changed = SMALL[PAGE].replace(b"title: Listening", b"title: Listening well")
    file = file_of(session, draft, PAGE)
    actor = trainer_actor(trainer, SMALL_KEY)
    write(session, actor, draft, PAGE, changed, based_on=file.digest, now=clock.now())
    page = client.get(f"{here}/id/{PAGE}")
    assert "The source has changed since this was translated" in page.main
    assert "well" in page.main
    client.submit(page, "It is still true as it stands")
    session.expire_all()
    standing = standing_in(read_files(files_of(session, draft)), "id")
    states = {file.file: file.state for file in standing.files}
    assert states[PAGE] == TranslationState.FINISHED


@ONE_DATABASE
def test_two_translators_of_one_page_lose_nothing(session: Session, sign_in: SignIn) -> None:
    trainer = make_trainer(session)
    draft = make_draft(session, trainer, SMALL_KEY)
    client = sign_in(trainer)
    one = client.get(f"/drafts/{draft.id}/translations/ar/{PAGE}")
    assert 'dir="rtl"' in str(one.soup)
    client.submit(one, "Save for now", {"w.title": "Of the first"})
    page = client.submit(one, "Save for now", {"w.title": "Of the second"}, status=409)
    assert "Of the first" in page.main
    assert page.soup.find(id="w-0").text.strip() == "Of the second"
    client.submit(page, "Save for now")
    path = PAGE.replace(".md", ".ar.md")
    assert b"Of the second" in file_of(session, draft, path).content
