"""A table on paper says what every other form of it says, page after page."""

from __future__ import annotations

import datetime
import re
from dataclasses import replace

import pytest

from lms.core.tables.as_pdf import MOST_ROWS, Chart, TooManyRowsError, render_pdf_table
from lms.core.tables.values import HIDDEN, Audience, Column, Kind, Table, Words
from tests.support import pdf

AS_OF = datetime.datetime(2026, 11, 22, 7, 5, tzinfo=datetime.UTC)
SVG = (
    '<svg height="14rem" role="img" aria-label="x"><line class="l1" x1="11%" x2="30%" '
    'y1="10rem" y2="4rem"/><text class="strong" x="64.5%" y="3rem">120 Thailand</text></svg>'
)
TABLE = Table(
    title="Completions by member",
    definition="One row is one member; a number counts persons.",
    columns=[
        Column("Member"),
        Column("Persons", Kind.NUMBER),
        Column("Certified", Kind.NUMBER),
        Column("Last", Kind.DAY),
        Column("Seen", Kind.MOMENT),
        Column("Open", Kind.YES_NO),
    ],
    rows=[
        ("Viet Nam", 1234, HIDDEN, datetime.date(2026, 9, 30), AS_OF, True),
        ("ກົມກວດຄົນເຂົ້າເມືອງ", 12.5, None, None, None, False),
        ("وزارة الداخلية (عمّان)", 7, 3, None, None, None),
    ],
    as_of=AS_OF,
    audience=Audience.MEMBERS,
    filters=[("Course", "Scam centres")],
    done="Counts of 1 to 4 are not shown.",
)


def said_by(table: Table, language: str = "en", **more: object) -> str:
    """The words of the table's PDF on one line."""
    file = render_pdf_table(table, language=language, **more)  # type: ignore[arg-type]
    return re.sub(r"\s+", " ", pdf.text_of(file))


def test_it_says_everything_a_reader_must_know() -> None:
    said = said_by(TABLE)
    assert all(name in said and words in said for name, words in TABLE.about()[1:])
    assert TABLE.title in said
    for words in ("1,234", "12.5", "not shown", "30 September 2026", "2026-11-22 07:05 UTC", "yes"):
        assert words in said, words


def test_it_is_conforming_and_the_same_each_time() -> None:
    file = render_pdf_table(TABLE, language="en")
    assert file == render_pdf_table(TABLE, language="en")
    assert pdf.failed_rules(file) == []
    tags = pdf.tags_of(file)
    assert tags.count("TH") == len(TABLE.columns) + 3
    assert {"H1", "Table", "TR", "TD"} <= set(tags)


def test_the_audience_and_the_head_stand_on_every_page() -> None:
    rows = [(f"Member {number}", number, 1, None, None, True) for number in range(120)]
    file = render_pdf_table(replace(TABLE, rows=rows), language="en")
    with pdf.opened(file) as document:
        pages = len(document.pages)
    assert pages > 2
    said = re.sub(r"\s+", " ", pdf.text_of(file))
    assert said.count("All members: small numbers of persons are protected") == pages + 1
    assert said.count("Certified") == pages
    assert re.search(rf"{pages} ?/ ?{pages}", said)
    assert pdf.failed_rules(file) == []


def test_many_columns_are_laid_across() -> None:
    wide = replace(
        TABLE,
        columns=[Column(f"Column {number}") for number in range(9)],
        rows=[tuple("abcdefghi")],
    )
    for table, (across, down) in ((TABLE, (595, 842)), (wide, (842, 595))):
        with pdf.opened(render_pdf_table(table, language="en")) as document:
            box = document.pages[0].mediabox
            assert (round(float(box[2])), round(float(box[3]))) == (across, down)


def test_numbers_and_days_follow_the_language() -> None:
    said = said_by(replace(TABLE, words=replace(Words(), hidden="tidak ditampilkan")), "id")
    assert "1.234" in said
    assert "12,5" in said
    assert "30 September 2026" in said
    assert "tidak ditampilkan" in said


def test_cells_are_text_and_never_html() -> None:
    rows = [("<img src=file:///etc/hostname>", 1, 1, None, None, True)]
    assert "<img src=file:///etc/hostname>" in said_by(replace(TABLE, rows=rows))


def test_a_drawing_keeps_its_words_and_has_a_sentence_in_its_place() -> None:
    chart = Chart("Twice as many", "Participations", "From 10 to <120>", SVG)
    file = render_pdf_table(TABLE, language="en", charts=[chart])
    assert pdf.figures_of(file) == ["From 10 to <120>"]
    said = pdf.text_of(file)
    assert "Twice as many" in said
    assert "120 Thailand" in said
    assert pdf.failed_rules(file) == []


def test_what_is_no_drawing_is_refused() -> None:
    with pytest.raises(ValueError, match="one <svg>"):
        render_pdf_table(TABLE, language="en", charts=[Chart("a", "b", "c", "<p>x</p>")])


def test_more_rows_than_anybody_reads_are_refused_before_any_work() -> None:
    rows = (("x", 1, 1, None, None, True) for _ in range(MOST_ROWS + 1))
    with pytest.raises(TooManyRowsError, match="Take CSV"):
        render_pdf_table(replace(TABLE, rows=rows), language="en")


def test_an_empty_table_is_still_a_document() -> None:
    file = render_pdf_table(replace(TABLE, rows=[]), language="en")
    assert "Completions by member" in pdf.text_of(file)
