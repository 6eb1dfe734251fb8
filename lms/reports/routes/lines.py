"""The tables of the report in words: numbers as they are written, and where they lead.

A page has hundreds of numbers. What they share is worked out once: the sentence behind them
for a page, words and address for a row, the way a number is written for a language.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from babel.numbers import format_decimal
from flask import url_for
from flask_babel import get_locale, gettext
from markupsafe import Markup, escape

from lms.reports.queries.completion import Shown
from lms.reports.rules.measures import MEASURE_NAMES, Measure

_ANY_MEASURE = "measure_name"
"""Stands in the address of a row's lists where the measure will."""
_NOTHING = Markup()


class Number(NamedTuple):
    """A number of a table.

    `written` is None where it is not shown. `url` leads to the people behind it and is empty
    where nobody goes there; `about` says of the link what it leads to.
    """

    written: str | None
    url: str = ""
    about: Markup = _NOTHING


class Line(NamedTuple):
    """A row of a table; a middle value is None where there is none."""

    label: str
    numbers: Sequence[Number]
    middles: Sequence[str | None] = ()


class Lines(NamedTuple):
    """The rows of both tables, of persons and of participations."""

    persons: Sequence[Line]
    participations: Sequence[Line]


def lines_of(
    rows: Sequence[Shown],
    measures: Sequence[Measure],
    arguments: Callable[[Shown], Mapping[str, Any]] | None,
) -> Lines:
    """The rows in the language in force.

    `arguments` are those of the address of the lists behind a row's numbers; None where the
    numbers lead nowhere.
    """
    locale = str(get_locale())
    sentence = gettext("%(what)s, %(row)s: the list")
    names = [str(escape(gettext(MEASURE_NAMES[measure]))) for measure in measures]
    persons: list[Line] = []
    participations: list[Line] = []
    for row in rows:
        label = gettext(row.label)
        links = None
        if arguments is not None:
            before, _, after = url_for(
                "reports.named", measure_name=_ANY_MEASURE, **arguments(row)
            ).partition(_ANY_MEASURE)
            told = str(escape(label))
            links = [
                # Both values are escaped, and the sentence is from our catalogue.
                (f"{before}{measure.value}{after}", Markup(sentence % {"what": name, "row": told}))  # noqa: S704
                for measure, name in zip(measures, names, strict=True)
            ]
        middles = [
            None if value is None else _written(value, locale)
            for value in (row.days, row.before, row.after)
        ]
        persons.append(Line(label, _numbers(row.persons, measures, links, locale)))
        numbers = _numbers(row.participations, measures, links, locale)
        participations.append(Line(label, numbers, middles))
    return Lines(persons, participations)


def _numbers(
    counts: Mapping[Measure, int | None],
    measures: Sequence[Measure],
    links: Sequence[tuple[str, Markup]] | None,
    locale: str,
) -> list[Number]:
    found: list[Number] = []
    for place, measure in enumerate(measures):
        count = counts[measure]
        if count is None:
            found.append(Number(None))
        elif count and links is not None:
            found.append(Number(_written(count, locale), *links[place]))
        else:
            found.append(Number(_written(count, locale)))
    return found


@functools.lru_cache(maxsize=4096)
def _written(number: float, locale: str) -> str:
    return format_decimal(number, locale=locale)
