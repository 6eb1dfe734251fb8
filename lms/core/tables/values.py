"""The value: columns, rows, and what a reader must know about them."""

from __future__ import annotations

import datetime
import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from lms.core.text import N_


class Kind(enum.StrEnum):
    """What a column holds; decides how cells are typed and set. `moment` is in UTC."""

    TEXT = "text"
    NUMBER = "number"
    DAY = "day"
    MOMENT = "moment"
    YES_NO = "yes_no"


class Audience(enum.StrEnum):
    """For whom a table was made (DESIGN 9): what is exact and what is protected."""

    NAMED = "named"
    MEMBERS = "members"
    PUBLIC = "public"


class Hidden(enum.Enum):
    """A number that is there and not shown; the same for first and second suppression."""

    HIDDEN = "hidden"


HIDDEN = Hidden.HIDDEN

Cell = str | int | float | Decimal | bool | datetime.date | datetime.datetime | Hidden | None
Row = Sequence[Cell]


@dataclass(frozen=True, slots=True)
class Column:
    """A heading, in the language of the reader, and what stands below it."""

    label: str
    kind: Kind = Kind.TEXT


@dataclass(frozen=True, slots=True)
class Words:
    """The fixed words of an output; translated by who makes it for a reader."""

    title: str = N_("Title")
    definition: str = N_("What is counted")
    filters: str = N_("Narrowed to")
    nothing: str = N_("Everything")
    as_of: str = N_("As of")
    audience: str = N_("Made for")
    done: str = N_("What was done to protect people")
    data: str = N_("Data")
    about: str = N_("About")
    hidden: str = N_("not shown")
    yes: str = N_("yes")
    no: str = N_("no")
    named: str = N_("People who may open the list behind each number: exact")
    members: str = N_("All members: small numbers of persons are protected")
    public: str = N_("Everybody: small numbers of persons are protected")

    def of_audience(self, audience: Audience) -> str:
        """The audience in words."""
        return {
            Audience.NAMED: self.named,
            Audience.MEMBERS: self.members,
            Audience.PUBLIC: self.public,
        }[audience]


ENGLISH = Words()


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table and what a reader must know about it.

    `rows` may be read once only, when it is large; each row has a cell for every column.
    `definition` says what a row and a number mean (persons or participations).
    `filters` are pairs of words. `as_of` is the moment the facts are taken at, in UTC.
    `done` says what suppression did; empty when nothing was done.
    """

    title: str
    definition: str
    columns: Sequence[Column]
    rows: Iterable[Row]
    as_of: datetime.datetime
    audience: Audience
    filters: Sequence[tuple[str, str]] = ()
    done: str = ""
    words: Words = ENGLISH

    def about(self) -> list[tuple[str, str]]:
        """What every output says, as pairs of words."""
        words = self.words
        taken = "; ".join(f"{name}: {value}" for name, value in self.filters)
        pairs = [
            (words.title, self.title),
            (words.definition, self.definition),
            (words.filters, taken or words.nothing),
            (words.as_of, moment_text(self.as_of)),
            (words.audience, words.of_audience(self.audience)),
        ]
        return [*pairs, (words.done, self.done)] if self.done else pairs

    def labels(self) -> list[str]:
        """The headings; a moment says that it is in UTC."""
        return [
            f"{column.label} (UTC)" if column.kind is Kind.MOMENT else column.label
            for column in self.columns
        ]

    def checked_rows(self) -> Iterable[Row]:
        """The rows. Raises ValueError at the first that is longer or shorter than the head."""
        for row in self.rows:
            if len(row) != len(self.columns):
                raise ValueError(f"A row has {len(row)} cells, not {len(self.columns)}.")
            yield row


def moment_text(moment: datetime.datetime) -> str:
    """A moment as machines and people read it: 2026-11-22 07:05 UTC."""
    return f"{moment.astimezone(datetime.UTC):%Y-%m-%d %H:%M} UTC"
