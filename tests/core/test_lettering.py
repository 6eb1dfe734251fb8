"""What can be printed is known before it is printed, in every script of the members."""

from __future__ import annotations

import contextlib
import re
import struct
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont
from hypothesis import given, settings
from hypothesis import strategies as st

from config import ROOT
from lms.core import lettering
from lms.core.lettering import FAMILIES, FontError, characters_of, font_files, unprintable
from lms.core.pdf.making import make_pdf
from lms.core.text import clean_line
from tests.certificates.scripts import NAMES, REFERENCES

SHEET = (ROOT / "lms" / "web" / "assets" / "certificate.css").read_text(encoding="utf-8")
COVERED = [chr(code) for first, last in lettering.coverage() for code in range(first, last + 1)]
LARGEST_SHARE = 8.0
"""Megabytes that a web process may pay for the answer."""


@pytest.mark.parametrize("script", NAMES)
def test_names_in_every_script_of_the_members_can_be_printed(script: str) -> None:
    written = NAMES[script]
    assert unprintable(f"{written.latin} {written.own or ''}") == ()


def test_each_character_is_named_once_in_the_order_of_the_text() -> None:
    assert unprintable("Mele \U00018b02\U00018b00 and \U00018b02 😀") == (
        "\U00018b02",
        "\U00018b00",
        "😀",
    )


def test_joiners_and_choosers_of_form_are_not_letters() -> None:
    assert unprintable("کاظمی‌نژاد ශ්‍ර ᠠ᠋ 葛󠄀\u00a0\u2009") == ()


def test_a_letter_is_printed_with_marks_that_no_font_has_joined_to_it() -> None:
    assert unprintable("Ǹ̈ x̱̊") == ()
    assert unicodedata.normalize("NFC", "x̱̊") == "x̱̊"


def test_the_faces_asked_are_those_of_the_certificate_in_its_order() -> None:
    stack = SHEET[SHEET.index("--faces:") : SHEET.index(", serif;")]
    assert tuple(re.findall(r'"([^"]+)"', stack)) == FAMILIES
    others = set(re.findall(r'"(Noto [^"]+)"', SHEET)) - set(FAMILIES)
    assert others == {"Noto Nastaliq Urdu", "Noto Serif CJK TC", "Noto Serif CJK JP"} | {
        "Noto Serif CJK KR",
        "Noto Sans",
    }


def test_every_face_is_installed_by_the_packages_that_setup_names() -> None:
    assert len(font_files()) == len(FAMILIES)


@pytest.mark.parametrize("path", font_files(), ids=lambda path: path.stem)
def test_our_reading_of_a_font_is_that_of_fonttools(path: Path) -> None:
    ours = {
        code for first, last in characters_of(path.read_bytes()) for code in range(first, last + 1)
    }
    with TTFont(path, fontNumber=0) as font:
        assert ours - {0} == set(font.getBestCmap()) - {0}


@given(st.binary(max_size=400))
def test_a_broken_font_file_is_refused_calmly(content: bytes) -> None:
    with contextlib.suppress(FontError):
        list(characters_of(content))


def test_a_font_that_ends_inside_its_map_is_refused() -> None:
    header = struct.pack(">IHHHH", 0x00010000, 1, 0, 0, 0)
    with pytest.raises(FontError, match="ends too early"):
        list(characters_of(header + struct.pack(">4sIII", b"cmap", 0, 28, 4)))


def test_without_any_font_nothing_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert font_files([tmp_path, tmp_path / "none"]) == []
    monkeypatch.setattr(lettering, "coverage", lambda: ())
    assert unprintable("\U00018b00") == ()


@settings(deadline=None)
@given(st.text(st.sampled_from(COVERED) | st.characters(exclude_categories=("Cs", "Cc"))))
def test_what_is_called_printable_is_printed(name: str) -> None:
    """The press itself finds no letter missing in a name that we let through.

    Names are kept in NFC (`clean_line`): U+2F805 for one becomes a letter that fonts have.
    """
    printable = "".join(letter for letter in clean_line(name) if not unprintable(letter))
    safe = printable.replace("&", "&amp;").replace("<", "&lt;")
    html = f'<html lang="en"><title>x</title><p class="cert">{safe}</p></html>'
    assert make_pdf(html, sheet="certificate.css", identifier="x")


def test_the_answer_costs_a_web_process_little() -> None:
    script = (
        "def held():\n"
        "    return int(open('/proc/self/statm').read().split()[1]) * 4096 / 1e6\n"
        "from lms.core.lettering import unprintable\n"
        "before = held(); unprintable('x'); print(held() - before)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert float(done.stdout) < LARGEST_SHARE


def test_there_is_a_reference_for_each_script_and_no_other() -> None:
    assert {path.stem for path in REFERENCES.glob("*.png")} >= set(NAMES)
