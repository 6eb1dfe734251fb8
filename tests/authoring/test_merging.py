"""Two people write one page: what differs is shown, and no line of either is lost."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from lms.authoring.rules.merging import Marks, differences, merge
from lms.authoring.rules.page_text import PageFields, fields_of, merge_pages, page_bytes, read_page
from tests.authoring.drafts import SMALL, content_files

MARKS = Marks("<< mine", "== theirs", ">>")
PAGE = "modules/01-first/01-asking.md"
LINES = st.lists(st.sampled_from(["one", "two", "three", "four", ""]), max_size=8)


def test_changes_in_different_places_are_joined_without_a_conflict() -> None:
    base = "Ask her.\n\nAlone.\n\nListen."
    merged = merge(base, base.replace("Ask", "Greet"), base.replace("Listen", "Wait"), MARKS)
    assert merged.text == "Greet her.\n\nAlone.\n\nWait."
    assert merged.conflicts == 0


def test_where_both_changed_one_line_both_stand() -> None:
    merged = merge("a\nb\nc", "a\nmine\nc", "a\ntheirs\nc", MARKS)
    assert merged.text == "a\n<< mine\nmine\n== theirs\ntheirs\n>>\nc"
    assert merged.conflicts == 1


@settings(max_examples=25)
@given(LINES, LINES, LINES)
def test_no_line_that_anybody_wrote_is_lost(b: list[str], m: list[str], t: list[str]) -> None:
    base, mine, theirs = "\n".join(b), "\n".join(m), "\n".join(t)
    for start in (base, None):
        merged = merge(start, mine, theirs, MARKS).text.split("\n")
        new = {line for line in [*m, *t] if line not in base.split("\n")}
        assert new <= set(merged)
    assert merge(base, mine, base, MARKS).text == mine
    assert merge(base, base, theirs, MARKS).text == theirs


def test_difference_names_words_and_leaves_out_what_is_the_same() -> None:
    before = "\n".join(["same"] * 9 + ["She says that all is well."] + ["end"] * 9)
    shown = differences(before, before.replace("all", "nothing"))
    assert [line.skipped for line in shown] == [8, 0, 0]
    assert [(piece.kind, piece.text) for piece in shown[1].pieces] == [
        ("same", "She says that "),
        ("taken", "all"),
        ("added", "nothing"),
        ("same", " is well."),
    ]
    assert differences(before, before) == []


def test_every_page_of_a_course_survives_the_form_byte_for_byte() -> None:
    for path, content in content_files("victim-identification").items():
        if path.startswith("modules/") and path.endswith(".md"):
            source = read_page(path, content)
            assert page_bytes(path, fields_of(source), source) == content


def test_a_page_may_be_as_unfinished_as_it_is() -> None:
    source = read_page(PAGE, SMALL[PAGE])
    written = page_bytes(PAGE, PageFields(minutes="soon", body="::: task\nnever closed"), source)
    again = read_page(PAGE, written)
    assert again.value is None
    assert fields_of(again).minutes == "soon"
    assert fields_of(again).body == "::: task\nnever closed"
    assert page_bytes(PAGE, fields_of(again), again) == written
    nothing = page_bytes(PAGE, PageFields(), source)
    assert fields_of(read_page(PAGE, nothing)) == PageFields()


def test_fields_are_merged_one_by_one() -> None:
    base = fields_of(read_page(PAGE, SMALL[PAGE]))
    mine = PageFields(**{**_dict(base), "title": "Mine", "minutes": "8"})
    theirs = PageFields(**{**_dict(base), "title": "Theirs", "summary": "Short."})
    merged = merge_pages(base, mine, theirs, MARKS)
    assert (merged.fields.title, merged.fields.minutes, merged.fields.summary) == (
        "Theirs",
        "8",
        "Short.",
    )
    assert merged.differing == {"title": "Mine"}
    assert merged.conflicts == 0


def _dict(fields: PageFields) -> dict[str, object]:
    return {name: getattr(fields, name) for name in fields.__dataclass_fields__}
