"""What the rest of the product asks of an edition."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from lms.courses.check import check_course, load_course
from lms.courses.checks.translations import source_digest
from lms.courses.folder import read_text
from lms.courses.layout import place_of
from lms.courses.notes import note_places
from lms.courses.render.page import renderer_for
from lms.courses.sheets import key_sheet, question_sheet
from lms.courses.values.edition import Edition
from lms.courses.values.quiz import Quiz
from lms.guides.registry import read_registry
from tests.courses.small_course import COURSE, write, write_small_course


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_small_course(tmp_path / "content")


def quiz_of(edition: Edition, key: str) -> Quiz:
    quiz = edition.activity(key)
    assert isinstance(quiz, Quiz)
    return quiz


def in_indonesian(folder: Path, file: str, *pairs: tuple[str, str]) -> None:
    text = COURSE[file]
    place = place_of(file)
    assert place is not None
    value = read_text(file, place, text).value
    assert value is not None
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    mark = f"translation:\n  source: {source_digest(value)}\n"
    stem, ending = file.rsplit(".", 1)
    head = "---\n" if ending == "md" else ""
    write(folder / f"{stem}.id.{ending}", head + mark + text.removeprefix(head))


def test_missing_page_falls_back_to_the_language_of_the_course(folder: Path) -> None:
    in_indonesian(folder, "modules/01-first/01-asking.md", ("title: Asking", "title: Bertanya"))
    edition = load_course(folder)
    assert edition.languages == ("en", "id")
    page, language = edition.in_language(edition.activity("asking"), "id")
    assert (getattr(page, "title", ""), language) == ("Bertanya", "id")
    page, language = edition.in_language(edition.activity("asking-lighter"), "id")
    assert (getattr(page, "title", ""), language) == ("Asking, in outline", "en")


def test_quiz_is_offered_in_a_language_only_when_all_of_it_is_there(folder: Path) -> None:
    in_indonesian(folder, "quizzes/check.yaml", ("title: Check", "title: Periksa"))
    edition = load_course(folder)
    assert edition.quiz_languages(quiz_of(edition, "check")) == ("en",)
    in_indonesian(folder, "bank/all.yaml", ("Who should answer?", "Siapa yang menjawab?"))
    edition = load_course(folder)
    quiz = quiz_of(edition, "check")
    assert edition.quiz_languages(quiz) == ("en", "id")
    assert edition.questions_in(quiz, "id")["who-answers"].prompt == "Siapa yang menjawab?"
    assert edition.questions_in(quiz, "en")["who-answers"].prompt == "Who should answer?"


def test_terms_of_a_translated_page_are_explained_in_its_language(folder: Path) -> None:
    in_indonesian(
        folder,
        "glossary.yaml",
        ("term: minder", "term: pengawas"),
        ("Someone who watches a person for another.", "Orang yang mengawasi."),
    )
    in_indonesian(folder, "modules/01-first/01-asking.md", ("[[minder]]", "[[pengawas]]"))
    assert not [p for p in check_course(folder) if p.level == "error"]
    edition = load_course(folder)
    registry, _ = read_registry(folder.parent.parent / "guides")
    page, _ = edition.in_language(edition.activity("asking"), "id")
    rendered = renderer_for(edition, registry, "id").page(str(getattr(page, "body", "")))
    assert [(term.term, term.definition) for term in rendered.terms] == [
        ("pengawas", "<p>Orang yang mengawasi.</p>")
    ]


def test_translation_may_not_change_the_key(folder: Path) -> None:
    in_indonesian(
        folder, "bank/all.yaml",
        ("text: The person\n        right: yes", "text: Orangnya"),
        ("text: The minder", "text: Pengawas\n        right: yes"),
    )  # fmt: skip
    told = {(problem.file, problem.field, problem.text) for problem in check_course(folder)}
    where = "questions[1].options"
    assert ("bank/all.id.yaml", f"{where}[1].right", "This must be as in the source: yes.") in told
    assert ("bank/all.id.yaml", f"{where}[2].right", "This must be as in the source: no.") in told


def test_nothing_of_an_edition_can_be_changed(folder: Path) -> None:
    edition = load_course(folder)
    with pytest.raises(ValidationError):
        edition.course.title = "Another"  # type: ignore[misc]
    with pytest.raises(ValidationError):
        edition.modules = ()  # type: ignore[misc]


def test_usual_review_shows_nothing_early_that_helps_the_next_attempt(folder: Path) -> None:
    quiz = quiz_of(load_course(folder), "check")
    assert "right-answer" in quiz.shown.after_question
    for purpose in ("pre-test", "post-test", "final"):
        shown = quiz.model_copy(update={"purpose": purpose}).shown
        assert shown.after_question == ()
        assert shown.after_attempt == ("score",)


def test_sheets_hold_every_question_once_in_the_same_order(folder: Path) -> None:
    edition = load_course(folder)
    asked = [line.split()[1] for line in question_sheet(edition).split("\n") if line[:3] == "## "]
    keyed = [line.split()[1] for line in key_sheet(edition).split("\n") if line[:3] == "## "]
    assert asked == keyed == ["who-answers", "where-to-ask", "is-it-true"]


def test_focal_points_find_every_place_for_a_note_of_their_own(folder: Path) -> None:
    places = note_places(load_course(folder))
    assert [(place.activity, place.key, place.text) for place in places] == [
        ("asking", "who-asks", "Your focal point says who asks.")
    ]
