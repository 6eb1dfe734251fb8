"""One certificate in every script of the members, compared with a picture somebody looked at."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageFilter, ImageStat

from tests.certificates.scripts import (
    NAMES,
    REFERENCES,
    Written,
    band_of,
    certificate_of,
    picture,
)
from tests.support import pdf

ALIKE_ON_THE_WHOLE = 2.5
"""Mean difference in 256 greys that another release of the fonts may make, once blurred."""
ALIKE_EVERYWHERE = 110
"""Largest difference at one place; an empty box in place of a letter makes 150 and more."""
LARGEST = 40 * 1024

FACES = {
    "urdu": "Noto-Nastaliq-Urdu",
    "arabic": "Noto-Naskh-Arabic",
    "persian": "Noto-Naskh-Arabic",
    "thaana": "Noto-Sans-Thaana",
    "tibetan-dzongkha": "Noto-Serif-Tibetan",
    "mongolian": "Noto-Sans-Mongolian",
    "khmer": "Noto-Serif-Khmer",
    "lao": "Noto-Serif-Lao",
    "han-simplified": "Noto-Serif-CJK-SC",
    "han-traditional": "Noto-Serif-CJK-TC",
    "han-cantonese": "Noto-Serif-CJK-TC",
    "japanese": "Noto-Serif-CJK-JP",
    "hangul": "Noto-Serif-CJK-KR",
}


def blurred(drawn: Image.Image) -> Image.Image:
    """Without the edges of letters, which each release of a font draws a little otherwise."""
    return drawn.convert("L").filter(ImageFilter.GaussianBlur(2))


def differences(drawn: Image.Image, kept: Image.Image) -> tuple[float, int]:
    """The mean and the largest difference of two pictures, in greys."""
    apart = ImageChops.difference(blurred(drawn), blurred(kept))
    return ImageStat.Stat(apart).mean[0], int(apart.getextrema()[1])  # type: ignore[arg-type]


@pytest.mark.parametrize("script", NAMES)
def test_the_certificate_looks_as_it_did_when_somebody_looked(script: str) -> None:
    file = certificate_of(NAMES[script])
    path = REFERENCES / f"{script}.png"
    assert path.stat().st_size <= LARGEST
    with Image.open(path) as kept:
        drawn = band_of(file)
        assert drawn.size == kept.size
        mean, largest = differences(drawn, kept)
    assert mean < ALIKE_ON_THE_WHOLE, script
    assert largest < ALIKE_EVERYWHERE, script


def test_the_comparison_tells_one_script_from_another() -> None:
    for script, other in [("khmer", "lao"), ("persian", "urdu"), ("thaana", "dari")]:
        with Image.open(REFERENCES / f"{other}.png") as kept:
            assert differences(band_of(certificate_of(NAMES[script])), kept)[1] > ALIKE_EVERYWHERE


def test_the_comparison_finds_a_letter_that_is_out_of_order() -> None:
    name = NAMES["khmer"]
    assert name.own is not None
    unstacked = Written(name.latin, name.own.replace("\u17d2", ""), name.language, name.member)
    with Image.open(REFERENCES / "khmer.png") as kept:
        assert differences(band_of(certificate_of(unstacked)), kept)[1] > ALIKE_EVERYWHERE


def test_the_whole_sheet_looks_as_it_did() -> None:
    file = certificate_of(NAMES["thaana"])
    with Image.open(REFERENCES / "sheet.png") as kept:
        mean, largest = differences(picture(file), kept)
    assert mean < ALIKE_ON_THE_WHOLE
    assert largest < ALIKE_EVERYWHERE


@pytest.mark.parametrize("script", FACES)
def test_each_script_is_printed_in_the_face_meant_for_it(script: str, tmp_path: Path) -> None:
    assert FACES[script] in pdf.fonts_of(certificate_of(NAMES[script]), tmp_path)


@pytest.mark.parametrize("script", NAMES)
def test_the_name_can_be_read_out_of_the_file_again(script: str) -> None:
    written = NAMES[script]
    said = pdf.text_of(certificate_of(written))
    assert written.latin in said


def test_characters_that_share_a_code_point_are_drawn_as_their_language_asks() -> None:
    """直 and 骨 are one code point each, and three forms."""
    bands = [
        band_of(certificate_of(Written("A", "直骨", language, "Japan"))).tobytes()
        for language in ("ja", "zh", "yue")
    ]
    assert len(set(bands)) == len(bands)
