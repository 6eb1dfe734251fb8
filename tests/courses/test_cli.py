"""`lms content` as an author uses it."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from lms.courses.cli import content
from tests.courses.small_course import write, write_small_course


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_small_course(tmp_path / "content")


def run(*arguments: str | Path) -> tuple[int, str]:
    result = CliRunner().invoke(content, [str(argument) for argument in arguments])
    return result.exit_code, result.output


def test_clean_course_passes(folder: Path) -> None:
    code, output = run("check", folder)
    assert code == 0
    assert "0 errors, 0 warnings." in output


def test_mistakes_are_printed_one_to_a_line_and_fail_the_check(folder: Path) -> None:
    quiz = folder / "quizzes/check.yaml"
    write(quiz, quiz.read_text().replace("draw: 1", "draw: 9"))
    code, output = run("check", folder)
    assert code == 1
    line = f"{quiz.as_posix()}:8: slots[2]: 9 are drawn from 2. Add questions or draw fewer."
    assert line in output.split("\n")


def test_warnings_do_not_fail_the_check_and_can_be_left_out(folder: Path) -> None:
    quiz = folder / "quizzes/check.yaml"
    write(quiz, quiz.read_text().replace("draw: 1", "draw: 2"))
    code, output = run("check", folder)
    assert code == 0
    assert "warning: All questions of this pool are drawn." in output
    code, output = run("check", "--quiet", folder)
    assert code == 0
    assert "Nothing is random" not in output


def test_all_of_content_is_checked_when_no_folder_is_named(folder: Path) -> None:
    root = folder.parent.parent
    write(root / "paths/officer.yaml", """\
key: officer
title: Officer
summary: Two courses.
courses: [small-course, large-course]
certificate:
  kind: completion
  hours: 1
""")  # fmt: skip
    write(root / "guides/broken.yaml", "key: broken\n")
    code, output = run("check", "--content", root)
    assert code == 1
    assert "guides/broken.yaml:1: title: title is missing. Add it." in output
    assert (
        "paths/officer.yaml:4: courses[2]: There is no course with the key large-course." in output
    )


def test_format_says_what_it_did_and_what_it_left(folder: Path) -> None:
    write(folder / "glossary.yaml", "terms: [ ]\n")
    write(folder / "wellbeing.md", "no head\n")
    write(
        folder / "reflections/plan.yaml", "# why\n" + (folder / "reflections/plan.yaml").read_text()
    )
    code, output = run("format", folder)
    assert code == 1
    assert "glossary.yaml: formatted" in output
    assert "wellbeing.md: left alone, it has mistakes" in output
    assert "reflections/plan.yaml: left alone, its comments would be lost" in output


def test_translation_is_current_until_its_source_moves_on(folder: Path) -> None:
    translated = folder / "glossary.id.yaml"
    source = folder / "glossary.yaml"
    write(translated, source.read_text().replace("term: minder", "term: pengawas"))
    code, output = run("check", folder)
    assert code == 0
    assert "does not say which state of the source it follows" in output
    code, output = run("translated", folder, "glossary.id.yaml", "--reviewed")
    assert code == 0
    assert "review: done" in translated.read_text()
    assert "0 errors, 0 warnings." in run("check", folder)[1]
    write(source, source.read_text().replace("watches", "guards"))
    code, output = run("check", folder)
    assert code == 0
    assert "glossary.id.yaml:2: translation.source: warning: glossary.yaml has changed" in output


def test_only_a_translated_file_can_be_marked_as_such(folder: Path) -> None:
    code, output = run("translated", folder, "glossary.yaml")
    assert code == 1
    assert "glossary.yaml is not a translated file" in output


def test_second_reader_sees_questions_without_the_key(folder: Path) -> None:
    code, output = run("questions", folder)
    assert code == 0
    for text in ("Who should answer?", "- b: The minder", "Silence means that nothing happened."):
        assert text in output
    for secret in ("Only the person knows", "He controls her", "Look again", "false\n"):
        assert secret not in output
    code, output = run("questions", "--key", folder)
    assert code == 0
    assert "a: The person\n\nOnly the person knows. [protocol:3]" in output


def test_key_of_a_number_with_the_default_tolerance_is_printed(folder: Path) -> None:
    bank = folder / "bank/all.yaml"
    write(
        bank,
        bank.read_text()
        + """\
  - key: hours
    type: numeric
    objective: ask-alone
    prompt: How many hours?
    answer: 18
    feedback_right: Yes.
    feedback_wrong: Count again.
    rationale: From four to ten.
    sources: [protocol]
""",
    )
    code, output = run("questions", "--key", folder)
    assert code == 0, output
    assert "18" in output
