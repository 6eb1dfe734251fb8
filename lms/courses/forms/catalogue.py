"""What a visitor asks the catalogue for, read from the address: a search changes nothing."""

from __future__ import annotations

from collections.abc import Mapping

from lms.courses.catalogue import (
    AUDIENCE_NAMES,
    LENGTHS,
    STAGE_NAMES,
    TOPIC_NAMES,
    CatalogueFilter,
)

LONGEST_SEARCH = 100


def read_filter(arguments: Mapping[str, str]) -> CatalogueFilter:
    """The filter in an address; words that mean nothing are left out, never an error."""
    action = arguments.get("action", "")
    minutes = arguments.get("minutes", "")
    return CatalogueFilter(
        words=arguments.get("q", "").strip()[:LONGEST_SEARCH],
        topic=_known(arguments.get("topic", ""), TOPIC_NAMES),
        action=int(action) if action.isascii() and action.isdecimal() and len(action) < 3 else None,
        audience=_known(arguments.get("audience", ""), AUDIENCE_NAMES),
        stage=_known(arguments.get("stage", ""), STAGE_NAMES),
        language=arguments.get("in", "")[:12],
        minutes=next((most for most in LENGTHS if str(most) == minutes), None),
    )


def _known(word: str, names: Mapping[str, str]) -> str:
    return word if word in names else ""
