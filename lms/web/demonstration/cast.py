"""The people of the demonstration, as two lists have them, and their one password."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from lms.access.roles import ROLE_NAMES, Role
from lms.people.models.members import AgencyType

PASSWORD = "seven baskets cross the river"  # noqa: S105 - published, for the demonstration only
COURSE = "victim-identification"
"""The course of the one trainer."""

_FILE = Path(__file__).with_name("people.csv")
_COHORT = Path(__file__).with_name("cohort.csv")


@dataclass(frozen=True, slots=True)
class Player:
    """One invented person. `cells` are the columns an import of people reads."""

    number: int
    cells: dict[str, str]
    agency_type: AgencyType
    is_active: bool
    role: Role

    @property
    def email(self) -> str:
        return self.cells["email"]

    @property
    def role_name(self) -> str:
        """The English word for what they may do here."""
        return ROLE_NAMES[self.role]


@cache
def players() -> tuple[Player, ...]:
    """Everybody that the first start loads, in the order of the file."""
    return _read(_FILE)


@cache
def cohort() -> tuple[Player, ...]:
    """The first cohort of learners (`lms demo cohort`), in the order of its file."""
    return _read(_COHORT)


def accounts() -> tuple[Player, ...]:
    """Who can sign in: those with a role over others first, then officials."""
    active = [player for player in players() if player.is_active]
    return tuple(sorted(active, key=lambda player: _ORDER.index(player.role)))


def shown() -> tuple[Player, ...]:
    """One account for each role, for the sign-in page and the terminal."""
    first: dict[Role, Player] = {}
    for player in accounts():
        first.setdefault(player.role, player)
    return tuple(first.values())


_ORDER = (
    Role.SECRETARIAT,
    Role.ADMINISTRATOR,
    Role.TRAINER,
    Role.REPORTING_OFFICER,
    Role.FOCAL_POINT,
    Role.OFFICIAL,
)


def _read(path: Path) -> tuple[Player, ...]:
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(_player(number, row) for number, row in enumerate(csv.DictReader(file), 2))


def _player(number: int, row: dict[str, str]) -> Player:
    role = Role(row.pop("role") or Role.OFFICIAL)
    is_active = row.pop("state") == "active"
    agency_type = AgencyType(row.pop("agency_type"))
    cells = {name: cell for name, cell in row.items() if cell}
    return Player(number, cells, agency_type, is_active, role)
