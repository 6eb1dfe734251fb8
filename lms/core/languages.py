"""Names of languages for themselves, as a list of languages shows them."""

from __future__ import annotations

from babel import Locale

SAID_OTHERWISE = {"id": "Bahasa Indonesia", "ms": "Bahasa Melayu"}
"""Where the usual own name differs from the one in CLDR, which is the territory's word."""


def own_name(code: str) -> str:
    """The name of a language for itself, such as “Tiếng Việt” for vi. `code` is BCP 47."""
    if code in SAID_OTHERWISE:
        return SAID_OTHERWISE[code]
    name = Locale.parse(code.replace("_", "-"), sep="-").display_name
    return (name or code).capitalize()
