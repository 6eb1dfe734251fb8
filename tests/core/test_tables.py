"""Tables: every form says what it is, holds what was given, and calculates nothing."""

from __future__ import annotations

import csv
import dataclasses
import datetime
import io
import tracemalloc
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from flask import Flask, render_template_string
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from lms.core.downloads import stored_answer, table_answer
from lms.core.storage import LocalFolder
from lms.core.tables.as_csv import csv_bytes
from lms.core.tables.as_xlsx import TooManyRowsError, xlsx_bytes
from lms.core.tables.files import FileForm, store_table, table_bytes
from lms.core.tables.safety import inert
from lms.core.tables.values import HIDDEN, Audience, Cell, Column, Kind, Row, Table

AS_OF = datetime.datetime(
    2026, 11, 22, 14, 5, tzinfo=datetime.timezone(datetime.timedelta(hours=7))
)
COLUMNS = (
    Column("Member"),
    Column("Officials", Kind.NUMBER),
    Column("Since", Kind.DAY),
    Column("Last seen", Kind.MOMENT),
    Column("Listed", Kind.YES_NO),
)
ROWS: list[list[Cell]] = [
    ["ສປປ ລາວ", 12, datetime.date(2026, 3, 1), AS_OF, True],
    ["=HYPERLINK(1)", None, None, None, False],
    ["Palau, “Belau”", HIDDEN, datetime.date(1899, 1, 2), None, None],
    ["Tonga\nTongatapu", Decimal("-3.50"), None, None, None],
]
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def table_of(rows: object = ROWS, columns: tuple[Column, ...] = COLUMNS, **more: object) -> Table:
    """A table about officials by member."""
    values: dict[str, object] = {
        "title": "Officials by member",
        "definition": "Persons with an account, at their present member.",
        "columns": columns,
        "rows": rows,
        "as_of": AS_OF,
        "audience": Audience.MEMBERS,
        "filters": (("Member", "Palau"), ("Period", "2026")),
        "done": "Numbers below 5 are not shown.",
        **more,
    }
    return Table(**values)  # type: ignore[arg-type]


def sheet(content: bytes, name: str) -> list[list[object]]:
    """The cells of a sheet."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return book.get_sheet_by_name(name).to_python()


def lines_of(content: bytes) -> list[list[str]]:
    """The cells of a CSV file with a byte order mark."""
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_csv_says_what_it_is_above_the_rows() -> None:
    content = csv_bytes(table_of())
    assert content.startswith(b"\xef\xbb\xbf")
    lines = lines_of(content)
    assert lines[:7] == [
        ["Title", "Officials by member"],
        ["What is counted", "Persons with an account, at their present member."],
        ["Narrowed to", "Member: Palau; Period: 2026"],
        ["As of", "2026-11-22 07:05 UTC"],
        ["Made for", "All members: small numbers of persons are protected"],
        ["What was done to protect people", "Numbers below 5 are not shown."],
        [],
    ]
    assert lines[7:] == [
        ["Member", "Officials", "Since", "Last seen (UTC)", "Listed"],
        ["ສປປ ລາວ", "12", "2026-03-01", "2026-11-22 07:05:00", "yes"],
        ["'=HYPERLINK(1)", "", "", "", "no"],
        ["Palau, “Belau”", "not shown", "1899-01-02", "", ""],
        ["Tonga\nTongatapu", "-3.50", "", "", ""],
    ]


def test_csv_for_programs_is_bare_data() -> None:
    lines = list(csv.reader(io.StringIO(csv_bytes(table_of(), bom=False, about=False).decode())))
    assert lines[0] == ["Member", "Officials", "Since", "Last seen (UTC)", "Listed"]


def test_xlsx_has_typed_cells_and_a_sheet_that_says_what_it_is() -> None:
    content = xlsx_bytes(table_of())
    rows = sheet(content, "Data")
    assert rows[0] == ["Member", "Officials", "Since", "Last seen (UTC)", "Listed"]
    moment = datetime.datetime(2026, 11, 22, 7, 5)  # noqa: DTZ001 - Excel knows no zones
    assert rows[1] == ["ສປປ ລາວ", 12, datetime.date(2026, 3, 1), moment, "yes"]
    assert rows[2] == ["=HYPERLINK(1)", "", "", "", "no"]
    assert rows[3] == ["Palau, “Belau”", "not shown", "1899-01-02", "", ""]
    assert rows[4][1] == -3.5
    about = {str(name): words for name, words in sheet(content, "About")}
    assert about["Title"] == "Officials by member"
    assert about["As of"] == "2026-11-22 07:05 UTC"
    assert about["What was done to protect people"] == "Numbers below 5 are not shown."


def test_xlsx_holds_no_formula_and_no_link() -> None:
    texts = ["=1+1", "@SUM(A1)", "+1", "-1", "http://evil.example", "internal:A1", "12", "1e5"]
    content = xlsx_bytes(table_of([[text] for text in texts], columns=(Column("Word"),)))
    assert [row[0] for row in sheet(content, "Data")[1:]] == texts
    assert b"<f>" not in content
    assert b"hyperlink" not in content


def test_xlsx_of_the_same_table_is_the_same_file() -> None:
    assert xlsx_bytes(table_of()) == xlsx_bytes(table_of())


def test_too_long_text_and_too_large_number_are_kept_readable() -> None:
    rows: list[list[Cell]] = [["a" * 40_000, 10**18]]
    content = xlsx_bytes(table_of(rows, columns=(Column("Text"), Column("Number", Kind.NUMBER))))
    text, number = sheet(content, "Data")[1]
    assert len(str(text)) == 32_767
    assert str(text).endswith("…")
    assert number == "1000000000000000000"


def test_sheet_that_cannot_hold_all_rows_is_refused() -> None:
    rows: Iterator[Row] = ([None] for _ in range(1_048_576))
    with pytest.raises(TooManyRowsError):
        xlsx_bytes(table_of(rows, columns=(Column("Nothing"),)))


@pytest.mark.parametrize("form", FileForm)
def test_row_of_another_length_is_a_mistake(form: FileForm) -> None:
    with pytest.raises(ValueError, match="3 cells, not 5"):
        table_bytes(table_of([["a", 1, None]]), form)


def test_filters_and_protection_may_be_missing() -> None:
    lines = lines_of(csv_bytes(table_of(filters=(), done="", audience=Audience.NAMED)))
    assert ["Narrowed to", "Everything"] in lines
    assert ["Made for", "People who may open the list behind each number: exact"] in lines
    assert len(lines) == 5 + 1 + 1 + len(ROWS)


@pytest.mark.parametrize("text", ["=1+1", "+66 2 123", "-", "@a", "\t=1", "\r1", " =1+1", "＝1"])
def test_formula_is_made_inert(text: str) -> None:
    assert inert(text) == "'" + text


@pytest.mark.parametrize("text", ["-3.5", "+66", "-1,5", "a=1", "ann@example.org", "", "'=1", "–"])
def test_number_and_plain_text_stay(text: str) -> None:
    assert inert(text) == text


@settings(deadline=None)
@given(
    st.lists(
        st.one_of(
            st.text(max_size=12),
            st.builds(str.__add__, st.sampled_from(DANGEROUS), st.text(max_size=8)),
        ),
        min_size=1,
        max_size=4,
    )
)
def test_no_cell_of_a_csv_begins_a_formula_and_no_text_is_lost(texts: list[str]) -> None:
    columns = tuple(Column(text or "empty") for text in texts)
    table = table_of([texts], columns=columns, title=texts[0] or "empty")
    lines = lines_of(csv_bytes(table))
    for line in lines:
        for cell in line:
            is_number = cell.lstrip("+-").replace(".", "").replace(",", "").isdigit()
            assert is_number or not cell.lstrip(" \u00a0\ufeff\0").startswith(DANGEROUS)
    for text, cell in zip(texts, lines[-1], strict=True):
        assert cell.removeprefix("'") == text or cell == text


@settings(deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=("Cs",)), max_size=30), min_size=1))
def test_text_comes_back_from_a_sheet_as_it_was(texts: list[str]) -> None:
    visible = [text for text in texts if text.isprintable() and text]
    content = xlsx_bytes(table_of([[text] for text in visible], columns=(Column("Word"),)))
    assert [row[0] for row in sheet(content, "Data")[1:]] == visible


def test_large_table_goes_through_storage_in_little_memory(tmp_path: Path) -> None:
    storage = LocalFolder(tmp_path)
    rows: Iterator[Row] = ([f"Member {number}", number] for number in range(60_000))
    table = table_of(rows, columns=(Column("Member"), Column("Number", Kind.NUMBER)))
    tracemalloc.start()
    try:
        stored = store_table(table, FileForm.CSV, storage, "exports/1/people.csv")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert stored.content_type == "text/csv; charset=utf-8"
    assert peak < 8 * 1024 * 1024
    with storage.open("exports/1/people.csv") as file:
        assert file.read().count(b"\r\n") == 60_000 + 8


def test_table_that_breaks_in_the_middle_stores_nothing(tmp_path: Path) -> None:
    storage = LocalFolder(tmp_path)

    def rows() -> Iterator[Row]:
        yield ["a"]
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        store_table(table_of(rows(), columns=(Column("A"),)), FileForm.XLSX, storage, "a.xlsx")
    assert not storage.exists("a.xlsx")


@pytest.mark.parametrize("form", FileForm)
def test_download_is_whole_and_named(app: Flask, form: FileForm) -> None:
    with app.test_request_context():
        answer = table_answer(table_of(), form, "officials")
    assert answer.headers["Content-Disposition"] == f"attachment; filename=officials.{form.value}"
    assert answer.mimetype == form.content_type.split(";")[0]
    assert answer.get_data() == table_bytes(table_of(), form)


def test_stored_file_is_streamed_as_a_download(app: Flask, tmp_path: Path) -> None:
    storage = LocalFolder(tmp_path)
    storage.put("exports/1.csv", b"a,b\r\n", content_type="text/csv; charset=utf-8")
    with app.test_request_context():
        answer = stored_answer(storage, "exports/1.csv", "people.csv")
        answer.direct_passthrough = False
        assert answer.get_data() == b"a,b\r\n"
        answer.close()
    assert answer.headers["Content-Disposition"] == "attachment; filename=people.csv"
    assert answer.headers["Cache-Control"] == "no-store"


def test_page_shows_the_table_with_what_a_reader_must_know(app: Flask) -> None:
    table = table_of([*ROWS, ["<b>bold</b>", 1234, None, None, None]])
    with app.test_request_context():
        html = render_template_string(
            "{% from 'macros/report.html' import report %}"
            "{{ report(table, table.rows, [('CSV', '/x.csv')]) }}",
            table=table,
        )
    page = BeautifulSoup(html, "html.parser")
    text = " ".join(page.get_text(" ").split())
    assert page.caption is not None
    assert page.caption.get_text() == "Officials by member"
    assert "Persons with an account, at their present member. Member: Palau." in text
    assert "not shown" in text
    assert "1 March 2026" in text
    assert "1,234" in text
    assert "All members: small numbers of persons are protected. Numbers below 5" in text
    assert "<b>" not in html.split("<tbody>")[1]
    assert "'=HYPERLINK" not in text
    assert "=HYPERLINK(1)" in text


def test_words_can_be_in_another_language() -> None:
    table = table_of()
    words = dataclasses.replace(table.words, title="Titel", hidden="nicht gezeigt")
    lines = lines_of(csv_bytes(dataclasses.replace(table, words=words)))
    assert lines[0][0] == "Titel"
    assert lines[-2][1] == "nicht gezeigt"
