"""What is sent of a quiz before it is answered gives nothing away."""

from __future__ import annotations

from html import escape
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from lms.courses.faces import Drawing, DrawnQuestion, QuestionFace, QuizFace, draw, face
from lms.courses.values.question import Bank, Question
from lms.courses.values.quiz import Quiz

SECRETS = ("SECRET", "right-key", "objective-key", "protocol")
BASE = {
    "objective": "objective-key", "rationale": "SECRET rationale", "sources": ["protocol:3"],
    "prompt": "What is asked?",
}  # fmt: skip
RIGHT = {"feedback_right": "SECRET yes", "feedback_wrong": "SECRET no"}


def option(key: str, text: str, right: bool) -> dict[str, object]:
    return {"key": key, "text": text, "right": right, "feedback": f"SECRET {key}"}


QUESTIONS = [
    {**BASE, "key": "one-secret", "type": "single", "options": [
        option("right-key", "Alpha", True), option("w1", "Beta", False),
        option("w2", "Gamma", False),
    ]},
    {**BASE, "key": "many-secret", "type": "multiple", "options": [
        option("right-key", "Alpha", True), option("right-key-2", "Beta", True),
        option("w1", "Gamma", False),
    ]},
    {**BASE, "key": "true-secret", "type": "true-false", "answer": "true",
     "feedback_true": "SECRET yes", "feedback_false": "SECRET no"},
    {**BASE, "key": "match-secret", "type": "matching",
     "choices": [{"key": "right-key-a", "text": "Act"}, {"key": "right-key-b", "text": "Means"}],
     "items": [
         {"key": "i1", "text": "Drives", "choice": "right-key-a", "feedback": "SECRET i1"},
         {"key": "i2", "text": "Threatens", "choice": "right-key-b", "feedback": "SECRET i2"},
     ]},
    {**BASE, **RIGHT, "key": "order-secret", "type": "ordering", "steps": [
        {"key": "a", "text": "First"}, {"key": "b", "text": "Second"},
        {"key": "c", "text": "Third"},
    ]},
    {**BASE, "key": "short-secret", "type": "short-answer", "feedback_other": "SECRET other",
     "answers": [{"text": "SECRET word", "right": True, "feedback": "SECRET yes"}]},
    {**BASE, **RIGHT, "key": "number-secret", "type": "numeric", "answer": 77123, "tolerance": 41,
     "unit": "hours"},
    {**BASE, "key": "gap-secret", "type": "gap-select",
     "prompt": "First {gap-x}, then {gap-y}.", "gaps": [
         {"key": "gap-y", "feedback": "SECRET y", "options": [
             {"key": "right-key", "text": "Yam", "right": True}, {"key": "w1", "text": "Xylem"}]},
         {"key": "gap-x", "feedback": "SECRET x", "options": [
             {"key": "right-key", "text": "Water & bread", "right": True},
             {"key": "w1", "text": "Papers"}]},
     ]},
    {**BASE, "key": "essay-secret", "type": "essay", "most_words": 90, "rubric": [
        {"key": "c1", "text": "SECRET criterion", "levels": [
            {"points": 0, "text": "SECRET low"}, {"points": 2, "text": "SECRET high"}]},
    ]},
    {**BASE, "key": "file-secret", "type": "file", "rubric": [
        {"key": "c1", "text": "SECRET criterion", "levels": [
            {"points": 0, "text": "SECRET low"}, {"points": 2, "text": "SECRET high"}]},
    ]},
]  # fmt: skip
BANK = Bank.model_validate({"file": "bank/all.yaml", "questions": QUESTIONS})
BY_KEY: dict[str, Question] = {question.key: question for question in BANK.questions}


def quiz(**changes: object) -> Quiz:
    return Quiz.model_validate(
        {
            "file": "quizzes/final.yaml", "key": "final", "title": "Final", "purpose": "final",
            "minutes": 10, "done_when": "passed", "pass_mark": 77, "intro": "Take your time.",
            "slots": [{"question": key} for key in BY_KEY], **changes,
        }
    )  # fmt: skip


def face_of(one: Quiz, seed: int) -> QuizFace:
    return face(one, BY_KEY, draw(one, BY_KEY, "en", Random(seed)), escape)


@given(st.integers())
def test_no_answer_key_feedback_or_source_is_in_any_byte_of_a_face(seed: int) -> None:
    text = face_of(quiz(), seed).model_dump_json()
    for secret in (*SECRETS, "77123", "41", *BY_KEY, "w1", "i1", "gap-x", "gap-y", "c1"):
        assert secret not in text


def test_faces_have_no_field_that_could_hold_an_answer() -> None:
    assert fields_within(QuizFace) == {
        "language", "title", "intro", "questions",
        "number", "type", "points", "prompt", "parts", "choices", "unit",
        "pieces", "most_words", "token", "html",
    }  # fmt: skip


def fields_within(model: type[BaseModel]) -> set[str]:
    schema = model.model_json_schema()
    parts = [schema, *schema.get("$defs", {}).values()]
    return {name for part in parts for name in part.get("properties", {})}


@given(st.integers())
def test_steps_never_stand_in_the_right_order(seed: int) -> None:
    drawing = draw(quiz(), BY_KEY, "en", Random(seed))
    steps = next(q for q in drawing.questions if q.question == "order-secret")
    assert steps.parts != ("a", "b", "c")
    assert sorted(steps.parts) == ["a", "b", "c"]


def test_right_option_stands_in_every_place_equally_often() -> None:
    places = [0, 0, 0]
    for seed in range(600):
        drawing = draw(quiz(), BY_KEY, "en", Random(seed))
        places[drawing.questions[0].parts.index("right-key")] += 1
    assert all(150 < number < 250 for number in places)


def test_order_is_kept_where_the_author_keeps_it() -> None:
    one = quiz(shuffle_options=False, slots=[{"question": "one-secret"}])
    for seed in range(20):
        parts = draw(one, BY_KEY, "en", Random(seed)).questions[0].parts
        assert parts == ("right-key", "w1", "w2")


def test_a_drawing_is_the_same_for_the_same_chance_and_survives_storage() -> None:
    one = quiz(shuffle_questions=True, slots=[
        {"question": "one-secret"},
        {"draw": 2, "from": ["true-secret", "short-secret", "number-secret"]},
    ])  # fmt: skip
    drawing = draw(one, BY_KEY, "en", Random(5))
    assert drawing == draw(one, BY_KEY, "en", Random(5))
    assert Drawing.model_validate_json(drawing.model_dump_json()) == drawing
    keys = [question.question for question in drawing.questions]
    assert len(keys) == len(set(keys)) == 3
    assert "one-secret" in keys


def test_every_question_of_a_pool_comes_up() -> None:
    one = quiz(slots=[{"draw": 1, "from": ["true-secret", "short-secret", "number-secret"]}])
    met = {draw(one, BY_KEY, "en", Random(seed)).questions[0].question for seed in range(60)}
    assert met == {"true-secret", "short-secret", "number-secret"}


@pytest.mark.parametrize("token", ["", "0", "4", "-1", "x", "1 ", "１", "99999", "right-key"])
def test_tokens_a_browser_made_up_lead_to_no_part(token: str) -> None:
    assert DrawnQuestion(question="q", version=1, parts=("a", "b", "c")).part(token) is None


def test_tokens_lead_back_to_the_part_that_was_shown() -> None:
    drawing = draw(quiz(), BY_KEY, "en", Random(3))
    shown: QuestionFace = face_of(quiz(), 3).questions[0]
    texts = {"right-key": "Alpha", "w1": "Beta", "w2": "Gamma"}
    for part in shown.parts:
        key = drawing.questions[0].part(part.token)
        assert key is not None
        assert texts[key] == part.html


def test_gaps_stand_in_the_text_with_lists_in_the_order_of_the_alphabet() -> None:
    shown = face_of(quiz(slots=[{"question": "gap-secret"}]), 1).questions[0]
    assert shown.prompt == ""
    assert [piece.html for piece in shown.pieces] == ["First ", ", then ", "."]
    assert [[choice.html for choice in piece.choices] for piece in shown.pieces] == [
        ["Papers", "Water &amp; bread"], ["Xylem", "Yam"], [],
    ]  # fmt: skip
    # Tokens name the gaps as the author lists them, wherever a translation puts them.
    assert [piece.token for piece in shown.pieces] == ["2", "1", ""]
