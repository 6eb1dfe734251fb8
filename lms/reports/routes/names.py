"""The list behind a number: a purpose first, then names; both are recorded."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lms.access.permissions import Permission
from lms.access.policies import policy
from lms.core.downloads import table_answer
from lms.core.errors import BadInputError, NotFoundError
from lms.core.request import actor, now, record_access, session
from lms.core.tables.files import MOST_AT_ONCE, FileForm
from lms.core.text import N_, whole_number
from lms.courses.routes import page_language
from lms.reports.queries.choices import check, read_choices
from lms.reports.queries.completion import filters
from lms.reports.queries.names import count_named, every_named, list_named, named_table
from lms.reports.queries.statements import Group
from lms.reports.routes.blueprint import blueprint
from lms.reports.routes.completion import arguments_here, asked_or_raise, narrowed_words
from lms.reports.routes.shared import period_words, read_here
from lms.reports.rules.measures import MEASURE_NAMES, Measure
from lms.reports.rules.purposes import PURPOSE_NAMES, Purpose
from lms.reports.services.exports import ask_export

LONGEST_PURPOSE = 120


@blueprint.get("/reports/completion/people/<string:measure_name>")
@policy(Permission.REPORT_NAMES, recorded=True)
def named(measure_name: str) -> str:
    """The people behind a number, for the purpose in the address; without one it is asked."""
    measure, asked = _measure(measure_name), asked_or_raise()
    purpose = _purpose()
    report = read_here(asked, groups=frozenset[Group]())
    courses = report.choices.courses_by_path.get(asked.path) if asked.path else None
    shown = {
        "measure": measure,
        "measure_name": MEASURE_NAMES[measure],
        "asked": asked,
        "arguments": asked.arguments(),
        "report": report,
        "narrowed": narrowed_words(report),
        "period_words": period_words(asked.period),
    }
    if not purpose:
        record_access([])
        purposes = [(key.value, gettext(name)) for key, name in PURPOSE_NAMES.items()]
        is_refused = "purpose" in request.args
        return render_template(
            "reports/purpose.html", purposes=purposes, is_refused=is_refused, **shown
        )
    after = request.args.get("after", 0, type=whole_number)
    rows, following = list_named(
        session(), actor(), asked, measure, courses, now=now(), after=after
    )
    record_access([row.person.person_id for row in rows], purpose=purpose)
    handed_on = {name: value for name, value in arguments_here().items() if name != "after"}
    return render_template(
        "reports/named.html",
        rows=rows,
        total=count_named(session(), actor(), asked, measure, courses, now=now()),
        purpose=purpose,
        handed_on=handed_on,
        next_page=url_for("reports.named", measure_name=measure, **handed_on, after=following)
        if following is not None
        else None,
        is_first=after == 0,
        most=MOST_AT_ONCE,
        **shown,
    )


@blueprint.get("/reports/completion/people/<string:measure_name>.<string:form_name>")
@policy(Permission.REPORT_NAMES, recorded=True)
def named_file(measure_name: str, form_name: str) -> Response:
    """The list as a file, when it is short enough to be made at once."""
    measure, asked, purpose = _measure(measure_name), asked_or_raise(), _purpose()
    if form_name not in set(FileForm):
        raise NotFoundError(N_("There is no such file."))
    if not purpose:
        record_access([], is_export=True)
        return redirect(url_for("reports.named", measure_name=measure, **asked.arguments()), 303)
    report = read_here(asked, groups=frozenset[Group]())
    courses = report.choices.courses_by_path.get(asked.path) if asked.path else None
    if count_named(session(), actor(), asked, measure, courses, now=now()) > MOST_AT_ONCE:
        record_access([], purpose=purpose, is_export=True)
        return redirect(url_for("reports.named", measure_name=measure, **arguments_here()), 303)
    named_ids: list[int] = []
    rows = every_named(session(), actor(), asked, measure, courses, now=now())
    table = named_table(
        rows,
        measure,
        report.choices,
        purpose,
        named_ids,
        filters=filters(report, gettext),
        as_of=report.as_of,
        translate=gettext,
    )
    answer = table_answer(table, FileForm(form_name), f"list-{measure.value}")
    record_access(named_ids, purpose=purpose, is_export=True)
    return answer


@blueprint.post("/reports/completion/people/<string:measure_name>/files/<string:form_name>")
@policy(Permission.REPORT_NAMES)
def named_file_ask(measure_name: str, form_name: str) -> Response:
    """Have the worker make a long list."""
    measure, asked, purpose = _measure(measure_name), asked_or_raise(), _purpose()
    if form_name not in set(FileForm) or not purpose:
        raise BadInputError(N_("State a purpose, and choose the form of the file."))
    check(asked, read_choices(session(), page_language()))
    job = ask_export(
        session(),
        actor(),
        asked,
        form_name,
        language=page_language(),
        measure=measure,
        purpose=purpose,
        now=now(),
    )
    flash(gettext("The file is being made. It is kept for a week."))
    return redirect(url_for("jobs.job", run_id=job.run_id), 303)


def _measure(name: str) -> Measure:
    if name not in set(Measure):
        raise NotFoundError(N_("There is no such list."))
    return Measure(name)


def _purpose() -> str:
    """The purpose in the address, as the access record keeps it; nothing where it is not whole."""
    given = request.args.get("purpose", "")
    more = " ".join(request.args.get("more", "").split())[:LONGEST_PURPOSE]
    if given not in set(Purpose) or (Purpose(given) is Purpose.OTHER and not more):
        return ""
    said = PURPOSE_NAMES[Purpose(given)]
    return f"{said}: {more}" if more else said
