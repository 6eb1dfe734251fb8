"""The columns of a file of people: their names in the spellings that occur, and where they are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lms.core.errors import BadInputError
from lms.core.tables.safety import inert
from lms.core.text import N_, fold
from lms.people.rules.spreadsheets.tables import Row


@dataclass(frozen=True, slots=True)
class Field:
    """A column we read. `name` heads it in exports and in the template file.

    `also` are other spellings, folded; of two columns for one field the one that stands
    earlier in it is read. `note` says what belongs in it.
    """

    name: str
    label: str
    note: str
    also: tuple[str, ...] = ()


FIELDS: tuple[Field, ...] = (
    Field(
        "email", N_("E-mail"),
        N_("The person's own official address. It must be there."),
        ("e mail", "email address", "e mail address", "mail", "official email", "work email",
         "mail address", "correo", "courriel", "surel"),
    ),
    Field(
        "name", N_("Name"),
        N_(
            "The whole name in one cell, as the person writes it in Latin letters. "
            "It must be there."
        ),
        ("full name", "name of official", "official name", "participant name",
         "name of participant", "names", "nama", "nama lengkap", "nom complet",
         "nombre completo", "official", "participant"),
    ),
    Field(
        "own_script_name", N_("Name in own script"),
        N_("The same name in the person's own script, if it has another."),
        ("own script name", "name in own script", "name in own language", "native name",
         "local name", "name in local script", "name in local language", "name in native script"),
    ),
    Field(
        "own_script_language", N_("Language of that name"),
        N_("The language of the name in own script, such as Khmer or km."),
        ("own script language", "language of own script name", "language of name"),
    ),
    Field(
        "list_name", N_("Name for lists"),
        N_("The name in the order lists sort it by, where that differs."),
        ("list name", "name for lists", "sort name", "sorting name"),
    ),
    Field(
        "member", N_("Member"),
        N_("The member's name or code. May be left out by focal points."),
        ("member state", "country", "state", "country territory", "country or territory",
         "economy", "delegation", "jurisdiction", "territory", "member name", "member code",
         "sending member", "negara", "pays"),
    ),
    Field(
        "agency", N_("Agency"),
        N_("The agency's name as it stands in the list of agencies."),
        ("organisation", "organization", "ministry", "department", "institution", "agency name",
         "home agency", "office", "body", "employer", "ministry agency", "agency ministry",
         "ministry department", "instansi"),
    ),
    Field(
        "post", N_("Post"),
        N_("Post, rank or title in the service."),
        ("position", "job title", "designation", "post title", "rank", "function",
         "position title", "rank position", "position rank", "jabatan", "title"),
    ),
    Field(
        "sector", N_("Sector"),
        N_("Government, international organisation, business, civil society or academia."),
        ("sector of work",),
    ),
    Field(
        "sex", N_("Sex"),
        N_("Woman, man, another, or empty. Asked for counts only."),
        ("gender", "sex gender", "gender sex", "m f", "f m", "jenis kelamin"),
    ),
    Field(
        "languages", N_("Languages"),
        N_("Languages the person works in, with semicolons between: Khmer; English."),
        ("language", "working languages", "languages spoken", "spoken languages"),
    ),
    Field(
        "time_zone", N_("Time zone"),
        N_("Such as Asia/Phnom_Penh."),
        ("timezone", "tz"),
    ),
    Field(
        "interface_language", N_("Language of pages and mails"),
        N_("Such as English or en."),
        ("language of interface", "language of pages and mails", "preferred language",
         "mail language", "correspondence language"),
    ),
    Field(
        "limited_listing", N_("Limited listing"),
        N_("Yes, if the person must not be listed. An import never lifts it."),
        ("limited", "limited list", "protected listing", "do not list"),
    ),
)  # fmt: skip
"""All columns, in the order of exports and of the template file."""

FIELD_NAMES: tuple[str, ...] = tuple(field.name for field in FIELDS)
LABELS: dict[str, str] = {field.name: field.label for field in FIELDS}

REQUIRED = ("email", "name")

LOOKED_THROUGH = 20
"""Rows among which the row of column names must be; titles and logos may stand above it."""

_SPLIT_NAMES = frozenset(
    {"first name", "last name", "family name", "given name", "given names", "surname", "forename"}
)
_PUNCTUATION = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the columns are: the number of their row, field to index, and those not read."""

    number: int
    places: dict[str, int]
    ignored: tuple[str, ...]

    def cells(self, row: Row) -> dict[str, str]:
        """What a row says under the known columns; empty cells are left out."""
        found = {
            name: row.cells[place]
            for name, place in self.places.items()
            if place < len(row.cells) and row.cells[place]
        }
        return {name: _without_guard(value) for name, value in found.items()}


def find_layout(rows: Sequence[Row]) -> Layout:
    """Find the row of column names. Raises BadInputError, naming the columns that are missing."""
    candidates = [_layout_of(row) for row in rows[:LOOKED_THROUGH]]
    best = max(candidates, key=lambda layout: (_found(layout), -layout.number))
    missing = [name for name in REQUIRED if name not in best.places]
    if not missing:
        return best
    folded = {folded_header(header) for header in best.ignored}
    if missing == ["name"] and folded & _SPLIT_NAMES:
        raise BadInputError(
            N_(
                "Names stand in several columns here. Put each whole name into one column "
                "called “name”, in the order the person writes it."
            ),
            field="file",
        )
    if len(missing) == len(REQUIRED):
        raise BadInputError(
            N_(
                "There is no row of column names with “email” and “name” among the first "
                "%(rows)s rows. Write the names of the columns above the people."
            ),
            field="file",
            rows=LOOKED_THROUGH,
        )
    raise BadInputError(
        N_("There is no column “%(column)s” in row %(row)s. Add it, or rename the one that is it."),
        field="file",
        column=missing[0],
        row=best.number,
    )


def folded_header(header: str) -> str:
    """A column name for comparing: folded, without punctuation and notes in brackets."""
    return _PUNCTUATION.sub(" ", fold(header.split("(")[0])).strip()


def _rank_of_spellings() -> dict[str, tuple[str, int]]:
    found: dict[str, tuple[str, int]] = {}
    for field in FIELDS:
        own = [field.name.replace("_", " "), folded_header(field.label)]
        for rank, spelling in enumerate(dict.fromkeys([*own, *field.also])):
            found.setdefault(spelling, (field.name, rank))
    return found


_SPELLINGS = _rank_of_spellings()


def _layout_of(row: Row) -> Layout:
    taken: dict[str, tuple[int, int]] = {}
    for place, header in enumerate(row.cells):
        name, rank = _SPELLINGS.get(folded_header(header), ("", 0))
        if name and (name not in taken or rank < taken[name][0]):
            taken[name] = (rank, place)
    places = {name: place for name, (_rank, place) in taken.items()}
    return Layout(row.number, places, _others(row.cells, places.values()))


def _others(headers: Sequence[str], used: Iterable[int]) -> tuple[str, ...]:
    known = set(used)
    return tuple(
        header[:80] for place, header in enumerate(headers) if header and place not in known
    )


def _found(layout: Layout) -> tuple[int, int]:
    return sum(name in layout.places for name in REQUIRED), len(layout.places)


def _without_guard(value: str) -> str:
    """Without the apostrophe that exports put before a cell that would read as a formula."""
    return value[1:] if value.startswith("'") and inert(value[1:]) == value else value
