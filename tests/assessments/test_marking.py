"""Marking: every type of question, numbers and words as people write them."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st
from pydantic import TypeAdapter

from lms.assessments.rules.answers import given_in, tokens_of
from lms.assessments.rules.marking import Mark, mark, plain_words, read_number, right_answer
from lms.courses.faces import DrawnQuestion
from lms.courses.values.question import Question

COMMON = {
    "key": "k",
    "objective": "o",
    "prompt": "?",
    "rationale": "because",
    "sources": ["protocol"],
}


def question(**fields: Any) -> Question:
    return TypeAdapter(Question).validate_python({**COMMON, **fields})


def options(*rights: bool) -> list[dict[str, object]]:
    return [
        {"key": key, "text": key, "right": right, "feedback": f"about {key}"}
        for key, right in zip("abcdefgh", rights, strict=False)
    ]


SINGLE = question(type="single", options=options(False, True, False))
MULTIPLE = question(type="multiple", options=options(True, True, False, False))
PARTIAL = question(type="multiple", partial=True, options=options(True, True, False, False))
TRUE = question(type="true-false", answer="true", feedback_true="yes", feedback_false="no")
MATCHING = question(
    type="matching",
    partial=True,
    choices=[{"key": "x", "text": "X"}, {"key": "y", "text": "Y"}],
    items=[
        {"key": "1", "text": "one", "choice": "x", "feedback": "x it is"},
        {"key": "2", "text": "two", "choice": "y", "feedback": "y it is"},
        {"key": "3", "text": "three", "choice": "x", "feedback": "x again"},
    ],
)
ORDERING = question(
    type="ordering",
    partial=True,
    steps=[{"key": key, "text": key} for key in "abcd"],
    feedback_right="right",
    feedback_wrong="wrong",
)
SHORT = question(
    type="short-answer",
    answers=[
        {"text": "presumed victim", "right": True, "feedback": "yes"},
        {"text": "suspect", "feedback": "never"},
    ],
    feedback_other="other",
)
NUMERIC = question(
    type="numeric", answer=18, tolerance=0.5, feedback_right="yes", feedback_wrong="no"
)


def gap(key: str, *options: str) -> dict[str, object]:
    """A gap whose first option is right."""
    return {
        "key": key,
        "feedback": f"about {key}",
        "options": [
            {"key": word, "text": word, "right": place == 0} for place, word in enumerate(options)
        ],
    }


GAPS = question(
    type="gap-select",
    prompt="First {x}, then {y}.",
    gaps=[gap("x", "safety", "papers"), gap("y", "needs", "names")],
    partial=True,
)
STRICT_GAPS = GAPS.model_copy(update={"partial": False})
ESSAY = question(
    type="essay",
    rubric=[
        {
            "key": "c",
            "text": "c",
            "levels": [{"points": 0, "text": "0"}, {"points": 2, "text": "2"}],
        }
    ],
)


@pytest.mark.parametrize(
    ("asked", "given", "share", "feedback"),
    [
        (GAPS, {"gaps": {"x": "safety", "y": "needs"}}, "1", ()),
        (GAPS, {"gaps": {"x": "safety", "y": "names"}}, "1/2", ("about y",)),
        (GAPS, {"gaps": {"x": "safety"}}, "1/2", ()),
        (GAPS, {"gaps": {"x": "needs"}}, "0", ("about x",)),
        (STRICT_GAPS, {"gaps": {"x": "safety", "y": "names"}}, "0", ("about y",)),
        (STRICT_GAPS, {"gaps": {"y": "needs", "x": "safety"}}, "1", ()),
        (ESSAY, {"text": "All of it."}, "0", ()),
        (SINGLE, {"option": "b"}, "1", ("about b",)),
        (SINGLE, {"option": "a"}, "0", ("about a",)),
        (SINGLE, {"option": "z"}, "0", ()),
        (SINGLE, {}, "0", ()),
        (MULTIPLE, {"options": ["a", "b"]}, "1", ("about a", "about b")),
        (MULTIPLE, {"options": ["a"]}, "0", ("about a",)),
        (MULTIPLE, {"options": ["a", "b", "c"]}, "0", ("about a", "about b", "about c")),
        (PARTIAL, {"options": ["a"]}, "1/2", ("about a",)),
        (PARTIAL, {"options": ["a", "c"]}, "0", ("about a", "about c")),
        (PARTIAL, {"options": list("abcd")}, "0", tuple(f"about {k}" for k in "abcd")),
        (TRUE, {"answer": "true"}, "1", ("yes",)),
        (TRUE, {"answer": "false"}, "0", ("no",)),
        (MATCHING, {"pairs": {"1": "x", "2": "y", "3": "x"}}, "1", ()),
        (MATCHING, {"pairs": {"1": "x", "2": "x"}}, "1/3", ("y it is",)),
        (ORDERING, {"order": list("abcd")}, "1", ("right",)),
        (ORDERING, {"order": list("abdc")}, "1/3", ("wrong",)),
        (ORDERING, {"order": list("dcba")}, "0", ("wrong",)),
        (SHORT, {"text": "  Presumed   VICTIM. "}, "1", ("yes",)),
        (SHORT, {"text": "Ｐresumed victim"}, "1", ("yes",)),
        (SHORT, {"text": "suspect"}, "0", ("never",)),
        (SHORT, {"text": "somebody"}, "0", ("other",)),
        (NUMERIC, {"text": "18"}, "1", ("yes",)),
        (NUMERIC, {"text": "18,5"}, "1", ("yes",)),
        (NUMERIC, {"text": "18.51"}, "0", ("no",)),
        (NUMERIC, {"text": "eighteen"}, "0", ("no",)),
    ],
)
def test_answer_gets_its_share_and_feedback(asked, given, share, feedback) -> None:
    assert mark(asked, given) == Mark(Fraction(share), feedback)


@pytest.mark.parametrize(
    "asked", [SINGLE, MULTIPLE, PARTIAL, TRUE, MATCHING, ORDERING, SHORT, NUMERIC, GAPS]
)
def test_right_answer_earns_everything(asked) -> None:
    assert mark(asked, right_answer(asked)).is_right


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1000", "1000"),
        ("1 000", "1000"),
        ("1,000", "1000"),
        ("1.5", "3/2"),
        ("1,5", "3/2"),
        ("1,000.5", "2001/2"),
        ("1.000,5", "2001/2"),
        ("1.000.000", "1000000"),
        ("٣٫٥", "7/2"),
        ("१२", "12"),
        ("１８", "18"),
        ("-4", "-4"),
        ("−4", "-4"),
        ("0,125", "1/8"),
        ("", None),
        ("1e5", None),
        ("12a", None),
        ("9" * 40, None),
        ("1.2.3,4,5", None),
    ],
)
def test_numbers_are_read_as_people_write_them(text: str, number: str | None) -> None:
    assert read_number(text) == (None if number is None else Fraction(number))


@for_all(st.text(max_size=200))
def test_no_text_breaks_the_reader_of_numbers_or_words(text: str) -> None:
    number = read_number(text)
    assert number is None or isinstance(number, Fraction)
    assert plain_words(plain_words(text)) == plain_words(text)


def test_gaps_are_read_from_a_form_by_the_places_of_their_lists() -> None:
    drawn = DrawnQuestion(question="k", version=1, parts=("x", "y"))
    # Lists stand in the order of the alphabet: papers, safety; names, needs.
    sent = {"q1-1": ["2"], "q1-2": ["1"]}
    given = given_in(GAPS, drawn, "q1", lambda name: sent.get(name, []))
    assert given == {"gaps": {"x": "safety", "y": "names"}}
    assert tokens_of(GAPS, drawn, given) == {"1": "2", "2": "1"}
    made_up = {"q1-1": ["3"], "q1-2": ["safety"], "q1-9": ["1"]}
    assert given_in(GAPS, drawn, "q1", lambda name: made_up.get(name, [])) == {}


def test_long_text_is_kept_whole_for_an_essay_and_cut_for_a_short_answer() -> None:
    drawn = DrawnQuestion(question="k", version=1)
    words = "one word\r\n" * 400
    given = given_in(ESSAY, drawn, "q1", lambda _: [words])
    assert given == {"text": words.replace("\r\n", "\n").strip()}
    assert len(given_in(SHORT, drawn, "q1", lambda _: [words])["text"]) == 500
