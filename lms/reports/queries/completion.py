"""The completion report as a page, a file and a command show it: rows with names, numbers shown.

Exact for the named audience; for the others random rounding, no middle values on fewer
than ten, and nothing that leads to a list of names.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from lms.core.actor import Actor
from lms.core.database import Session
from lms.core.tables.values import ENGLISH, Audience, Cell, Column, Kind, Row, Table, Words
from lms.core.text import N_, fold
from lms.people.models.members import MemberKind
from lms.reports.queries.choices import (
    Choices,
    agencies_named,
    check,
    read_choices,
    read_tests,
    subregion_name,
)
from lms.reports.queries.counting import EVERYTHING, Counts, count_all
from lms.reports.queries.statements import Group
from lms.reports.rules.asked import Asked
from lms.reports.rules.measures import (
    BY_NAMES,
    DEFINITIONS,
    MEASURE_NAMES,
    STANDING,
    TITLES,
    By,
    Line,
    Measure,
    middle,
)
from lms.reports.rules.periods import OFFICE_PLACE, parts
from lms.reports.rules.rounding import FEWEST_FOR_MEANS, People, rounded

Translate = Callable[..., str]
"""gettext of the reader's language; the identity gives English."""

ROUNDED = N_(
    "Every count is rounded at random to a multiple of 5, the same people always alike; totals "
    "are rounded by themselves. Middle values on fewer than 10 participations are left out."
)


def english(sentence: str, **values: object) -> str:
    """The sentence as it is, with its values: for commands and tests."""
    return sentence % values if values else sentence


@dataclass(frozen=True, slots=True)
class Shown:
    """One row as it is shown. `key` leads to the row's own report; `group` is its sub-region."""

    key: str
    label: str
    group: str
    persons: dict[Measure, int | None]
    participations: dict[Measure, int | None]
    days: float | None
    before: float | None
    after: float | None


@dataclass(frozen=True)
class Report:
    """A report with names: rows in order, the total, and what it was asked."""

    asked: Asked
    as_of: datetime.datetime
    choices: Choices
    rows: Sequence[Shown]
    total: Shown
    counted: Mapping[str, Line]

    def shown_measures(self) -> list[Measure]:
        """The measures that the rows of this report have."""
        without = set(STANDING) if self.asked.by is By.PERIOD else set()
        if self.asked.by is By.PATH:
            without = {Measure.STALLED}
        return [measure for measure in Measure if measure not in without]


def read_report(
    session: Session,
    actor: Actor,
    asked: Asked,
    *,
    now: datetime.datetime,
    language: str,
    secret: bytes,
    groups: frozenset[Group] = EVERYTHING,
    choices: Choices | None = None,
) -> Report:
    """Count and name everything. Raises RefusedError and BadInputError.

    The moment of the report is `asked.as_of`, or now. `secret` is what rounding draws from.
    """
    choices = choices or read_choices(session, language)
    check(asked, choices)
    courses = choices.courses_by_path.get(asked.path) if asked.path else None
    tests = read_tests(session, choices) if Group.GAIN in groups else []
    counts = count_all(session, actor, asked, tests, courses, now=now, groups=groups)
    shown = _exact if asked.audience is Audience.NAMED else _rounding(secret)
    names = _names(session, asked, choices, counts, now)
    rows = [shown(key, label, group, counts.lines.get(key, Line())) for key, label, group in names]
    if asked.audience is not Audience.NAMED and asked.by not in (By.MEMBER, By.SUBREGION):
        rows = [row for row in rows if any(row.participations.values())]
    total = shown("", N_("Total"), "", counts.total)
    return Report(asked, asked.as_of or now, choices, rows, total, counts.lines)


def marks_by_subregion(report: Report) -> list[tuple[str, float | None, float | None]]:
    """The sub-regions of a report by member with their middle marks at first and last test.

    Added up from the lines of the members: a participation has one member, so that its marks
    stand in one line. Persons may stand in several, and could not be added up so.
    """
    together: dict[str, Line] = defaultdict(Line)
    for code, line in report.counted.items():
        region = together[report.choices.subregion_by_member[code]]
        region.before.update(line.before)
        region.after.update(line.after)
    is_exact = report.asked.audience is Audience.NAMED
    middle_of = middle if is_exact else _middle_of_many
    return [
        (key, middle_of(together[key].before), middle_of(together[key].after))
        for key in report.choices.subregions
        if key in together
    ]


def as_table(report: Report, translate: Translate = english, words: Words = ENGLISH) -> Table:
    """The report for a file: persons and participations of each measure, and the middle values."""
    measures = report.shown_measures()
    columns = [Column(translate(BY_NAMES[report.asked.by]))]
    for measure in measures:
        name = translate(MEASURE_NAMES[measure])
        columns += [
            Column(translate("%(name)s, persons", name=name), Kind.NUMBER),
            Column(translate("%(name)s, participations", name=name), Kind.NUMBER),
        ]
    columns += [
        Column(translate(N_("Days to complete, middle")), Kind.NUMBER),
        Column(translate(N_("First test, middle mark")), Kind.NUMBER),
        Column(translate(N_("Last test, middle mark")), Kind.NUMBER),
    ]
    shown = [*report.rows, report.total]
    return Table(
        title=translate(TITLES[report.asked.by]),
        definition=" ".join(translate(sentence) for sentence in definitions(report)),
        columns=columns,
        rows=[_cells(row, measures, translate) for row in shown],
        as_of=report.as_of,
        audience=report.asked.audience,
        filters=filters(report, translate),
        done=translate(ROUNDED) if report.asked.audience is not Audience.NAMED else "",
        words=words,
    )


def as_paper(report: Report, translate: Translate = english, words: Words = ENGLISH) -> Table:
    """The report for a sheet of paper: persons and participations together in one column."""
    measures = report.shown_measures()
    table = as_table(report, translate, words)
    names = [
        translate(N_("%(name)s, persons / participations"), name=translate(MEASURE_NAMES[measure]))
        for measure in measures
    ]
    rows: list[Row] = []
    for row in [*report.rows, report.total]:
        if not any(row.participations.values()) and row is not report.total:
            continue
        pairs = [f"{row.persons[each]} / {row.participations[each]}" for each in measures]
        rows.append([translate(row.label), *pairs, row.days, row.before, row.after])
    columns = [table.columns[0], *map(Column, names), *table.columns[-3:]]
    return dataclasses.replace(table, columns=columns, rows=rows)


def definitions(report: Report) -> list[str]:
    """The sentences that belong beside the numbers of this report."""
    keys = ["persons", "participations", *report.shown_measures(), "days"]
    if report.asked.by is not By.PATH:
        keys.append("gain")
    return [DEFINITIONS[key] for key in [*keys, "rows"]]


def filters(report: Report, translate: Translate = english) -> list[tuple[str, str]]:
    """What the report is narrowed to, in pairs of words; the period with its time zone."""
    asked, choices = report.asked, report.choices
    pairs: list[tuple[str, str]] = []
    if asked.period.first is not None and asked.period.last is not None:
        said = translate(
            N_("%(first)s to %(last)s, days of %(place)s"),
            first=asked.period.first.isoformat(),
            last=asked.period.last.isoformat(),
            place=translate(OFFICE_PLACE),
        )
        pairs.append((translate(N_("Period")), said))
    named = (
        (N_("Member"), choices.members.get(asked.member, "")),
        (N_("Sub-region"), translate(subregion_name(asked.subregion)) if asked.subregion else ""),
        (N_("Course"), choices.courses.get(asked.course, "")),
        (N_("Path"), choices.paths.get(asked.path, "")),
    )
    pairs += [(translate(name), value) for name, value in named if value]
    if asked.agency_id is not None:
        pairs.append((translate(N_("Agency")), str(asked.agency_id)))
    if asked.own is not None:
        pairs.append((translate(N_("Limited to")), translate(N_("own member"))))
    return pairs


def _cells(row: Shown, measures: Sequence[Measure], translate: Translate) -> Row:
    cells: list[Cell] = [translate(row.label)]
    for measure in measures:
        cells += [row.persons.get(measure), row.participations.get(measure)]
    return [*cells, row.days, row.before, row.after]


def _names(
    session: Session, asked: Asked, choices: Choices, counts: Counts, now: datetime.datetime
) -> list[tuple[str, str, str]]:
    """(key, name, sub-region) of every row, in the order they stand.

    Governments stand even with nobody, unless the report is narrowed; whoever has numbers
    stands always.
    """
    lines = counts.lines
    match asked.by:
        case By.MEMBER:
            is_narrow = bool(asked.member or asked.subregion or asked.own)
            return [
                (code, name, choices.subregion_by_member[code])
                for code, name in choices.members.items()
                if code in lines or (choices.kinds[code] is MemberKind.GOVERNMENT and not is_narrow)
            ]
        case By.SUBREGION:
            return [(key, name, key) for key, name in choices.subregions.items() if key in lines]
        case By.COURSE:
            named = {**{key: key for key in sorted(lines)}, **choices.courses}
            return [(key, named[key], "") for key in named if key in lines]
        case By.PATH:
            named = {**{key: key for key in sorted(lines)}, **choices.paths}
            return [(key, named[key], "") for key in named if key in lines]
        case By.PERIOD:
            moment = asked.as_of or now
            return [(part.key, part.key, "") for part in parts(asked.period, moment)]
        case By.AGENCY:
            agencies = agencies_named(session, {int(key) for key in lines if key})
            rows = [
                (str(agency_id), f"{name} ({choices.members[code]})", code)
                for agency_id, (code, name) in agencies.items()
            ]
            rows.sort(key=lambda row: (fold(choices.members[row[2]]), fold(row[1])))
            return [*rows, *([("", N_("No agency"), "")] if "" in lines else [])]


def _exact(key: str, label: str, group: str, line: Line) -> Shown:
    return Shown(
        key,
        label,
        group,
        {measure: line.persons.get(measure, 0) for measure in Measure},
        {measure: line.participations.get(measure, 0) for measure in Measure},
        middle(line.days),
        middle(line.before),
        middle(line.after),
    )


def _rounding(secret: bytes) -> Callable[[str, str, str, Line], Shown]:
    def shown(key: str, label: str, group: str, line: Line) -> Shown:
        persons: dict[Measure, int | None] = {}
        participations: dict[Measure, int | None] = {}
        for measure in Measure:
            count = line.persons.get(measure, 0)
            people = People(count, *line.sums.get(measure, (0, 0)))
            persons[measure] = rounded(count, people, secret=secret)
            participations[measure] = rounded(
                line.participations.get(measure, 0), people, secret=secret
            )
        return Shown(
            key,
            label,
            group,
            persons,
            participations,
            _middle_of_many(line.days),
            _middle_of_many(line.before),
            _middle_of_many(line.after),
        )

    return shown


def _middle_of_many(values: Counter[int]) -> float | None:
    return middle(values) if values.total() >= FEWEST_FOR_MEANS else None
