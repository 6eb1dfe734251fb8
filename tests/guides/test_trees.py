"""Correcting a tree, keys of sections, and comparing two editions."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.core.errors import BadInputError, NotFoundError
from lms.guides.readers.values import ReadGuide, ReadSection
from lms.guides.rules.comparing import Change, Compared, compare, difference
from lms.guides.rules.keys import keys_for
from lms.guides.rules.texts import digest_of, slug
from lms.guides.rules.trees import VERBS, kept, take_step, tree_of

TEXT = (
    "First paragraph of it.\n\nA second heading\n\n- one\n- two\n\nThe last words of the section."
)
READING = ReadGuide(
    "A guide",
    3,
    (
        ReadSection("", 1, 1, "A front."),
        ReadSection("One", 1, 1, TEXT),
        ReadSection("One and one", 2, 2, "Words of the first."),
        ReadSection("One and two", 2, 2, "Words of the second."),
        ReadSection("Two", 1, 3, "Words of two."),
    ),
)


def titles(steps: list[dict[str, object]]) -> list[tuple[str, int]]:
    """Titles and levels of the tree after these steps."""
    return [(section.title, section.level) for section in tree_of(READING, steps)]


def test_merged_section_keeps_every_word_in_the_one_before() -> None:
    tree = tree_of(READING, [{"do": "merge", "id": "3"}])
    assert [section.id for section in tree] == ["1", "2", "4", "5"]
    assert tree[1].text == f"{TEXT}\n\nOne and one\n\nWords of the first."
    with pytest.raises(BadInputError, match="none before"):
        take_step(tree, {"do": "merge", "id": "1"}, 2)


def test_section_is_split_at_a_paragraph_which_becomes_its_title_if_it_is_short() -> None:
    tree = tree_of(READING, [{"do": "split", "id": "2", "at": "1"}])
    assert (tree[1].text, tree[2].title) == ("First paragraph of it.", "A second heading")
    assert tree[2].text == "- one\n- two\n\nThe last words of the section."
    listed = tree_of(READING, [{"do": "split", "id": "2", "at": "2"}])
    assert listed[2].text.startswith("- one")
    for nowhere in ("0", "9"):
        if nowhere == "9":
            with pytest.raises(BadInputError):
                tree_of(READING, [{"do": "split", "id": "2", "at": nowhere}])


def test_level_moves_a_section_with_all_below_it_and_never_skips_one() -> None:
    assert titles([{"do": "in", "id": "5"}])[-1] == ("Two", 2)
    with pytest.raises(BadInputError, match="highest"):
        titles([{"do": "out", "id": "2"}])
    with pytest.raises(BadInputError, match="deeper"):
        titles([{"do": "in", "id": "3"}, {"do": "in", "id": "3"}])
    moved = titles([{"do": "in", "id": "2"}])
    assert moved[1:4] == [("One", 2), ("One and one", 3), ("One and two", 3)]


def test_what_is_left_out_goes_with_all_below_it_and_can_be_taken_back() -> None:
    left = tree_of(READING, [{"do": "leave", "id": "2"}])
    assert [section.title for section in kept(left)] == ["", "Two"]
    back = tree_of(READING, [{"do": "leave", "id": "2"}, {"do": "take", "id": "3"}])
    assert [(section.title, section.level) for section in kept(back)] == [
        ("", 1),
        ("One and one", 1),
        ("Two", 1),
    ]


def test_step_for_a_section_that_is_gone_is_refused() -> None:
    with pytest.raises(NotFoundError):
        tree_of(READING, [{"do": "merge", "id": "3"}, {"do": "leave", "id": "3"}])


@settings(max_examples=200)
@given(
    st.lists(
        st.tuples(st.sampled_from(VERBS), st.sampled_from("123456"), st.integers(0, 4)), max_size=12
    )
)
def test_no_correction_loses_a_word(steps: list[tuple[str, str, int]]) -> None:
    tree = tree_of(READING, [])
    taken = []
    for number, (verb, which, at) in enumerate(steps, 1):
        step = {"do": verb, "id": which, "at": str(at), "title": "Another"}
        try:
            tree = take_step(tree, step, number)
        except (BadInputError, NotFoundError):
            continue
        taken.append((number, step))
    words = " ".join(part for section in tree for part in (section.title, section.text)).split()
    for word in ("front.", "paragraph", "last", "first.", "second.", "two."):
        assert word in words
    # A step stands in JSON and means the same when it comes back.
    assert json.loads(json.dumps([step for _, step in taken])) == [step for _, step in taken]


def section(key: str, title: str, text: str, level: int = 1) -> Compared:
    return Compared(key, title, level, digest_of(text), text)


LONG = "Ask the person alone, with an interpreter from elsewhere, and tell first what follows. "
OTHER = "Hand over in writing on the same day, with the person's agreement and a name to call. "
OLD = [
    section("intro", "Introduction", "This guide is for officers."),
    section("contact", "First contact", LONG * 2),
    section("referral", "Referral", OTHER * 2),
    section("records", "Records", "Write down what you saw and who said what, in their own words."),
]


def test_editions_are_compared_section_by_section() -> None:
    new = [
        section("a", "1. Introduction", "This guide is for officers."),
        section("b", "Referral", OTHER * 2),
        section("c", "Contact", LONG * 2 + "Offer water first."),
        section("d", "Interpreters", "Take one from elsewhere, never a relative of anybody here."),
    ]
    assert [(pair.title, pair.change, pair.key) for pair in compare(OLD, new)] == [
        ("1. Introduction", Change.UNCHANGED, "intro"),
        ("Referral", Change.MOVED, "referral"),
        ("Contact", Change.CHANGED, "contact"),
        ("Interpreters", Change.NEW, "d"),
        ("Records", Change.GONE, "records"),
    ]


def test_differences_of_print_are_no_changes() -> None:
    old, new = "The “officer” asks –  alone.", 'The "officer"\nasks - alone.'
    assert digest_of(old) == digest_of(new)
    assert compare([section("a", "A", old)], [section("a", "A", new)])[0].change is Change.UNCHANGED


def test_difference_shows_what_was_taken_out_and_put_in() -> None:
    pieces = difference("Ask her alone and at once.", "Ask the person alone and later.")
    assert [(piece.kind, piece.words) for piece in pieces] == [
        ("same", "Ask"),
        ("taken", "her"),
        ("added", "the person"),
        ("same", "alone and"),
        ("taken", "at once."),
        ("added", "later."),
    ]


def test_new_edition_keeps_keys_and_a_translation_takes_them_by_place() -> None:
    new = [
        section("", "Preparing", "Before you meet anybody, read the file and choose a room."),
        section("", "Meeting people", LONG * 2),
        section("", "Preparing", "Another text of the same title that stands elsewhere in it."),
    ]
    assert keys_for(new, before=OLD) == ["preparing", "contact", "preparing-2"]
    translated = [section("", title, text) for title, text in zip("កខគឃ", "abcd", strict=True)]
    assert keys_for(translated, elsewhere=OLD) == ["intro", "contact", "referral", "records"]
    assert keys_for(translated[:1]) == ["section-1"]
    assert keys_for(new[:1], known={"guidance": "Preparing"}) == ["guidance"]
    assert slug("Chapter 3: Act, means & purpose") == "act-means-purpose"


def test_two_long_guides_without_a_word_in_common_are_compared_in_little_time() -> None:
    before = [section(f"a{n}", f"A {n}", f"alpha{n} beta gamma delta " * 60) for n in range(300)]
    after = [section(f"b{n}", f"B {n}", f"epsilon{n} zeta eta theta " * 60) for n in range(300)]
    begun = time.process_time()
    pairs = compare(before, after)
    assert time.process_time() - begun < 5
    assert {pair.change for pair in pairs} == {Change.NEW, Change.GONE}
