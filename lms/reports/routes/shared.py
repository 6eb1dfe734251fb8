"""What the views of reports share: what an address asks for, and the words of choices."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from flask import request
from flask_babel import format_date, gettext

from lms.core.errors import BadInputError
from lms.core.request import actor, now, session, settings
from lms.core.sealing import derive_key
from lms.courses.routes import page_language
from lms.reports.queries.choices import Choices, list_agencies_of, subregion_name
from lms.reports.queries.completion import Report, read_report
from lms.reports.queries.counting import EVERYTHING
from lms.reports.queries.statements import Group
from lms.reports.rules.asked import AUDIENCE_NAMES, Asked, read
from lms.reports.rules.measures import BY_NAMES, By
from lms.reports.rules.periods import OFFICE_PLACE, Period, PeriodKind, usual
from lms.reports.rules.rounding import ROUNDING_KEY

Options = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Refused:
    """Why an address could not be read, and beside which field that belongs."""

    sentence: str
    field: str


def secret() -> bytes:
    """What random rounding draws from."""
    return derive_key(settings().secret_key, ROUNDING_KEY)


def asked_here(own: bool = False) -> tuple[Asked, Refused | None]:
    """What the address asks for; where it cannot be read, the usual report and why."""
    given = {name: value for name, value in request.args.items() if value}
    first, last = given.pop("first", ""), given.pop("last", "")
    if given.get("period") == PeriodKind.OWN and first and last:
        given["period"] = f"{first}..{last}"
    if own:
        given.pop("audience", None)
    try:
        return read(given, now()), None
    except BadInputError as error:
        return Asked(), Refused(gettext(error.sentence, **error.values), error.field or "")


def read_here(
    asked: Asked, *, groups: frozenset[Group] = EVERYTHING, choices: Choices | None = None
) -> Report:
    """The report, in the language of the page."""
    return read_report(
        session(),
        actor(),
        asked,
        now=now(),
        language=page_language(),
        secret=secret(),
        groups=groups,
        choices=choices,
    )


def again(report: Report, by: By, *groups: Group) -> Report:
    """The same report by something else, only some groups of measures, for a chart."""
    asked = dataclasses.replace(report.asked, by=by)
    return read_here(asked, groups=frozenset(groups), choices=report.choices)


def period_words(period: Period) -> str:
    """The period as people read it."""
    if period.first is None or period.last is None:
        return gettext("All time")
    if period.kind is PeriodKind.MONTH:
        return str(format_date(period.first, "MMMM y", rebase=False))
    if period.kind in (PeriodKind.QUARTER, PeriodKind.HALF):
        words = (
            gettext("Quarter %(number)s of %(year)s")
            if period.kind is PeriodKind.QUARTER
            else gettext("Half-year %(number)s of %(year)s")
        )
        return words % {"number": period.key[-1], "year": period.key[:4]}
    if period.kind is PeriodKind.YEAR:
        return period.key
    return gettext(
        "%(first)s to %(last)s",
        first=format_date(period.first, "d MMMM y", rebase=False),
        last=format_date(period.last, "d MMMM y", rebase=False),
    )


def place_words() -> str:
    """Whose days are counted."""
    return gettext(OFFICE_PLACE)


def period_options(asked: Asked) -> Options:
    """Periods to choose from; one of one's own stands among them when it is chosen."""
    found = [("", gettext("All time"))]
    found += [(period.key, period_words(period)) for period in usual(now())]
    if asked.period.key and asked.period.key not in dict(found):
        found.append((asked.period.key, period_words(asked.period)))
    return [*found, (PeriodKind.OWN.value, gettext("From a day to a day"))]


def by_options(without: frozenset[By] = frozenset()) -> Options:
    return [(by.value, gettext(name)) for by, name in BY_NAMES.items() if by not in without]


def audience_options() -> Options:
    return [
        ("" if audience.value == "named" else audience.value, gettext(name))
        for audience, name in AUDIENCE_NAMES.items()
    ]


def narrowing_options(asked: Asked, choices: Choices) -> dict[str, Options]:
    """What the report can be narrowed to, by the name of the field."""
    agencies = list_agencies_of(session(), asked.member) if asked.member else {}
    return {
        "subregion": [
            ("", gettext("All sub-regions")),
            *[(key, gettext(subregion_name(key))) for key in choices.subregions],
        ],
        "member": [("", gettext("All members")), *choices.members.items()],
        "agency": [
            ("", gettext("All agencies")),
            *[(str(agency_id), name) for agency_id, name in agencies.items()],
        ]
        if agencies
        else [],
        "course": [("", gettext("All courses")), *choices.courses.items()],
        "path": [("", gettext("All paths")), *choices.paths.items()] if choices.paths else [],
    }
