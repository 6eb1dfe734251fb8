"""Languages of people, as codes (BCP 47 with one part, after CLDR), found by name or code. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from babel import Locale, localedata

from lms.core.text import fold

REGION = (
    "ar", "bi", "bn", "de", "dv", "dz", "en", "es", "fa", "fil", "fj", "fr", "gil", "hi", "hif",
    "ho", "id", "it", "ja", "km", "ko", "ku", "lo", "mi", "mn", "ms", "my", "na", "ne", "nl", "pau",
    "pis", "prs", "ps", "pt", "ro", "ru", "si", "sm", "sv", "ta", "tet", "th", "to", "tpi", "tr",
    "ur", "vi", "yue", "zh",
)  # fmt: skip
"""Languages of the members, which forms offer first; any other that CLDR names is accepted."""

_ALSO: Mapping[str, str] = {
    "dari": "prs", "farsi": "fa", "persian": "fa", "pashto": "ps", "pushto": "ps", "bangla": "bn",
    "bengali": "bn", "tagalog": "fil", "pilipino": "fil", "filipino": "fil", "chinese": "zh",
    "mandarin": "zh", "putonghua": "zh", "cantonese": "yue", "itaukei": "fj", "fijian": "fj",
    "fiji hindi": "hif", "gilbertese": "gil", "kiribati": "gil", "bislama": "bi", "tetum": "tet",
    "pijin": "pis", "palauan": "pau", "dhivehi": "dv", "divehi": "dv", "maldivian": "dv",
    "myanmar": "my", "burmese": "my", "sinhalese": "si", "sinhala": "si",
    "bahasa indonesia": "id", "bahasa": "id", "bahasa melayu": "ms", "bahasa malaysia": "ms",
    "malay": "ms", "hiri motu": "ho", "motu": "ho", "tok pisin": "tpi", "nauruan": "na",
    "cambodian": "km", "khmer": "km", "laotian": "lo", "lao": "lo", "maori": "mi", "kurdish": "ku",
    "tongan": "to", "samoan": "sm", "dzongkha": "dz", "tl": "fil", "in": "id", "iw": "he",
    "zh-hans": "zh", "zh-hant": "zh",
}  # fmt: skip
"""Names that occur in the region and are not CLDR's English ones, and codes that are retired."""

_EXTRA_NAMES: Mapping[str, str] = {"prs": "Dari", "pis": "Pijin", "hif": "Fiji Hindi"}


@cache
def language_names() -> Mapping[str, str]:
    """English name of every language by its code; one part only, such as km or fil."""
    known = {code: name for code, name in Locale("en").languages.items() if "_" not in code}
    return {**known, **_EXTRA_NAMES}


@cache
def _codes_by_name() -> Mapping[str, str]:
    found = {fold(name): code for code, name in language_names().items()}
    for code in REGION:
        own = Locale(code).get_language_name() if localedata.exists(code) else None
        if own:
            found[fold(own)] = code
    return {**found, **_ALSO}


def find_language(word: str) -> str | None:
    """The code for a code or a name (English, or a member language's own); None if unknown."""
    folded = fold(word).replace("_", "-")
    code = _ALSO.get(folded) or _codes_by_name().get(folded)
    if code is not None:
        return code
    bare = folded.split("-")[0]
    return bare if bare in language_names() else None
