"""Reading files: every encoding of the region, every delimiter, and every kind of bad file."""

from __future__ import annotations

import csv
import datetime
import io
import struct
import time
import zipfile
from collections.abc import Callable

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lms.core.errors import BadInputError
from lms.people.rules.imports.columns import FIELD_NAMES, find_layout
from lms.people.rules.imports.template import template_rows
from lms.people.rules.spreadsheets import limits
from lms.people.rules.spreadsheets.encodings import ENCODING_NAMES, guess_encoding
from lms.people.rules.spreadsheets.reading import read_table
from lms.people.rules.spreadsheets.tables import Row
from lms.people.rules.spreadsheets.writing import as_csv, as_workbook

SAMPLES = {
    "utf-8": "Ngawang Tshering,ངག་དབང་ཚེ་རིང\nသီတာလွင်,x\n",
    "utf-16": "នាង សុភា,x\nสมชาย ใจดี,y\n",
    "utf-16-le": "Batbayar Ganbaatar,Chief of the Division\nOyuunchimeg,Prosecutor\n",
    "utf-16-be": "Batbayar Ganbaatar,Chief of the Division\nOyuunchimeg,Prosecutor\n",
    "cp1251": "Батбаяр Ганбаатар,Начальник отдела\nЦэцэгмаа Болд,Следователь\nЭнхтуяа Дорж,x\n",
    "gb18030": "陈慧玲,移民局\n王建国,公安部\n李小明,海关总署\n赵国强,外交部\n",
    "big5": "陳大文,入境事務處\n李小明,香港海關\n黃國強,勞工處\n林志偉,警務處\n",
    "cp932": "田中芽衣,出入国在留管理庁\n佐藤花子,警察庁\n山田たろう,ほうむしょう\n",
    "cp949": "김철수,출입국관리사무소\n이영희,경찰청\n박민수,외교부\n",
    "cp874": "สมชาย ใจดี,สำนักงานตรวจคนเข้าเมือง\nศิริพร วงศ์สกุล,กรมสอบสวนคดีพิเศษ\n",
    "cp1256": "محمد أحمد,إدارة الإقامة والحدود\nفاطمة علي,وزارة العمل\n",
    "cp1252": "José García,Dirección Nacional\nFrançois Lefèvre,Préfecture\nZoë Müller,Behörde\n",
    "cp1254": "Şükrü Yıldız,Göç İdaresi\nGülşah Öğüt,Emniyet Genel Müdürlüğü\n",
}


@pytest.mark.parametrize("encoding", SAMPLES)
def test_names_are_read_in_the_encoding_they_were_written_in(encoding):
    text = "name,agency\n" + SAMPLES[encoding]
    table = read_table(text.encode(encoding))
    assert table.encoding == encoding
    read = "\n".join(",".join(row.cells) for row in table.rows) + "\n"
    assert read == text


def test_a_mark_at_the_start_is_no_part_of_the_first_column():
    table = read_table("email,name\na@x.example,Ann\n".encode("utf-8-sig"))
    assert table.rows[0].cells == ("email", "name")


@pytest.mark.parametrize("encoding", ENCODING_NAMES)
def test_every_encoding_offered_is_one_python_knows(encoding):
    assert "x".encode(encoding)


def test_an_encoding_that_does_not_fit_is_refused_with_the_line():
    content = "email;name\na@x.example;Ann\nb@x.example;José\n".encode("cp1252")
    with pytest.raises(BadInputError) as raised:
        read_table(content, encoding="utf-8")
    assert str(raised.value).startswith("Line 3 of this file cannot be read in this encoding.")
    assert raised.value.field == "encoding"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(delimiter):
    lines = [["email", "name", "post"], ["a@x.example", "Ann; or, Anna", "Chief"]]
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows(lines)
    table = read_table(text.getvalue().encode())
    assert table.delimiter == delimiter
    assert [list(row.cells) for row in table.rows] == lines


def test_line_breaks_in_quoted_cells_stay_and_rows_are_counted_as_a_spreadsheet_counts():
    content = (
        b'email,name,post\r\na@x.example,Ann,"Chief\r\nof Division"\r\n\r\nb@x.example,Ben,x\r\n'
    )
    rows = read_table(content).rows
    assert rows[1].cells[2] == "Chief\r\nof Division"
    assert [row.number for row in rows] == [1, 2, 4]


def test_the_line_excel_writes_first_is_understood():
    table = read_table(b"sep=;\r\nemail;name\r\na@x.example;Ann\r\n")
    assert (table.delimiter, table.rows[0]) == (";", Row(2, ("email", "name")))


def workbook(fill, **options):
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True, **options}) as book:
        fill(book)
    return target.getvalue()


def test_a_workbook_gives_dates_numbers_and_formulas_as_text():
    def fill(book):
        sheet = book.add_worksheet("People")
        sheet.write_row(2, 1, ["email", "name", "n", "share", "day", "sum", "is"])
        sheet.write(4, 1, "a@x.example")
        sheet.write(4, 3, 7)
        sheet.write(4, 4, 2.5)
        date = book.add_format({"num_format": "dd/mm/yy"})
        sheet.write_datetime(4, 5, datetime.date(2026, 3, 9), date)
        sheet.write_formula(4, 6, "=3+4", None, 7)
        sheet.write_boolean(4, 7, True)

    table = read_table(workbook(fill))
    assert [row.number for row in table.rows] == [3, 5]
    cells = [cell for cell in table.rows[1].cells if cell]
    assert cells == ["a@x.example", "7", "2.5", "2026-03-09", "7", "yes"]


def test_a_sheet_is_chosen_by_name_and_the_first_one_is_read_otherwise():
    def fill(book):
        book.add_worksheet("One").write(0, 0, "first")
        book.add_worksheet("Two").write(0, 0, "second")

    content = workbook(fill)
    assert read_table(content).rows[0].cells == ("first",)
    table = read_table(content, sheet="Two")
    assert (table.rows[0].cells, table.sheets) == (("second",), ("One", "Two"))
    with pytest.raises(BadInputError, match="There is no sheet “Three”"):
        read_table(content, sheet="Three")


def test_one_word_in_the_last_corner_of_a_sheet_is_refused_at_once():
    def fill(book):
        sheet = book.add_worksheet()
        sheet.write(0, 0, "email")
        sheet.write(1_048_575, 16_383, "x")

    begun = time.monotonic()
    with pytest.raises(BadInputError, match=r"cannot be read|too large"):
        read_table(workbook(fill))
    assert time.monotonic() - begun < 20


def archive(entries, *, compression=zipfile.ZIP_DEFLATED):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", compression) as file:
        for name, content in entries:
            file.writestr(name, content)
    return target.getvalue()


def lie_about_size(content):
    """Say in the directory that every entry is one byte long."""
    place = content.index(b"PK\x01\x02")
    while place >= 0:
        content = content[: place + 24] + struct.pack("<I", 1) + content[place + 28 :]
        place = content.find(b"PK\x01\x02", place + 4)
    return content


def encrypted(content):
    """Say of every entry that it is encrypted."""
    for mark, offset in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        place = content.index(mark) + offset
        content = content[:place] + b"\x01\x00" + content[place + 2 :]
    return content


BAD: dict[str, Callable[[], bytes]] = {
    "bomb": lambda: archive([("xl/workbook.xml", "a" * 300_000_000)]),
    "climbs": lambda: archive([("xl/workbook.xml", "x"), ("../../evil.xml", "x")]),
    "climbs back": lambda: archive([("xl/workbook.xml", "x"), ("..\\evil.xml", "x")]),
    "from the root": lambda: archive([("xl/workbook.xml", "x"), ("/etc/evil", "x")]),
    "drive": lambda: archive([("xl/workbook.xml", "x"), ("c:/evil", "x")]),
    "twice": lambda: archive([("xl/workbook.xml", "x"), ("xl/workbook.xml", "y")]),
    "case": lambda: archive([("xl/workbook.xml", "x"), ("XL/Workbook.xml", "y")]),
    "many": lambda: archive([("xl/workbook.xml", "x"), *[(f"x/{n}", "") for n in range(3000)]]),
    "lies": lambda: lie_about_size(archive([("xl/workbook.xml", "x" * 5000)])),
    "encrypted": lambda: encrypted(archive([("xl/workbook.xml", "x" * 50)])),
    "letter": lambda: archive([("word/document.xml", "x")]),
    "opendocument": lambda: archive([("mimetype", "x"), ("content.xml", "x")]),
    "cut off": lambda: archive([("xl/workbook.xml", "x")])[:-30],
    "no workbook": lambda: archive([("xl/workbook.xml", "no xml at all")]),
    "entity": lambda: archive([("xl/workbook.xml", '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')]),
    "old excel": lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
    "pdf": lambda: b"%PDF-1.7\n...",
    "picture": lambda: b"\x89PNG\r\n\x1a\n",
    "page": lambda: b"<!DOCTYPE html><table>",
    "rtf": lambda: b"{\\rtf1 ",
    "zeros": lambda: b"\0\0\0\0",
    "empty": lambda: b"",
    "only a mark": lambda: b"\xef\xbb\xbf",
    "only lines": lambda: b"\n\n\n",
    "quote left open": lambda: b'a,b\n"x,y\nz',
    "quote inside": lambda: b'a,b\n"x"y,z\n',
    "endless cell": lambda: b"a,b\n" + b"x" * 200_000 + b"\n",
    "too many rows": lambda: b"a\n" * 60_000,
    "too large": lambda: b"x" * (limits.LARGEST_FILE + 1),
}
"""Made when they are needed: one is 300 MB before it is packed."""


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("kind", BAD)
def test_a_bad_file_ends_in_one_sentence(kind):
    content = BAD[kind]()
    begun = time.monotonic()
    with pytest.raises(BadInputError) as raised:
        read_table(content)
    sentence = str(raised.value)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert time.monotonic() - begun < 10


def test_the_template_is_read_back_and_its_examples_keep_their_letters():
    for content in (as_csv(template_rows()), as_workbook([("People", template_rows())])):
        table = read_table(content)
        layout = find_layout(table.rows)
        assert set(layout.places) == set(FIELD_NAMES)
        assert layout.cells(table.rows[1])["own_script_name"] == "សុខ ដារ៉ា"


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("E-Mail;Full name;Country;Rank", {"email", "name", "member", "post"}),
        (
            "EMAIL ADDRESS;Name of official;Member State;Ministry",
            {"email", "name", "member", "agency"},
        ),
        ("e_mail;NAMA LENGKAP;Instansi;Jabatan", {"email", "name", "agency", "post"}),
        ("Mail;Name (as in passport);Position / Title;Gender", {"email", "name", "post", "sex"}),
    ],
)
def test_columns_are_found_under_many_names(header, found):
    rows = [Row(1, tuple(header.split(";")))]
    assert set(find_layout(rows).places) == found


def test_titles_above_the_columns_are_passed_over_and_unknown_columns_are_named():
    rows = [
        Row(1, ("Officials of the Bureau", "", "")),
        Row(3, ("No.", "E-mail", "Name")),
        Row(4, ("1", "a@x.example", "Ann")),
    ]
    layout = find_layout(rows)
    assert (layout.number, layout.ignored) == (3, ("No.",))


def test_a_rank_beside_a_title_is_the_post():
    layout = find_layout([Row(1, ("Title", "email", "name", "Rank"))])
    assert layout.places["post"] == 3
    assert layout.ignored == ("Title",)


def test_missing_columns_are_named_in_one_sentence():
    with pytest.raises(BadInputError, match="There is no column “name” in row 1"):
        find_layout([Row(1, ("email", "agency"))])
    with pytest.raises(BadInputError, match="Names stand in several columns"):
        find_layout([Row(1, ("email", "First name", "Family name"))])


def test_a_cell_that_would_be_a_formula_is_guarded_and_comes_back_as_it_was():
    for name in ("=1+1", "+44 20", "-x", "@home", "\tTab", "'quoted'"):
        content = as_csv([["email", "name"], ["a@x.example", name]])
        table = read_table(content)
        layout = find_layout(table.rows)
        assert layout.cells(table.rows[1])["name"].strip() == name.strip()
        cell = content.decode("utf-8-sig").splitlines()[1].split(",")[1].strip('"')
        assert cell[0] not in "=+-@\t"


PATIENT = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


def read_or_refused(content, **choices):
    """The rows, or the sentence."""
    try:
        return read_table(content, **choices).rows
    except BadInputError as error:
        return str(error)


@PATIENT
@given(st.binary(max_size=4000))
def test_any_bytes_are_read_or_refused(content):
    assert read_or_refused(content)


@PATIENT
@given(st.text(max_size=2000), st.sampled_from(sorted(ENCODING_NAMES)))
def test_any_text_in_any_encoding_is_read_or_refused(text, encoding):
    content = text.encode(encoding, "ignore")
    assert guess_encoding(content) in ENCODING_NAMES
    assert read_or_refused(content, encoding=encoding)


PEOPLE = workbook(lambda book: book.add_worksheet().write_row(0, 0, ["email", "name", 5, True]))


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_a_workbook_with_anything_in_its_sheets_is_read_or_refused(data):
    with zipfile.ZipFile(io.BytesIO(PEOPLE)) as file:
        entries = {name: file.read(name) for name in file.namelist()}
    target = data.draw(st.sampled_from([n for n in entries if "sheet" in n or "workbook" in n]))
    content = bytearray(entries[target])
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, max(0, len(content) - 1)))
        length = data.draw(st.integers(0, 12))
        patch = data.draw(
            st.sampled_from(
                [b"", b"99999999999", b'"A1:XFD1048576"', b"ZZZ9999999", b"&x;", b"<v>"]
            )
            | st.binary(max_size=6)
        )
        content[place : place + length] = patch
    entries[target] = bytes(content)
    found = read_or_refused(archive(entries.items()))
    assert found
    assert isinstance(found, str) or len(found) <= limits.MOST_ROWS
