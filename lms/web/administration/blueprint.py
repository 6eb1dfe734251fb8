"""The one blueprint of these pages, and what their lists have in common."""

from __future__ import annotations

import enum
from typing import Any, TypeVar

from flask import Blueprint, request, url_for

blueprint = Blueprint("administration", __name__, url_prefix="/administration")

LARGEST_ID = 2**63

State = TypeVar("State", bound=enum.StrEnum)


def chosen(states: type[State]) -> State | None:
    """The state asked for in the address; None for all, and for a word that is no state."""
    wish = request.args.get("state", "")
    return states(wish) if wish in {state.value for state in states} else None


def below() -> int | None:
    """Where the page asked for begins; None for the first, and for what is no id."""
    wish = request.args.get("below", type=int)
    return wish if wish is not None and 0 < wish < LARGEST_ID else None


def pages(endpoint: str, after: int | None, **arguments: object) -> dict[str, str | None]:
    """The links of the pager: back to the newest, on to the older."""
    kept: dict[str, Any] = {name: value for name, value in arguments.items() if value}
    return {
        "newest": url_for(endpoint, **kept) if below() is not None else None,
        "older": url_for(endpoint, below=after, **kept) if after is not None else None,
    }
