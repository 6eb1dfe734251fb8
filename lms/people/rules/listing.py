"""Limited listing: a choice that needs no reason, so that having it says nothing. Pure.

Three switches, each lifted only by the side that set it: the person's own, the focal
point's for one person, the agency's for all its people. Any of them limits the listing.
"""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from lms.core.text import N_

FEWEST_NAMED = 3
"""A member stands beside "Official" only where at least so many of it are so listed."""

OFFICIAL = N_("Official")
"""How a person with limited listing is called where no working name is vouched for."""


class Side(enum.StrEnum):
    """Who set a switch, and so who may lift it."""

    PERSON = "person"
    FOCAL_POINT = "focal_point"
    AGENCY = "agency"


@dataclass(frozen=True, slots=True)
class Switches:
    """The three switches of one person."""

    own: bool
    by_focal_point: bool
    by_agency: bool

    @property
    def is_limited(self) -> bool:
        return self.own or self.by_focal_point or self.by_agency

    @property
    def sides(self) -> tuple[Side, ...]:
        """Who has limited the listing, in a fixed order."""
        held = (
            (Side.PERSON, self.own),
            (Side.FOCAL_POINT, self.by_focal_point),
            (Side.AGENCY, self.by_agency),
        )
        return tuple(side for side, is_on in held if is_on)


SIDE_WORDS: dict[Side, str] = {
    Side.PERSON: N_("Chosen by the person; only they can lift it."),
    Side.FOCAL_POINT: N_("Set by the focal point; only a focal point of the member can lift it."),
    Side.AGENCY: N_("Set for everyone of the agency; it is lifted on the agency's page."),
}


def members_named(codes_of_limited: Iterable[str]) -> frozenset[str]:
    """The members that may stand beside "Official" in a list with these limited people.

    `codes_of_limited` has one member code for each person of the list who is shown as
    "Official"; fewer than three of a member could be told apart.
    """
    counted = Counter(codes_of_limited)
    return frozenset(code for code, count in counted.items() if count >= FEWEST_NAMED)
