"""What lies in content/ can be published, and the author's page tells the truth."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from config import ROOT
from lms.core.content.problems import errors_among
from lms.courses.check import check_content, course_folders, load_course
from lms.courses.checks.courses import read_path
from lms.courses.folder import read_text
from lms.courses.layout import place_of
from lms.courses.render.page import renderer_for
from lms.courses.values.edition import Edition
from lms.courses.values.quiz import Quiz
from lms.courses.writing import course_files, write_course
from lms.guides.registry import read_registry

CONTENT = ROOT / "content"
COURSES = [folder.name for folder in course_folders(CONTENT)]


def test_content_has_no_errors() -> None:
    assert [str(problem) for problem in errors_among(check_content(CONTENT))] == []


@pytest.mark.parametrize("name", COURSES)
def test_course_survives_export_and_load_byte_for_byte(name: str, tmp_path: Path) -> None:
    registry, _ = read_registry(CONTENT / "guides")
    edition = load_course(CONTENT / "courses" / name, registry)
    write_course(edition, tmp_path / name)
    again = load_course(tmp_path / name, registry)
    assert again == edition
    assert again.digest == edition.digest
    assert course_files(again) == course_files(edition)
    assert Edition.from_json(edition.to_json()) == edition


@pytest.mark.parametrize("name", COURSES)
def test_every_page_of_a_course_renders_with_all_its_sources(name: str) -> None:
    registry, _ = read_registry(CONTENT / "guides")
    edition = load_course(CONTENT / "courses" / name, registry)
    renderer = renderer_for(edition, registry, edition.course.language)
    for activity in edition.activities:
        if activity.kind == "page":
            page = renderer.page(activity.body)
            assert page.blocks, activity.key
            shown = "".join(block.html + block.answer for block in page.blocks)
            assert ":::" not in shown, activity.key
            assert "[@" not in shown, activity.key
            assert "[[" not in shown, activity.key


def test_guides_are_titles_and_names_of_sections_only() -> None:
    registry, problems = read_registry(CONTENT / "guides")
    assert problems == []
    assert len(registry.guides) >= 8
    for guide in registry.guides.values():
        for text in (guide.title, *(section.title for section in guide.sections)):
            assert len(text) <= 150
    series = [g for g in registry.guides.values() if g.series == "rso-nexus-practitioner-guides"]
    assert len(series) == 6


# Where each example of docs/authoring.md would stand, by the first words that tell it.
EXAMPLES = {
    "key: my-course": "course.yaml",
    "key: first-module": "modules/01-first-module/module.yaml",
    "questions:\n  - key: child-chose-work": "bank/01-anything.yaml",
    "  - key: first-minute": "bank/02-anything.yaml",
    "key: final": "quizzes/final.yaml",
    "key: vessel-at-coralia": "scenarios/vessel-at-coralia.yaml",
    "# reflections/action-plan.yaml": "reflections/action-plan.yaml",
    "# surveys/after-three-months.yaml": "surveys/after-three-months.yaml",
    "# sessions/workshop-day.yaml": "sessions/workshop-day.yaml",
    "# glossary.yaml": "glossary.yaml",
}


def blocks(language: str) -> list[str]:
    text = (ROOT / "docs" / "authoring.md").read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("start", EXAMPLES, ids=lambda start: EXAMPLES[start])
def test_example_of_the_authors_page_can_be_read(start: str) -> None:
    example = next(block for block in blocks("yaml") if block.startswith(start))
    if example.startswith("  - "):
        example = f"questions:\n{example}"
    path = EXAMPLES[start]
    place = place_of(path)
    assert place is not None
    source = read_text(path, place, example)
    assert [str(problem) for problem in source.marked.problems] == []
    assert source.value is not None


def test_example_of_a_page_and_of_a_path_can_be_read() -> None:
    page = next(block for block in blocks("markdown") if block.startswith("---"))
    place = place_of("modules/01-first-module/01-first-page.md")
    assert place is not None
    source = read_text("modules/01-first-module/01-first-page.md", place, page)
    assert [str(problem) for problem in source.marked.problems] == []
    path = next(block for block in blocks("yaml") if block.startswith("key: frontline"))
    assert read_path("frontline.yaml", path)[2] == []


def test_authors_page_names_every_audience_and_topic() -> None:
    text = (ROOT / "docs" / "authoring.md").read_text(encoding="utf-8")
    schema = Edition.model_json_schema()["$defs"]["Course"]["properties"]
    for field in ("audience", "topics", "route_stages"):
        for word in schema[field]["items"]["enum"]:
            assert word in text


@pytest.mark.parametrize("language", ["id", "th"])
def test_first_two_modules_of_the_flagship_stand_whole_in_another_language(language: str) -> None:
    registry, _ = read_registry(CONTENT / "guides")
    edition = load_course(CONTENT / "courses" / "victim-identification", registry)
    for module in edition.modules[:2]:
        assert edition.in_language(module, language)[1] == language
        for key in module.activities:
            activity = edition.activity(key)
            shown, found = edition.in_language(activity, language)
            assert found == language, key
            assert shown.translation is not None
            assert shown.translation.review == "needed"
            if isinstance(activity, Quiz):
                assert language in edition.quiz_languages(activity), key
            other = edition.alternative_of(key)
            assert other is None or edition.in_language(other, language)[1] == language
