"""The graph of a scenario: its faults against a plain search, and a picture nothing overlaps in."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config import ROOT
from lms.core.content.marked import read_marked
from lms.courses.story.drawing import MOST_DRAWN, WIDTH, draw, wrapped
from lms.courses.story.faults import FaultKind, faults_of, marks_of
from lms.courses.story.graph import Graph, graph_in, letter_of

STORIES = sorted((ROOT / "content" / "courses").glob("*/scenarios/*.yaml"))


def story(text: str) -> Graph:
    """A graph from lines such as "a > b c", "b: good"; the first step begins."""
    nodes: list[object] = []
    for line in text.strip().splitlines():
        key, _, rest = line.strip().partition(" > ")
        name, _, ending = key.partition(": ")
        choices = [{"key": f"c{n}", "to": to} for n, to in enumerate(rest.split())]
        nodes.append({"key": name, "title": name, "choices": choices, "ending": ending or None})
    return graph_in({"start": nodes[0]["key"], "nodes": nodes})  # type: ignore[index,dict-item]


def told(text: str) -> list[tuple[FaultKind, tuple[str, ...]]]:
    return [(fault.kind, fault.steps) for fault in faults_of(story(text))]


def test_every_sort_of_fault_is_told_with_its_steps() -> None:
    assert told("a > b c\nb: good\nc: poor") == []
    assert told("a > b c\nb: good\nc") == [(FaultKind.DEAD_END, ("c",))]
    assert told("a > b nowhere\nb: good") == [(FaultKind.NOWHERE, ("a",))]
    assert told("a > b\nb: good\nc > b") == [(FaultKind.UNREACHED, ("c",))]
    assert told("a > b\nb: mixed") == [(FaultKind.NO_GOOD_ENDING, ())]
    assert told("a > b\nb > a") == [(FaultKind.NO_ENDING, ())]
    assert told("a > b z\nb > c\nc > d b\nd > c\nz: good") == [(FaultKind.CIRCLE, ("b", "c", "d"))]
    assert told("a > b z\nb > b\nz: good") == [(FaultKind.CIRCLE, ("b",))]
    assert told("a > b z\nb > c\nc\nz: good") == [
        (FaultKind.ENDLESS, ("b",)), (FaultKind.DEAD_END, ("c",)),
    ]  # fmt: skip
    # A circle with a way out is a story that lets people try again.
    assert told("a > b z\nb > a\nz: good") == []


def test_marks_gather_what_is_the_matter_with_each_step() -> None:
    found = faults_of(story("a > b z nowhere\nb > c\nc > b\nz: good"))
    assert marks_of(found) == {
        "a": [FaultKind.NOWHERE], "b": [FaultKind.CIRCLE], "c": [FaultKind.CIRCLE],
    }  # fmt: skip


def test_unfinished_files_give_a_graph_and_never_an_error() -> None:
    for text in (
        "",
        "nodes: 3",
        "nodes: [a, b]",
        "nodes:\n  - key: [x]\n    choices: no",
        "start:",
    ):
        graph = graph_in(read_marked("x", text).data)
        faults_of(graph)
        draw(graph)
    assert letter_of(25) + letter_of(26) == "za2"


KEYS = "abcdefghij"
graphs = st.dictionaries(
    st.sampled_from(KEYS),
    st.lists(st.sampled_from(KEYS), max_size=3),
    min_size=1,
).map(
    lambda found: graph_in(
        {
            "start": "a",
            "nodes": [
                {"key": key, "title": key * 9, **({"choices": [{"key": t, "to": t} for t in ways]}
                 if ways else {"ending": "good"})}
                for key, ways in found.items()
            ],
        }
    )
)  # fmt: skip


def reachable(graph: Graph, start: str) -> set[str]:
    """Everything some walk from here comes to, at least one step on."""
    found: set[str] = set()
    for _ in graph.steps:
        edge = {to for key in ({start} | found) for to in graph.following(key)}
        found |= edge
    return found


@settings(max_examples=25, deadline=None)
@given(graphs)
def test_faults_agree_with_a_plain_search(graph: Graph) -> None:
    marks = marks_of(faults_of(graph))
    endings = {key for key, step in graph.by_key.items() if step.ending}
    if "a" not in graph.by_key or not endings:
        return
    for key in graph.by_key:
        is_reached = key == "a" or key in reachable(graph, "a")
        assert (FaultKind.UNREACHED in marks.get(key, [])) == (not is_reached)
        if is_reached:
            onward = reachable(graph, key)
            is_lost = key not in endings and not onward & endings
            lost = {FaultKind.CIRCLE, FaultKind.ENDLESS, FaultKind.DEAD_END}
            assert bool(lost & set(marks.get(key, []))) == is_lost
            assert (FaultKind.CIRCLE in marks.get(key, [])) == (is_lost and key in onward)


@settings(max_examples=25, deadline=None)
@given(graphs)
def test_no_two_boxes_of_a_picture_overlap_and_every_way_is_drawn(graph: Graph) -> None:
    drawing = draw(graph, with_notes=True)
    assert drawing is not None
    assert drawing == draw(graph, with_notes=True)
    for box in drawing.boxes:
        assert 0 <= box.x <= drawing.width - WIDTH
        assert 0 <= box.y <= drawing.height - box.height
    for one, other in combinations(drawing.boxes, 2):
        assert abs(one.x - other.x) >= WIDTH or abs(one.y - other.y) >= one.height
    expected = {(key, to) for key in graph.by_key for to in graph.following(key)}
    assert {(arrow.start, arrow.end) for arrow in drawing.arrows} == expected
    place = {box.step.key: box.y for box in drawing.boxes}
    for arrow in drawing.arrows:
        assert arrow.leads_back == (place[arrow.end] <= place[arrow.start])


@pytest.mark.parametrize("path", STORIES, ids=lambda path: path.stem)
def test_our_own_stories_have_no_fault_and_a_picture(path) -> None:
    graph = graph_in(read_marked(path.name, path.read_text(encoding="utf-8")).data)
    assert faults_of(graph) == []
    assert draw(graph) is not None


def test_picture_of_too_many_steps_is_left_to_the_list() -> None:
    steps = "\n".join(f"s{n} > s{n + 1}" for n in range(MOST_DRAWN)) + f"\ns{MOST_DRAWN}: good"
    assert draw(story(steps)) is None


def test_titles_are_cut_to_two_lines_whatever_their_script() -> None:
    assert wrapped("Soon") == ("Soon",)
    assert wrapped("A title that is much too long for one box of this picture") == (
        "A title that is", "much too long for…",
    )  # fmt: skip
    assert wrapped("漁船に乗った三人の男たちの話") == ("漁船に乗った三人の", "男たちの話")
