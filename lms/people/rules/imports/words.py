"""Words that files use for what we keep as a code: sexes, sectors, yes and no."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from lms.core.text import fold

Found = TypeVar("Found")

SEXES: dict[str, str] = {
    **dict.fromkeys(
        ("woman", "female", "f", "w", "women", "perempuan", "wanita", "babae", "femme", "mujer",
         "หญิง", "ស្រី", "ຍິງ", "nữ", "女", "女性", "여", "여성", "эмэгтэй", "महिला", "ගැහැණු",
         "خانم", "امرأة", "أنثى", "kadın", "vahine", "tamaʻita'i"),
        "woman",
    ),
    **dict.fromkeys(
        ("man", "male", "m", "men", "laki-laki", "lelaki", "pria", "lalaki", "homme", "hombre",
         "ชาย", "ប្រុស", "ຊາຍ", "nam", "男", "男性", "남", "남성", "эрэгтэй", "पुरुष", "පිරිමි",
         "آقا", "رجل", "ذكر", "erkek"),
        "man",
    ),
    **dict.fromkeys(("another", "other", "x", "non-binary", "nonbinary", "diverse"), "another"),
    **dict.fromkeys(
        ("not stated", "not_stated", "unknown", "u", "n/a", "na", "-", "–", "prefer not to say",
         "not known"),
        "not_stated",
    ),
}  # fmt: skip

SECTORS: dict[str, str] = {
    **dict.fromkeys(
        ("government", "gov", "govt", "public", "public sector", "public service", "state"),
        "government",
    ),
    **dict.fromkeys(
        ("international organisation", "international organization", "international_organisation",
         "io", "igo", "un", "un agency", "intergovernmental organisation",
         "intergovernmental organization"),
        "international_organisation",
    ),
    **dict.fromkeys(("business", "private", "private sector", "industry", "company"), "business"),
    **dict.fromkeys(
        ("civil society", "civil_society", "ngo", "cso", "non-governmental organisation",
         "non-governmental organization", "non-profit"),
        "civil_society",
    ),
    **dict.fromkeys(
        ("academia", "academic", "university", "research", "education"), "academia"
    ),
}  # fmt: skip

YES_OR_NO: dict[str, bool] = {
    **dict.fromkeys(("yes", "y", "true", "1", "x", "ya", "oui", "sí", "si"), True),
    **dict.fromkeys(("no", "n", "false", "0", "-", "–", "tidak", "non"), False),
}


def find_word(words: Mapping[str, Found], value: str) -> Found | None:
    """What the word stands for, whatever its case and spaces; None if it is none of them."""
    return words.get(fold(value))
