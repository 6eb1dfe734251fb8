"""Readers: what they find, what they refuse, and that nothing they are given breaks them."""

from __future__ import annotations

import io
import zipfile
import zlib

import pikepdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lms.guides.readers.child import read_file
from lms.guides.readers.lines import Line, as_markdown, without_margins
from lms.guides.readers.values import ReadGuide, UnreadableError, Why, tidy
from tests.guides.files import GUIDE, make_docx, make_pdf
from tests.guides.hostile import files_of, read_here

TREE = [
    ("Introduction", 1), ("Key concepts", 1), ("Act, means and purpose", 2), ("Consent", 2),
    ("Guidance", 1), ("First contact", 2), ("Referral", 2),
]  # fmt: skip


def found(kind: str, content: bytes) -> ReadGuide:
    guide = read_here(kind, content)
    assert isinstance(guide, ReadGuide), guide
    return guide


@pytest.mark.parametrize("outline", [True, False], ids=["outline", "sizes"])
def test_pdf_gives_sections_with_pages_without_running_heads(outline: bool) -> None:
    guide = found("pdf", make_pdf(outline=outline))
    assert [(each.title, each.level) for each in guide.sections] == TREE
    assert [each.page for each in guide.sections] == [1, 2, 2, 2, 3, 3, 3]
    assert guide.sections[3].text == GUIDE[1][1][1][1]
    assert not any("A guide to contact" in each.text for each in guide.sections)


def test_word_document_gives_sections_with_its_table_and_list() -> None:
    guide = found("docx", make_docx())
    assert [(each.title, each.level) for each in guide.sections] == TREE
    assert guide.sections[-1].text.endswith(
        "- a name\n\n| Whom \\| when | At once |\n| --- | --- |"
    )
    assert guide.title == "A guide"


def test_html_gives_sections_and_nothing_that_could_act() -> None:
    page = b"""<!doctype html><title>A &amp; B</title><nav>menu</nav><script>alert(1)</script>
    <article><h1>One <i>and</i> only</h1><p onclick="x()">Text<a href="javascript:x">link</a></p>
    <table><tr><th>a|b<th>c<tr><td><h2>no section</h2><td>2</table><h2>Two</h2><p># not one</p>"""
    guide = found("html", page)
    assert guide.title == "A & B"
    assert [(each.title, each.level) for each in guide.sections] == [
        ("One and only", 1),
        ("Two", 2),
    ]
    text = guide.sections[0].text + guide.sections[1].text
    assert "| a\\|b | c |" in text
    for word in ("alert", "javascript", "onclick", "menu"):
        assert word not in text


def test_markdown_is_cut_at_its_own_headings_only() -> None:
    head = b"---\ntitle: A guide\n---\n\nFront\n\n"
    text = head + b"# One `x`\n\n```\n# code\n```\n> # quoted\n\nTwo\n---\n"
    guide = found("markdown", text)
    assert [(each.title, each.level) for each in guide.sections] == [
        ("", 1), ("One x", 1), ("Two", 2),
    ]  # fmt: skip
    assert "# code" in guide.sections[1].text


def line(text: str, top: float, page: int = 0, height: float = 12) -> Line:
    return Line(page, text, top, height, 60, 500, is_bold=False)


def test_words_parted_at_the_end_of_a_line_are_joined_and_paragraphs_kept() -> None:
    lines = [
        line("Each person is inter\u0002", 0.20), line("viewed alone.", 0.22),
        line("A new paragraph", 0.30), line("1. a step", 0.32), line("goes on", 0.10, page=1),
    ]  # fmt: skip
    assert as_markdown(lines) == (
        "Each person is interviewed alone.\n\nA new paragraph\n\n1. a step goes on"
    )


def test_heads_that_repeat_and_numbers_that_count_go_and_headings_stay() -> None:
    pages = [
        each
        for page in range(4)
        for each in (
            line("A guide", 0.05, page), line(f"Chapter {page + 1}", 0.10, page, height=24),
            line(f"Words of page {page}", 0.5, page), line(f"RSO | {page + 7}", 0.95, page),
        )
    ]  # fmt: skip
    kept = [each.text for each in without_margins(pages)]
    assert [words for words in kept if words.startswith("Words")] == [
        f"Words of page {page}" for page in range(4)
    ]
    assert not any(words.startswith(("A guide", "RSO")) for words in kept)


def packed(entries: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as written:
        for name, content in entries.items():
            written.writestr(name, content)
    return target.getvalue()


TYPES = {"[Content_Types].xml": b"<a/>"}


@pytest.mark.parametrize(
    ("kind", "content", "why"),
    [
        ("docx", packed({**TYPES, "word/document.xml": b"<a>" + b" " * 30_000_000 + b"</a>"}),
         Why.STRANGE),
        ("docx", packed({**TYPES, "word/document.xml":
                         b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}), Why.STRANGE),
        ("docx", packed({**TYPES, "xl/workbook.xml": b"<a/>"}), Why.OTHER_KIND),
        ("docx", packed({**TYPES, "word/../../x": b"x", "word/document.xml": b"<a/>"}),
         Why.STRANGE),
        ("docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", Why.ENCRYPTED),
        ("html", b"<ul><li>" * 500 + b"deep", Why.STRANGE),
        ("html", b"<script>only this</script>", Why.EMPTY),
        ("markdown", b"\xff\xfe\x00", Why.BROKEN),
        ("markdown", b"# a\n" * 2_500, Why.TOO_LONG),
        ("pdf", b"%PDF-1.7\nnothing", Why.BROKEN),
    ],
)  # fmt: skip
def test_hostile_file_is_refused_for_what_it_is(kind: str, content: bytes, why: Why) -> None:
    assert read_here(kind, content) is why


def test_page_that_unpacks_to_more_than_the_process_may_hold_ends_only_that_process() -> None:
    packer = zlib.compressobj(9)
    first, again = (
        packer.compress(b" " * 8_000_000) + packer.flush(zlib.Z_FULL_FLUSH) for _ in range(2)
    )
    document = pikepdf.new()
    document.add_blank_page()
    document.pages[0].Contents = pikepdf.Stream(document, b"")
    document.pages[0].Contents.write(
        first + again * 80 + packer.flush(), filter=pikepdf.Name.FlateDecode
    )
    target = io.BytesIO()
    document.save(target, compress_streams=False)
    with pytest.raises(UnreadableError) as refused:
        read_file("pdf", io.BytesIO(target.getvalue()), lambda _done, _total: None)
    assert refused.value.why is Why.TOO_HEAVY


def test_process_that_runs_out_of_time_is_ended_and_says_so() -> None:
    with pytest.raises(UnreadableError) as refused:
        read_file("markdown", io.BytesIO(b"# a\n" * 100), lambda _d, _t: None, seconds=0)
    assert refused.value.why is Why.TOO_SLOW


@pytest.mark.parametrize("kind", ["html", "markdown", "docx", "pdf"])
def test_whatever_a_file_holds_it_is_read_or_refused(kind: str) -> None:
    @settings(max_examples=200, suppress_health_check=list(HealthCheck), deadline=None)
    @given(st.data())
    def try_it(data: st.DataObject) -> None:
        guide = read_here(kind, data.draw(files_of(kind)))
        if isinstance(guide, ReadGuide):
            assert guide.sections
            for each in guide.sections:
                assert tidy(each.text) == each.text
                assert "\n" not in each.title

    try_it()
