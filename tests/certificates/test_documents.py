"""The certificate as a file: one sheet, everything on it, in the words of its language."""

from __future__ import annotations

import datetime
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config import Settings
from lms.certificates.documents import make_document
from lms.certificates.rules import CertificateKind, Snapshot
from lms.core.pdf.making import Seal, UnprintableError
from lms.core.pdf.signing import signer_of
from tests.certificates.scripts import ADDRESS, NUMBER, SNAPSHOT
from tests.support import pdf

FOUR_PART = "Mohammad Abdul-Rahman ibn Khalid Siddiqui-Chaudhry Wickramasinghe Nagasundaram-Kim"
LONG_TITLE = (
    "Identifying, referring and protecting victims of trafficking in persons at land borders, "
    "seaports and airports: a practical course for supervisors of front-line officers"
)
TWO_LINE_AGENCY = (
    "Directorate-General for Immigration, Border Management and the Registration of Foreign "
    "Nationals, Ministry of the Interior and Public Security, Northern Regional Command"
)
A4_ACROSS = (842, 595)


def made(*, is_specimen: bool = False, seal: Seal | None = None, **changes: object) -> bytes:
    snapshot = replace(SNAPSHOT, **changes)  # type: ignore[arg-type]
    return make_document(
        snapshot, number=NUMBER, address=ADDRESS, is_specimen=is_specimen, seal=seal
    )


def words_of(file: bytes) -> str:
    """The words of a file, on one line."""
    return re.sub(r"\s+", " ", pdf.text_of(file))


def size_of(file: bytes) -> tuple[int, tuple[int, int]]:
    """How many pages, and how large the first is in points."""
    with pdf.opened(file) as document:
        box = [round(float(side)) for side in document.pages[0].mediabox]
        return len(document.pages), (box[2], box[3])


@pytest.mark.parametrize("kind", CertificateKind)
@pytest.mark.parametrize("language", ["en", "id"])
@pytest.mark.parametrize("is_specimen", [True, False], ids=["specimen", "real"])
def test_every_kind_is_one_sheet_of_conforming_pdf_ua(
    kind: CertificateKind, language: str, is_specimen: bool
) -> None:
    file = made(kind=kind, language=language, is_specimen=is_specimen)
    assert pdf.failed_rules(file) == []
    assert size_of(file) == (1, A4_ACROSS)
    with pdf.opened(file) as document:
        assert str(document.Root.Lang) == language
        assert SNAPSHOT.name in str(document.docinfo.Title)


def test_it_says_all_that_the_snapshot_says() -> None:
    said = words_of(
        made(
            name="Aishath Rasheeda",
            hours=5.5,
            expires_on=datetime.date(2029, 10, 30),
            completed_on=datetime.date(2026, 10, 2),
        )
    )
    for words in (
        "Regional Support Office",
        "Certificate of completion",
        "Aishath Rasheeda",
        "of Bureau of Immigration, Palau,",
        "has met every requirement of the course",
        "Trafficking victim identification",
        "Edition 3",
        "5.5 hours",
        "Completed on 2 October 2026",
        "Issued 30 October 2026",
        "Valid until 30 October 2029",
        "Mele Tuʻifua",
        "Co-manager, Regional Support Office",
        "BK7Q-4M2X-9TDA-3F8H-6WZC",
        "bekal.example/verify",
    ):
        assert words in said, words


def test_what_is_not_known_is_left_out() -> None:
    said = words_of(made(agency=None, edition_number=None, hours=0.0))
    assert "of Palau," in said
    assert "Edition" not in said
    assert "hour" not in said
    assert "None" not in said


def test_one_hour_is_not_one_hours() -> None:
    assert "1 hour ·" in words_of(made(hours=1.0))


def test_a_path_names_its_courses() -> None:
    said = words_of(made(courses=("Following the money", "Scam centres"), edition_number=None))
    assert "has completed every course of the path" in said
    assert "Courses: Following the money; Scam centres." in said


def test_participation_and_training_say_what_they_are() -> None:
    assert "has taken part in" in words_of(made(kind=CertificateKind.PARTICIPATION))
    assert "may teach the course" in words_of(made(kind=CertificateKind.TRAINER))


def test_the_square_code_holds_the_address_and_has_words_in_its_place() -> None:
    file = made()
    assert pdf.figures_of(file) == ["Square code for checking this"]
    with pdf.opened(file) as document:
        links = [
            str(each.A.URI) for each in document.pages[0].Annots if each.get("/Subtype") == "/Link"
        ]
    assert links == [ADDRESS]


def test_a_specimen_says_so_and_a_certificate_does_not() -> None:
    def single_letters(file: bytes) -> list[str]:
        """Slanting words are found letter by letter."""
        return sorted(
            line for line in pdf.text_of(file).split() if len(line) == 1 and line.isalpha()
        )

    assert single_letters(made(is_specimen=True)) == sorted("SPECIMEN")
    assert single_letters(made()) == []


def test_it_is_read_aloud_in_the_order_of_the_sheet() -> None:
    tags = [tag for tag in pdf.tags_of(made()) if tag not in {"Span", "Div", "NonStruct"}]
    assert tags[:4] == ["Document", "Art", "P", "H1"]
    assert tags.count("H1") == 1
    assert tags.count("Figure") == 1
    assert tags.count("Link") == 1


def test_a_frozen_row_gives_the_same_bytes(tmp_path: Path) -> None:
    signer = signer_of(Settings.from_environment({"BEKAL_DATA_FOLDER": str(tmp_path)}))
    seal = Seal(signer, datetime.datetime(2026, 10, 30, 8, tzinfo=datetime.UTC))
    stored = Snapshot.from_json(SNAPSHOT.as_json())
    assert made() == make_document(stored, number=NUMBER, address=ADDRESS, is_specimen=False)
    assert made(seal=seal) == made(seal=seal)
    assert "Signature is Valid" in pdf.signatures_of(made(seal=seal), tmp_path)


def test_two_certificates_are_two_files_to_a_reader() -> None:
    other = make_document(SNAPSHOT, number="A" * 20, address=ADDRESS, is_specimen=False)
    with pdf.opened(made()) as first, pdf.opened(other) as second:
        assert bytes(first.trailer.ID[0]) != bytes(second.trailer.ID[0])


def test_a_name_that_cannot_be_printed_is_refused_with_the_character() -> None:
    with pytest.raises(UnprintableError) as refused:
        made(name_own_script="\U00018b00", own_script_language="zh")
    assert refused.value.characters == ("\U00018b00",)


@pytest.mark.parametrize(
    "hostile", ["<script>alert(1)</script>", '"><img src=file:///etc/hostname>', "{{ 7 * 7 }}"]
)
def test_a_name_is_never_taken_for_html_or_template(hostile: str) -> None:
    said = words_of(made(name=hostile, title=hostile, agency=hostile))
    assert said.count(hostile) == 3


LONG = {
    "four-part name of 80 characters": {"name": FOUR_PART},
    "long name in own script": {
        "name_own_script": "ព្រះករុណាព្រះបាទសម្តេចព្រះបរមនាថ នរោត្តមសីហមុនី " * 2,
        "own_script_language": "km",
    },
    "long Urdu name": {
        "name_own_script": "محمد عبدالرحمٰن صدیقی چوہدری " * 3,
        "own_script_language": "ur",
    },
    "long title": {"title": LONG_TITLE},
    "two-line agency": {"agency": TWO_LINE_AGENCY},
    "a path of eight courses": {"courses": (LONG_TITLE,) * 8},
    "a name without a space": {"name": "X" * 200},
    "everything at its longest": {
        "name": (FOUR_PART + " ") * 2,
        "name_own_script": "শর্মিষ্ঠা চক্রবর্তী " * 10,
        "own_script_language": "bn",
        "agency": TWO_LINE_AGENCY,
        "title": LONG_TITLE,
        "courses": (LONG_TITLE,) * 8,
        "signatory_post": "Deputy Executive Secretary for Capacity Building, " * 2,
    },
}


@pytest.mark.parametrize("changes", LONG.values(), ids=LONG)
@pytest.mark.parametrize("kind", [CertificateKind.PARTICIPATION, CertificateKind.TRAINER])
@pytest.mark.parametrize("language", ["en", "id"])
def test_the_longest_texts_fit_on_the_one_sheet(
    changes: dict[str, object], kind: CertificateKind, language: str
) -> None:
    file = made(kind=kind, language=language, expires_on=datetime.date(2029, 9, 30), **changes)
    assert size_of(file) == (1, A4_ACROSS)
    name = changes.get("name")
    if isinstance(name, str) and " " in name:
        assert name.strip() in words_of(file)


def test_a_long_address_of_an_installation_fits() -> None:
    host = "https://" + "capacity-building." * 6 + "regional-support-office.example.org"
    file = make_document(
        SNAPSHOT, number=NUMBER, address=f"{host}/verify/{NUMBER}", is_specimen=False
    )
    assert size_of(file)[0] == 1


@settings(deadline=None, max_examples=25)
@given(
    name=st.text("abcdefg MWW-ñ", min_size=1, max_size=200),
    title=st.text("abcdefg MWW-ñ", min_size=1, max_size=300),
    agency=st.text("abcdefg MWW-ñ", min_size=1, max_size=300),
)
def test_no_length_that_our_forms_take_is_too_long(name: str, title: str, agency: str) -> None:
    assert size_of(made(name=name, title=title, agency=agency))[0] == 1


def test_a_usual_certificate_has_the_largest_letters() -> None:
    """Else each is laid out twice: a slip in the sheet costs half the speed and nobody sees it."""
    file = made(
        name="Aishath Rasheeda",
        name_own_script="އައިޝަތު ރަޝީދާ",
        own_script_language="dv",
        expires_on=datetime.date(2029, 10, 30),
        language="id",
    )
    with pdf.opened(file) as document:
        content = b"".join(each.read_bytes() for each in document.pages[0].Contents)
    assert re.search(rb"/\S+ 41\.\d+ Tf", content)
