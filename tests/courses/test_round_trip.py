"""Folder, edition, folder: not a byte is lost, and the digest names what was there."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.core.content.canonical import plain_tree, write_yaml
from lms.courses.check import load_course
from lms.courses.folder import read_text
from lms.courses.layout import place_of
from lms.courses.values.edition import Edition
from lms.courses.values.question import Bank
from lms.courses.writing import course_files, file_text, format_course, write_course
from tests.courses.small_course import write, write_small_course


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_small_course(tmp_path / "content")


def files_in(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_canonical_folder_comes_back_byte_for_byte(folder: Path, tmp_path: Path) -> None:
    edition = load_course(folder)
    write_course(edition, tmp_path / "out")
    assert files_in(tmp_path / "out") == files_in(folder)


def test_edition_survives_storage_as_text(folder: Path) -> None:
    edition = load_course(folder)
    again = Edition.from_json(edition.to_json())
    assert again == edition
    assert again.digest == edition.digest
    assert course_files(again) == course_files(edition)


def test_translations_and_images_come_back_too(folder: Path, tmp_path: Path) -> None:
    png = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
    (folder / "media/photo.png").write_bytes(png)
    write(folder / "glossary.id.yaml", """\
translation:
  review: done
terms:
  - key: minder
    term: pengawas
    definition: Orang yang mengawasi.
""")  # fmt: skip
    edition = load_course(folder)
    write_course(edition, tmp_path / "out")
    assert files_in(tmp_path / "out") == files_in(folder)
    assert Edition.from_json(edition.to_json()) == edition


def test_export_never_mixes_with_what_was_there(folder: Path, tmp_path: Path) -> None:
    edition = load_course(folder)
    write(tmp_path / "out" / "left-over.txt", "x")
    with pytest.raises(FileExistsError):
        write_course(edition, tmp_path / "out")


def test_formatting_gives_the_canonical_form_once_and_changes_no_meaning(folder: Path) -> None:
    canonical = files_in(folder)
    digest = load_course(folder).digest
    for name, text in canonical.items():
        if name.endswith(".yaml"):
            loose = text.decode().replace(": ", ":   ").replace("yes", "'true'")
            write(folder / name, loose + "\n\n")
        elif name.endswith(".md"):
            write(folder / name, text.decode().replace("\n\n", "  \n\n\n").replace("\n", "\r\n"))
    assert load_course(folder).digest == digest
    done = format_course(folder)
    assert set(done.changed) == {name for name in canonical if not name.endswith(".svg")}
    assert files_in(folder) == canonical
    assert format_course(folder).changed == ()


def test_formatting_leaves_comments_and_broken_files_alone(folder: Path) -> None:
    write(folder / "glossary.yaml", "# ask the reviewer\nterms: []\n")
    write(folder / "quizzes/check.yaml", "key: check\n")
    done = format_course(folder)
    assert done.commented == ("glossary.yaml",)
    assert done.unreadable == ("quizzes/check.yaml",)
    assert (folder / "glossary.yaml").read_text().startswith("# ask")
    assert "glossary.yaml" in format_course(folder, drop_comments=True).changed


def test_digest_changes_with_every_byte_that_counts(folder: Path) -> None:
    seen = {load_course(folder).digest}
    for name, old, new in (
        ("course.yaml", "It is small.", "It is very small."),
        ("bank/all.yaml", "Groups are silent.", "Groups say nothing."),
        ("media/plan.svg", "A room", "The room"),
        ("facilitator/first.md", "minutes: 60", "minutes: 45"),
        ("modules/01-first/01-asking.md", "Beside her.", "Next to her."),
    ):
        path = folder / name
        write(path, path.read_text().replace(old, new))
        seen.add(load_course(folder).digest)
    assert len(seen) == 6


def test_digest_is_the_hash_of_its_canonical_text(folder: Path) -> None:
    edition = load_course(folder)
    assert hashlib.sha256(edition.canonical_json().encode()).hexdigest() == edition.digest


def test_editions_can_be_asked_for_credit_and_languages(folder: Path) -> None:
    edition = load_course(folder)
    assert edition.order == ("asking", "check", "quay", "plan")
    assert edition.required == {"asking", "check", "quay", "plan"}
    assert edition.credited("asking-lighter") == "asking"
    alternative = edition.alternative_of("asking")
    assert alternative is not None
    assert alternative.key == "asking-lighter"
    quiz = edition.activity("check")
    assert quiz.kind == "quiz"
    assert edition.quiz_languages(quiz) == ("en",)
    assert set(edition.questions_in(quiz, "en")) == {"who-answers", "where-to-ask", "is-it-true"}


# Text as people write it, in every script, with marks YAML and Markdown care about.
PRINTED = st.characters(
    codec="utf-8", exclude_categories=("Cc", "Cs", "Co", "Cn", "Zl", "Zp"),
    exclude_characters="\u202a\u202b\u202c\u202d\u202e\ufeff",
)  # fmt: skip
WORDS = st.text(st.one_of(PRINTED, st.sampled_from(" \n:#-'\"\\[]{}&*!|>%@`,?~")), min_size=1,
                max_size=160).filter(lambda text: text.strip() != "")  # fmt: skip
KEYS = st.from_regex(r"[a-z0-9]{1,8}(-[a-z0-9]{1,8}){0,2}", fullmatch=True)
OPTION = st.fixed_dictionaries(
    {"text": WORDS, "feedback": WORDS}, optional={"right": st.booleans()}
)
COMMON = {
    "objective": KEYS, "prompt": WORDS, "rationale": WORDS, "sources": st.just(["protocol:3"]),
}  # fmt: skip


@st.composite
def questions(draw: st.DrawFn) -> dict[str, object]:
    question: dict[str, object] = draw(st.fixed_dictionaries(COMMON))
    kind = draw(st.sampled_from(["single", "multiple", "true-false", "numeric", "short-answer"]))
    question |= {"key": draw(KEYS), "type": kind, "points": draw(st.integers(1, 20))}
    if kind in {"single", "multiple"}:
        options = draw(st.lists(OPTION, min_size=3, max_size=6))
        question["options"] = [{"key": f"o{n}", **option} for n, option in enumerate(options)]
    elif kind == "true-false":
        question |= {"answer": draw(st.sampled_from(["true", "false"]))}
        question |= {"feedback_true": draw(WORDS), "feedback_false": draw(WORDS)}
    elif kind == "numeric":
        number = st.floats(-1e12, 1e12, allow_nan=False)
        question |= {"answer": draw(number), "tolerance": abs(draw(number))}
        question |= {"feedback_right": draw(WORDS), "feedback_wrong": draw(WORDS)}
    else:
        question["answers"] = draw(st.lists(OPTION, min_size=1, max_size=4))
        question["feedback_other"] = draw(WORDS)
    return question


@given(st.lists(questions(), min_size=1, max_size=3))
def test_any_question_survives_being_written_and_read(data: list[dict[str, object]]) -> None:
    bank = Bank.model_validate({"file": "bank/all.yaml", "questions": data})
    text = file_text(bank)
    place = place_of("bank/all.yaml")
    assert place is not None
    source = read_text("bank/all.yaml", place, text)
    assert [str(problem) for problem in source.marked.problems] == []
    assert source.value == bank
    assert file_text(source.value) == text


@given(WORDS)
def test_any_text_survives_on_a_page(text: str) -> None:
    path = "modules/01-first/01-asking.md"
    head = write_yaml({"key": "asking", "title": "x", "minutes": 5, "summary": "x"})
    place = place_of(path)
    assert place is not None
    source = read_text(path, place, f"---\n{head}---\n\n{text}\n")
    assert source.value is not None, source.marked.problems
    written = file_text(source.value)
    again = read_text(path, place, written)
    assert again.value == source.value
    assert plain_tree(again.value) == plain_tree(source.value)
    assert file_text(again.value) == written


def test_loading_what_was_exported_gives_the_same_edition(folder: Path, tmp_path: Path) -> None:
    edition = load_course(folder)
    out = tmp_path / "other" / "courses" / "small-course"
    shutil.copytree(folder.parent.parent / "guides", tmp_path / "other" / "guides")
    write_course(edition, out)
    assert load_course(out) == edition
