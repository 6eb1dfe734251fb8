"""The completion report: page and small files."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lms.access.permissions import Permission
from lms.access.policies import policy
from lms.access.rules import may
from lms.core.downloads import table_answer, words_here
from lms.core.errors import BadInputError, NotPossibleError
from lms.core.request import actor, now, session
from lms.core.tables.files import MOST_AT_ONCE, FileForm
from lms.core.tables.values import Audience
from lms.core.text import N_
from lms.courses.routes import page_language
from lms.people.models.members import MemberKind
from lms.reports.queries.choices import subregion_name
from lms.reports.queries.completion import (
    ROUNDED,
    Report,
    Shown,
    as_table,
    definitions,
    marks_by_subregion,
)
from lms.reports.queries.statements import Group
from lms.reports.routes.blueprint import blueprint
from lms.reports.routes.lines import lines_of
from lms.reports.routes.shared import (
    Refused,
    again,
    asked_here,
    audience_options,
    by_options,
    narrowing_options,
    period_options,
    period_words,
    place_words,
    read_here,
)
from lms.reports.rules.asked import Asked
from lms.reports.rules.measures import MEASURE_NAMES, TITLES, By, Measure
from lms.reports.services.exports import PDF, ask_export


@blueprint.get("/reports/completion")
@policy(Permission.REPORT_COUNT)
def completion() -> str | tuple[str, int]:
    """Completion by whatever a row is, narrowed and as of when the address says."""
    asked, refused = asked_here()
    return page(asked, refused, endpoint="reports.completion")


@blueprint.get("/reports/completion.csv")
@policy(Permission.REPORT_COUNT)
def completion_csv() -> Response:
    """The same numbers as CSV."""
    return file(asked_or_raise(), FileForm.CSV)


@blueprint.get("/reports/completion.xlsx")
@policy(Permission.REPORT_COUNT)
def completion_xlsx() -> Response:
    """The same numbers as a workbook."""
    return file(asked_or_raise(), FileForm.XLSX)


@blueprint.post("/reports/completion/files/<string:form_name>")
@policy(Permission.REPORT_COUNT)
def completion_file(form_name: str) -> Response:
    """Have the worker make the file."""
    return ask_file(asked_or_raise(), form_name, own=False)


def asked_or_raise(*, own: bool = False) -> Asked:
    """What the address asks for. Raises BadInputError, where there is no page to show it on."""
    asked, refused = asked_here(own)
    if refused is not None:
        raise BadInputError(refused.sentence)
    return asked


def page(asked: Asked, refused: Refused | None, *, endpoint: str) -> str | tuple[str, int]:
    """The page of a report; with 400 and the usual report where the address cannot be read."""
    try:
        report = read_here(asked)
    except BadInputError as error:
        refused = Refused(gettext(error.sentence, **error.values), error.field or "")
        asked = Asked(own=asked.own)
        report = read_here(asked)
    is_own = asked.own is not None
    measures = report.shown_measures()
    arguments = asked.arguments()
    shown_rows = [row for row in report.rows if any(row.participations.values())]
    is_exact = asked.audience is Audience.NAMED
    may_name = may(actor(), Permission.REPORT_NAMES) and is_exact and not is_own

    def behind(row: Shown) -> dict[str, Any]:
        return {**arguments, **row_arguments(asked, row)}

    rendered = render_template(
        "reports/completion.html",
        report=report,
        asked=asked,
        refused=refused,
        endpoint=endpoint,
        is_own=is_own,
        title=TITLES[asked.by],
        period_words=period_words(asked.period),
        place=place_words(),
        measures=measures,
        measure_names=MEASURE_NAMES,
        definitions=definitions(report),
        rounded="" if is_exact else ROUNDED,
        narrowed=narrowed_words(report),
        options=narrowing_options(asked, report.choices),
        by=by_options(frozenset({By.MEMBER, By.SUBREGION}) if is_own else frozenset()),
        periods=period_options(asked),
        audiences=[] if is_own else audience_options(),
        arguments=arguments,
        lines=lines_of(shown_rows, measures, behind if may_name else None),
        words=words_here(),
        **charts(report),
    )
    return (rendered, 400) if refused is not None else rendered


def charts(report: Report) -> dict[str, Any]:
    """What stands above the table: tiles of members, bars of courses, slopes of first and last."""
    asked = report.asked
    tiles: list[tuple[str, int | None]] = []
    if asked.by is By.MEMBER and asked.own is None:
        kinds = report.choices.kinds
        tiles = [
            (row.label, row.persons[Measure.COMPLETED])
            for row in report.rows
            if kinds.get(row.key) is MemberKind.GOVERNMENT
        ]
    bars: list[tuple[str, int]] = []
    if asked.by is not By.PATH:
        by_course = report if asked.by is By.COURSE else again(report, By.COURSE, Group.COMPLETED)
        bars = sorted(
            ((row.label, row.participations[Measure.COMPLETED] or 0) for row in by_course.rows),
            key=lambda pair: -pair[1],
        )[:12]
    slopes: list[tuple[str, int, int, int]] = []
    if asked.by is not By.PATH and asked.own is None:
        if asked.by is By.MEMBER:
            marks = marks_by_subregion(report)
        else:
            is_region = asked.by is By.SUBREGION
            regions = report if is_region else again(report, By.SUBREGION, Group.GAIN)
            marks = [(row.key, row.before, row.after) for row in regions.rows]
        both = [
            (gettext(subregion_name(key)), round(before), round(after))
            for key, before, after in marks
            if before is not None and after is not None
        ]
        told = _gained_most(both)
        slopes = [(*each, 1 if each == told else 0) for each in both]
    ends = [mark for _, before, after, _ in slopes for mark in (before, after)]
    with_some = sum(1 for _name, number in tiles if number)
    return {
        "tiles": tiles,
        "with_some": with_some,
        "bars": bars if any(number for _, number in bars) else [],
        "slopes": slopes,
        "told": next((each for each in slopes if each[3] == 1), None),
        "lowest": min(ends, default=0),
        "highest": max(ends, default=100),
    }


def _gained_most(both: list[tuple[str, int, int]]) -> tuple[str, int, int] | None:
    """The one whose marks rose most; nobody where two rose alike, or there is nobody else."""
    most = max((after - before for _name, before, after in both), default=0)
    found = [each for each in both if each[2] - each[1] == most]
    return found[0] if len(found) == 1 < len(both) and most > 0 else None


def row_arguments(asked: Asked, row: Shown) -> dict[str, str]:
    """What narrows the report to one of its rows."""
    names = {By.SUBREGION: "subregion", By.AGENCY: "agency"}
    return {names.get(asked.by, asked.by.value): row.key}


def narrowed_words(report: Report) -> list[str]:
    """What the report is narrowed to, in words."""
    asked, choices = report.asked, report.choices
    found = [
        choices.members.get(asked.member, ""),
        gettext(subregion_name(asked.subregion)) if asked.subregion else "",
        choices.courses.get(asked.course, ""),
        choices.paths.get(asked.path, ""),
    ]
    if asked.agency_id is not None:
        options = dict(narrowing_options(asked, choices)["agency"])
        found.append(options.get(str(asked.agency_id), gettext("one agency")))
    return [words for words in found if words]


def file(asked: Asked, form: FileForm) -> Response:
    """The report as a small file; NotPossibleError where it is too long for one."""
    table = as_table(read_here(asked), gettext)
    if len(list(table.rows)) > MOST_AT_ONCE:
        raise NotPossibleError(
            N_("This report has more than %(most)s rows. Narrow it first."), most=MOST_AT_ONCE
        )
    return table_answer(table, form, f"completion-by-{asked.by.value}")


def ask_file(asked: Asked, form_name: str, *, own: bool) -> Response:
    """Have the worker make the file, and go to the page that says how it is getting on."""
    if form_name not in {*FileForm, PDF}:
        raise BadInputError(N_("Choose the form of the file from the list."))
    job = ask_export(
        session(), actor(), asked, form_name, language=page_language(), own=own, now=now()
    )
    flash(gettext("The file is being made. It is kept for a week."))
    return redirect(url_for("jobs.job", run_id=job.run_id), 303)


def arguments_here() -> dict[str, Any]:
    """The arguments of this address, to hand on."""
    return {name: value for name, value in request.args.items() if value}
