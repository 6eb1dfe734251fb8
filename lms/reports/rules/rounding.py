"""Random rounding to base 5, for tables that somebody puts together (docs/decisions/0008). Pure.

After the perturbation by keys of the Australian Bureau of Statistics' TableBuilder: what is
added to a count follows from the set of people counted and a secret, so the same people
give the same number wherever they are counted, and asking again tells nothing.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

BASE = 5
FEWEST_FOR_MEANS = 10
"""No mean, median or percentage on fewer persons than this."""
ROUNDING_KEY = "reports rounding"
"""The purpose of the key the chance is drawn from (core.sealing.derive_key); permanent."""


@dataclass(frozen=True, slots=True)
class People:
    """A set of people as a database can sum it up: how many, and two sums over their ids.

    Different sets agree in all three only by a chance too small to matter; if they did,
    they would be rounded the same way, which tells nobody anything.
    """

    count: int
    sum_of_ids: int
    sum_of_squares: int


def rounded(number: int, people: People, *, secret: bytes) -> int:
    """The number as a multiple of 5: up or down by chance, right on average, always the same.

    `number` may count participations of these people: the chance is drawn once for the
    set, so persons never come out as more than their participations. Nothing is ever 5 or
    more away; 0 stays 0.
    """
    below = number - number % BASE
    if below == number:
        return number
    said = f"{people.count}|{people.sum_of_ids}|{people.sum_of_squares}"
    digest = hmac.new(secret, said.encode(), hashlib.sha256).digest()
    drawn = int.from_bytes(digest[:8]) % BASE
    return below + BASE if drawn < number % BASE else below
