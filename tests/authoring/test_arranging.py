"""Arranging a draft: order, numbers and names of files, and keys that never change."""

from __future__ import annotations

import pytest

from lms.authoring.rules.arranging import (
    AddedWords,
    Arranger,
    NotArrangedError,
    references_to,
)
from lms.authoring.rules.new_course import adapted, free_key, key_from
from lms.authoring.rules.outline import outline_of
from lms.courses.check import check_files, edition_from
from lms.courses.folder import read_files
from tests.authoring.drafts import SMALL, content_files
from tests.authoring.test_drafts import REGISTRY

COURSE = "following-the-money"
WORDS = AddedWords("A new page", "What it gives.", "Write here.", "Think.", "What will you do?")


def done(files: dict[str, bytes], arranger: Arranger) -> dict[str, bytes]:
    """The files after the arrangement, as the service applies it."""
    arrangement = arranger.arrangement()
    after = {arrangement.moves.get(path, path): content for path, content in files.items()}
    assert len(after) == len(files)
    for path, content in arrangement.changes.items():
        if content is None:
            del after[path]
        else:
            after[path] = content
    return dict(sorted(after.items()))


def order(files: dict[str, bytes]) -> list[tuple[str, list[str]]]:
    outline = outline_of(read_files(files))
    return [(module.key, [line.key for line in module.activities]) for module in outline.modules]


def test_a_page_moves_and_its_file_is_numbered_anew() -> None:
    arranger = Arranger(read_files(SMALL))
    arranger.move_by("asking", 1)
    after = done(SMALL, arranger)
    assert order(after) == [("first", ["listening", "asking", "check", "quay"])]
    assert "modules/01-first/01-listening.md" in after
    assert "modules/01-first/02-asking.md" in after
    assert after["modules/01-first/02-asking.md"] == SMALL["modules/01-first/01-asking.md"]
    assert check_files(after, REGISTRY) == []


def test_up_and_down_again_gives_every_byte_back_for_a_whole_course() -> None:
    files = content_files(COURSE)
    before = order(files)
    key = before[1][1][0]
    arranger = Arranger(read_files(files))
    arranger.move_by(key, -1)
    moved = done(files, arranger)
    assert order(moved)[0][1][-1] == key
    arranger = Arranger(read_files(moved))
    arranger.move_by(key, 1)
    assert order(done(moved, arranger)) == before
    arranger = Arranger(read_files(files))
    arranger.move_module(before[0][0], 1)
    moved = done(files, arranger)
    assert [module for module, _ in order(moved)][:2] == [before[1][0], before[0][0]]
    assert [str(p) for p in check_files(moved, REGISTRY) if p.level == "error"] == []
    arranger = Arranger(read_files(moved))
    arranger.move_module(before[0][0], -1)
    back = done(moved, arranger)
    assert order(back) == before
    assert set(back) >= {path for path in files if not path.startswith("modules/")}


def test_what_is_added_stands_in_order_and_checks() -> None:
    arranger = Arranger(read_files(SMALL))
    key = arranger.add_module("Second: what follows", "What it is for.")
    assert key == "second-what-follows"
    after = done(SMALL, arranger)
    arranger = Arranger(read_files(after))
    path = arranger.add("page", key, WORDS)
    assert path == "modules/02-second-what-follows/01-a-new-page.md"
    after = done(after, arranger)
    arranger = Arranger(read_files(after))
    arranger.add("reflection", key, WORDS)
    after = done(after, arranger)
    assert order(after)[1] == (key, ["a-new-page", "a-new-page-2"])
    assert edition_from(after, REGISTRY).activity("a-new-page-2").kind == "reflection"


def test_removing_takes_the_file_and_names_who_refers_to_it() -> None:
    linked = {
        **SMALL,
        "modules/01-first/02-listening.md": SMALL["modules/01-first/02-listening.md"]
        + b"\nSee [asking](page:asking).\n",
    }
    found = references_to(linked, "asking", ["modules/01-first/01-asking.md"])
    assert [reference.path for reference in found] == ["modules/01-first/02-listening.md"]
    arranger = Arranger(read_files(SMALL))
    arranger.remove("asking")
    after = done_without(SMALL, arranger)
    assert order(after) == [("first", ["listening", "check", "quay"])]
    assert sorted(path for path in after if path.endswith(".md")) == [
        "modules/01-first/01-listening.md",
        "wellbeing.md",
    ]


def done_without(files: dict[str, bytes], arranger: Arranger) -> dict[str, bytes]:
    """`done` for a removal: what goes is told by the name it had."""
    arrangement = arranger.arrangement()
    kept = {path: files[path] for path in files if arrangement.changes.get(path, b"") is not None}
    after = {arrangement.moves.get(path, path): content for path, content in kept.items()}
    return after | {path: new for path, new in arrangement.changes.items() if new is not None}


def test_a_module_with_mistakes_is_not_rewritten() -> None:
    broken = {**SMALL, "modules/01-first/module.yaml": b"key: first\nactivities: [asking]\nx: y\n"}
    arranger = Arranger(read_files(broken))
    with pytest.raises(NotArrangedError):
        arranger.place("check", "first", 0)


def test_adapted_course_differs_in_key_and_title_alone() -> None:
    edition = edition_from(content_files("victim-identification"), REGISTRY)
    assert edition.files  # computed once: the copy must not repeat it
    files = adapted(edition, "victim-identification-palau", "Victims, in Palau")
    before = content_files("victim-identification")
    assert {path for path in files if files[path] != before[path]} == {
        path for path in before if path.startswith("course.")
    }
    assert [str(p) for p in check_files(files, REGISTRY) if p.level == "error"] == []


def test_keys_are_made_of_titles_in_any_script() -> None:
    assert key_from("Who asks – and où?") == "who-asks-and-ou"
    assert key_from("ព្រំដែន") == ""
    assert free_key("", {"page"}, "page") == "page-2"
