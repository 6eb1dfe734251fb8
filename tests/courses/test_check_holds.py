"""Whatever lies in a folder, the check answers with problems and never falls over."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lms.core.content.problems import errors_among
from lms.courses.check import check_course, load_course
from lms.courses.folder import CourseError
from lms.courses.render.page import renderer_for
from lms.courses.writing import course_files
from lms.guides.registry import read_registry
from tests.courses.small_course import COURSE, TEXT, write, write_small_course

FRAGMENTS = (
    "", "- ", ": ", "[", "]", "{", "}", '"', "'", "|", ">", "&a ", "*a", "!x ", "#", "---", ":::",
    "::: figure", "::: answer", "\t", "\r", "null", "yes", "-1", "99999999999999999999", "1e400",
    "[@", "[[", "]]", "<script>", "key: x", "key:", "\x00", "\u202e", "é" * 300, "\n\n", "  ",
)  # fmt: skip


def spoil(text: str, chance: random.Random) -> str:
    """One small accident: a line lost, doubled, moved in, or something dropped into it."""
    lines = text.split("\n")
    place = chance.randrange(len(lines))
    accident = chance.randrange(5)
    if accident == 0:
        del lines[place]
    elif accident == 1:
        lines.insert(place, lines[place])
    elif accident == 2:
        lines[place] = f"  {lines[place]}"
    elif accident == 3:
        lines[place] = lines[place].replace(": ", f": {chance.choice(FRAGMENTS)}", 1)
    else:
        at = chance.randrange(len(lines[place]) + 1)
        lines[place] = lines[place][:at] + chance.choice(FRAGMENTS) + lines[place][at:]
    return "\n".join(lines)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_small_course(tmp_path_factory.mktemp("held") / "content")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.sampled_from(sorted(COURSE)), st.integers(0, 2**32), st.integers(1, 4))
def test_any_accident_in_any_file_is_told_or_harmless(
    folder: Path, name: str, seed: int, times: int
) -> None:
    chance = random.Random(seed)
    text = COURSE[name]
    for _ in range(times):
        text = spoil(text, chance)
    path = folder / name
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        problems = check_course(folder)
        for problem in problems:
            assert problem.text
            assert "%(" not in problem.text
        if errors_among(problems):
            with pytest.raises(CourseError):
                load_course(folder)
        else:
            assert course_files(load_course(folder))
    finally:
        write(path, COURSE[name])


def test_every_named_field_is_a_path_an_author_can_follow(folder: Path) -> None:
    write(folder / "quizzes/check.yaml", "key: check\nslots:\n  - draw: x\n    from: [a]\n")
    told = {problem.field for problem in check_course(folder)}
    write(folder / "quizzes/check.yaml", COURSE["quizzes/check.yaml"])
    assert {"title", "purpose", "minutes", "done_when", "slots[1].draw"} <= told


BOMBS = {
    "anchors": "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nd: [*c, *c]\n",
    "depth": "a: " + "[" * 5000 + "]" * 5000,
    "width": "terms:\n" + "  - key: x\n" * 20_000,
    "one line": "summary: " + "x" * 900_000,
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_file_made_to_exhaust_the_reader_is_answered_soon(folder: Path, bomb: str) -> None:
    write(folder / "glossary.yaml", BOMBS[bomb])
    begun = time.process_time()
    assert errors_among(check_course(folder))
    assert time.process_time() - begun < 10
    write(folder / "glossary.yaml", COURSE["glossary.yaml"])


MARKS = (
    "[" * 3000, "*" * 5000, "`" * 5000, "> " * 500 + "x", "![" * 2000, "<" * 5000, "[@" * 3000,
    "[[a|" * 2000, "- " * 800 + "x", "_a" * 3000, "|" * 3000 + "\n|-|",
)  # fmt: skip


@pytest.mark.parametrize("marks", MARKS, ids=lambda marks: marks[:6])
def test_page_made_to_exhaust_the_parser_is_answered_soon(folder: Path, marks: str) -> None:
    page = "modules/01-first/01-asking.md"
    write(folder / page, COURSE[page].replace("## Alone", marks))
    begun = time.process_time()
    check_course(folder)
    assert time.process_time() - begun < 5
    write(folder / page, COURSE[page])


def test_course_of_full_length_is_checked_and_rendered_in_seconds(tmp_path: Path) -> None:
    folder = write_small_course(tmp_path / "content")
    bank = COURSE["bank/all.yaml"].removeprefix("questions:\n")
    many = "".join(bank.replace("- key: w", f"- key: w{n}").replace("- key: is", f"- key: is{n}")
                   for n in range(30))  # fmt: skip
    write(folder / "bank/many.yaml", f"questions:\n{many}")
    keys = []
    for number in range(45):
        key = f"page-{number}"
        keys.append(key)
        write(folder / f"modules/01-first/{number + 10}-{key}.md", f"""\
---
key: {key}
title: Page {number}
minutes: 5
summary: x
objectives: [ask-alone]
cites: [protocol:3]
---

{TEXT}

{TEXT}
""")  # fmt: skip
    module = COURSE["modules/01-first/module.yaml"].replace("plan]", f"plan, {', '.join(keys)}]")
    write(folder / "modules/01-first/module.yaml", module)
    begun = time.process_time()
    assert not errors_among(check_course(folder))
    edition = load_course(folder)
    registry, _ = read_registry(folder.parent.parent / "guides")
    renderer = renderer_for(edition, registry, "en")
    for activity in edition.activities:
        if activity.kind == "page":
            renderer.page(activity.body)
    assert time.process_time() - begun < 15
