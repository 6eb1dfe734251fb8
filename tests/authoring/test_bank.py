"""The question bank of a draft: one item changes and nothing else does; imports lose nothing."""

from __future__ import annotations

from collections import Counter
from functools import cache

import pytest

from config import ROOT
from lms.authoring.forms.question_words import KIND_NAMES
from lms.authoring.forms.questions import FORMS
from lms.authoring.rules.bank.changing import with_items, with_new, without
from lms.authoring.rules.bank.checking import problems_of
from lms.authoring.rules.bank.incoming import (
    MADE,
    Defaults,
    Preview,
    Standing,
    key_of,
    lacking,
    preview,
)
from lms.authoring.rules.bank.reading import KINDS, WholeBank, read_bank, read_bank_file
from lms.authoring.rules.bank.uses import (
    check_unused,
    coverage,
    objectives_in,
    read_quizzes,
    uses_of,
)
from lms.authoring.rules.questions.gift import read_gift
from lms.authoring.rules.questions.moodle_xml import read_moodle_xml
from lms.authoring.rules.questions.taken import Kind, Taken
from lms.authoring.rules.questions.written import as_gift, as_moodle_xml
from lms.core.errors import NotPossibleError
from lms.guides.registry import Registry, read_registry

COURSES = sorted(path.name for path in (ROOT / "content" / "courses").iterdir())
HAND_WRITTEN = b"""\
# Made by hand
questions:
  - key: hours   # how long
    type: numeric
    prompt: |
      How long?
      # not a remark

  # The papers
  - key: papers
    type: true-false
    prompt: Papers are kept.
"""


def test_every_type_of_question_has_a_form_a_name_and_a_way_in() -> None:
    assert set(KINDS) == set(FORMS) == set(KIND_NAMES) == {kind.value for kind in Kind}
    assert set(MADE) == set(Kind)


@cache
def files_of(course: str) -> dict[str, bytes]:
    folder = ROOT / "content" / "courses" / course
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*.yaml"))
    }


def registry() -> Registry:
    return read_registry(ROOT / "content" / "guides")[0]


def asked_of(course: str) -> list[str]:
    return [one.key for one in objectives_in(files_of(course)["course.yaml"])]


@pytest.mark.parametrize("course", COURSES)
def test_a_changed_item_leaves_every_other_byte_of_its_file(course: str) -> None:
    files = files_of(course)
    for bank in read_bank(files).files[:2]:
        content = files[bank.path]
        for item in bank.items[::3]:
            changed = with_items(content, bank.path, {item.place: {**item.tree, "prompt": "New?"}})
            read = read_bank_file(bank.path, changed)
            assert read.items[item.place].prompt == "New?"
            others = [one.text for one in read.items if one.place != item.place]
            assert others == [one.text for one in bank.items if one.place != item.place]
            back = with_items(changed, bank.path, {item.place: dict(item.tree)})
            assert back == content


def test_remarks_and_lines_of_other_items_survive_a_change() -> None:
    tree = {"key": "papers", "type": "true-false", "answer": "true"}
    changed = with_items(HAND_WRITTEN, "bank/x.yaml", {1: tree}).decode()
    assert changed == HAND_WRITTEN.decode().replace(
        "    prompt: Papers are kept.\n", "    answer: true\n"
    )
    shorter = without(HAND_WRITTEN, "bank/x.yaml", "hours")
    assert shorter is not None
    assert shorter.decode().startswith(
        "# Made by hand\nquestions:\n\n  # The papers\n  - key: papers"
    )
    assert without(shorter, "bank/x.yaml", "papers") is None
    longer = with_new(HAND_WRITTEN, "bank/x.yaml", [{"key": "new", "type": "numeric"}])
    assert longer == HAND_WRITTEN + b"  - key: new\n    type: numeric\n"


def test_a_file_that_cannot_be_cut_by_lines_becomes_canonical() -> None:
    odd = b"questions: [{key: a, type: numeric}, {key: b, type: numeric}]\n"
    changed = with_items(odd, "bank/x.yaml", {0: {"key": "a", "type": "numeric", "answer": "4"}})
    assert changed == (
        b"questions:\n  - key: a\n    type: numeric\n    answer: 4\n  - key: b\n    type: numeric\n"
    )


def test_a_file_with_a_mistake_is_not_rewritten() -> None:
    with pytest.raises(NotPossibleError) as refused:
        with_new(b"questions:\n  - key: a\n   type: x\n", "bank/x.yaml", [{"key": "b"}])
    assert "Mend it in the text of the file first" in str(refused.value)


def test_uses_name_quiz_and_slot_and_keep_a_question_from_being_removed() -> None:
    files = files_of("victim-identification")
    quizzes = read_quizzes(files)
    uses = uses_of(quizzes)
    final = next(quiz for quiz in quizzes if quiz.key == "final")
    drawn = next(slot for slot in final.slots if slot.draw)
    use = next(use for use in uses[drawn.keys[0]] if use.quiz == "final")
    assert (use.draw, use.of) == (drawn.draw, len(drawn.keys))
    with pytest.raises(NotPossibleError) as refused:
        check_unused(uses[drawn.keys[0]])
    assert (
        str(refused.value) == f"The quiz “{use.title}” asks this question. Take it out there first."
    )
    check_unused(())


def test_coverage_counts_items_asked_and_unfinished_by_objective() -> None:
    files = {
        "course.yaml": b"objectives:\n  - {key: papers, text: See who keeps them}\n",
        "bank/x.yaml": HAND_WRITTEN.replace(b"type: true", b"objective: papers\n    type: true"),
        "quizzes/q.yaml": b"key: q\nslots:\n  - draw: 1\n    from: [papers, other]\n",
    }
    items = read_bank(files).items
    uses = uses_of(read_quizzes(files))
    objectives = objectives_in(files["course.yaml"])
    (covered,) = coverage(objectives, items, uses, frozenset({"papers"}))
    assert (covered.key, covered.items, covered.asked, covered.unfinished) == ("papers", 1, 1, 1)


def test_problems_of_an_item_name_its_own_field() -> None:
    tree = {
        "key": "a",
        "type": "single",
        "objective": "none",
        "options": [{"key": "a", "text": "x"}],
    }
    content = with_new(None, "bank/x.yaml", [tree])
    bank = read_bank({"bank/x.yaml": content})
    found = {
        problem.field: problem.text for problem in problems_of(bank.items, [], registry())["a"]
    }
    assert found["options[1].feedback"] == "feedback is missing. Add it."
    assert found["objective"] == "none is not an objective of course.yaml."


def brought(course: str, taken: Taken, *, into: WholeBank | None = None) -> Preview:
    bank = read_bank(files_of(course)) if into is None else into
    return preview(taken, bank, asked_of(course), Defaults())


@pytest.mark.parametrize("course", COURSES)
def test_our_own_export_imported_again_changes_nothing(course: str) -> None:
    ours = [item.question for item in read_bank(files_of(course)).items if item.question]
    for taken in (read_gift(as_gift(ours)[0]), read_moodle_xml(as_moodle_xml(ours))):
        found = brought(course, taken)
        assert {one.standing for one in found.items} == {Standing.SAME}
        assert found.left_out == ()
    elsewhere = brought(course, taken, into=read_bank({}))
    assert {one.standing for one in elsewhere.items} == {Standing.NEW}
    whole = [one for one in elsewhere.items if one.item.question is not None]
    assert len(whole) > len(ours) * 0.8
    for one in whole:
        bank_file = with_new(None, "bank/x.yaml", [dict(one.item.tree)])
        assert read_bank_file("bank/x.yaml", bank_file).items[0].text == one.item.text


def test_what_others_do_not_say_is_left_to_be_mended_and_said_once() -> None:
    found = preview(
        read_gift("::Papers:: Who keeps the papers?{~One ~Two =Three#Yes. ~Four}"),
        read_bank({}),
        ["signs"],
        Defaults("signs", "palermo-protocol:3"),
    )
    (one,) = found.items
    assert (one.standing, one.item.key) == (Standing.NEW, "papers")
    assert [problem.text for problem in lacking(one.item.problems)] == [
        "feedback is missing. Add it.",
        "rationale is missing. Add it.",
    ]
    assert (one.item.objective, one.item.sources) == ("signs", ("palermo-protocol:3",))


def test_doubled_and_changed_questions_are_named() -> None:
    first = brought("scam-centres", read_gift("::q:: One?{=a#A ~b#B ~c#C}"), into=read_bank({}))
    here = read_bank(
        {"bank/x.yaml": with_new(None, "bank/x.yaml", [dict(first.items[0].item.tree)])}
    )
    text = (
        "::q:: One, or more?{=a#A ~b#B ~c#C}\n\n::other:: One?{=a#A ~b#B ~c#C}\n\n"
        "::two:: Two?{T#x#y}\n\n::three:: Two?{T#x#y}\n\n::two:: Three?{F#x#y}\n"
    )
    found = preview(read_gift(text), here, [], Defaults())
    assert [(one.standing.value, one.item.key, one.other) for one in found.items] == [
        ("changed", "q", "q"),
        ("same", "other", "q"),
        ("new", "two", ""),
        ("doubled", "three", "two"),
        ("new", "two-2", ""),
    ]


def test_rows_with_the_same_words_keep_their_keys_when_a_question_comes_back() -> None:
    ours = next(i for i in read_bank(files_of("scam-centres")).items if i.kind == "single")
    assert ours.question is not None
    text = as_gift([ours.question])[0].replace("{\n", "{\n~A new wrong answer#Why not.\n", 1)
    (one,) = brought("scam-centres", read_gift(text)).items
    keys = [row["key"] for row in one.item.tree["options"]]
    assert one.standing is Standing.CHANGED
    assert keys[1:] == [row["key"] for row in ours.tree["options"]]
    assert max(Counter(keys).values()) == 1


def test_keys_are_made_of_words_in_latin_letters_or_not_at_all() -> None:
    assert key_of("Où est l’enfant ? (2)") == "ou-est-l-enfant-2"
    assert key_of("ใครถือเอกสาร") == ""
