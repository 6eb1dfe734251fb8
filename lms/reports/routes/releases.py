"""Ready-made tables: made and published by the secretariat, read by members and by everybody."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lms.access.permissions import Permission
from lms.access.policies import policy, public
from lms.access.rules import may
from lms.core.downloads import table_answer, words_here
from lms.core.errors import BadInputError, NotFoundError
from lms.core.request import actor, now, session
from lms.core.tables.files import FileForm
from lms.core.tables.values import Audience, Table
from lms.core.text import N_
from lms.courses.routes import page_language
from lms.people.models.members import MemberKind
from lms.reports.queries.choices import Choices, read_choices, subregion_name
from lms.reports.queries.releases import (
    SUPPRESSED,
    Release,
    audience_for,
    get_public,
    get_release,
    list_public,
    list_releases,
    release_definitions,
    release_table,
    released_quarters,
)
from lms.reports.routes.blueprint import blueprint
from lms.reports.routes.shared import Options, period_words, place_words
from lms.reports.rules.families import ALL, Counted
from lms.reports.rules.measures import BY_NAMES, By
from lms.reports.rules.periods import PeriodKind, parse, usual
from lms.reports.services.releases import ask_release, publish, quarters_in

SHOWN_BY = (By.MEMBER, By.SUBREGION, By.COURSE)


@blueprint.get("/reports/releases")
@policy(Permission.REPORT_COUNT)
def releases() -> str:
    """The ready-made tables there are, and what can be made now."""
    return _releases()


@blueprint.post("/reports/releases")
@policy(Permission.REPORT_PUBLISH)
def release_make() -> Response | tuple[str, int]:
    """Have the worker make the tables of a period."""
    try:
        job = ask_release(session(), actor(), request.form.get("period", ""), now=now())
    except BadInputError as error:
        return _releases(gettext(error.sentence, **error.values)), 400
    return redirect(url_for("jobs.job", run_id=job.run_id), 303)


@blueprint.get("/reports/releases/<string:period_key>")
@policy(Permission.REPORT_OPEN)
def release(period_key: str) -> str:
    """One release, as members or everybody see it."""
    found = get_release(session(), actor(), period_key)
    return _page(found, audience_for(found.row, actor()) or Audience.PUBLIC, "reports.release")


@blueprint.get("/reports/releases/<string:period_key>.<string:form_name>")
@policy(Permission.REPORT_OPEN)
def release_file(period_key: str, form_name: str) -> Response:
    """One table of it as a file, without the same numbers."""
    found = get_release(session(), actor(), period_key)
    return _file(found, audience_for(found.row, actor()) or Audience.PUBLIC, form_name)


@blueprint.post("/reports/releases/<string:period_key>/publish")
@policy(Permission.REPORT_PUBLISH)
def release_publish(period_key: str) -> Response:
    """Open it to members, or to everybody."""
    given = request.form.get("audience", "")
    if given not in set(Audience):
        raise BadInputError(N_("Choose whom the tables are for from the list."))
    publish(session(), actor(), period_key, Audience(given), now=now())
    flash(gettext("Published. From now on it stays as it is."))
    return redirect(url_for("reports.release", period_key=period_key), 303)


@blueprint.get("/figures")
@public("Figures the secretariat has published for everybody; small counts are left out")
def figures() -> str:
    """The published figures there are."""
    found = [(row, period_words(parse(row.period_key))) for row in list_public(session())]
    return render_template("reports/figures.html", releases=found)


@blueprint.get("/figures/<string:period_key>")
@public("Figures the secretariat has published for everybody; small counts are left out")
def figures_of(period_key: str) -> str:
    """One release that is for everybody."""
    return _page(get_public(session(), period_key), Audience.PUBLIC, "reports.figures_of")


@blueprint.get("/figures/<string:period_key>.<string:form_name>")
@public("Figures the secretariat has published for everybody; small counts are left out")
def figures_file(period_key: str, form_name: str) -> Response:
    """One table of it as a file."""
    return _file(get_public(session(), period_key), Audience.PUBLIC, form_name)


def _releases(refused: str = "") -> str:
    taken = released_quarters(session())
    free: Options = [
        (period.key, period_words(period))
        for period in usual(now())
        if period.kind in (PeriodKind.QUARTER, PeriodKind.HALF, PeriodKind.YEAR)
        and period.is_over(now())
        and not any(key in taken for key in quarters_in(period))
    ]
    found = [
        (row, period_words(parse(row.period_key))) for row in list_releases(session(), actor())
    ]
    return render_template(
        "reports/releases.html",
        releases=found,
        periods=free,
        refused=refused,
        may_publish=may(actor(), Permission.REPORT_PUBLISH),
    )


def _page(found: Release, audience: Audience, endpoint: str) -> str:
    choices = read_choices(session(), page_language())
    by, subregion = _chosen(found)
    table = _table(found, choices, audience, by, subregion)
    total = found.shown.get((ALL, ALL))
    tiles = [
        (choices.members.get(code, code), _completed(found, code))
        for code in choices.members
        if choices.kinds[code] is MemberKind.GOVERNMENT
        and code in found.groups
        and (not subregion or found.groups[code] == subregion)
    ]
    return render_template(
        "reports/release.html",
        release=found,
        endpoint=endpoint,
        file_endpoint="reports.figures_file"
        if endpoint == "reports.figures_of"
        else "reports.release_file",
        period_words=period_words(found.period),
        place=place_words(),
        audience=audience,
        table=table,
        rows=list(table.rows),
        total=total[Counted.COMPLETED] if total is not None else None,
        enrolled=total[Counted.ENROLLED] if total is not None else None,
        tiles=tiles if by is By.MEMBER else [],
        by=by,
        subregion=subregion,
        by_options=[(each.value, gettext(BY_NAMES[each])) for each in SHOWN_BY],
        subregion_options=[
            ("", gettext("All sub-regions")),
            *[(key, gettext(subregion_name(key))) for key in sorted(set(found.groups.values()))],
        ],
        definitions=release_definitions(),
        suppressed=SUPPRESSED,
        may_publish=may(actor(), Permission.REPORT_PUBLISH) and endpoint == "reports.release",
        words=words_here(),
    )


def _file(found: Release, audience: Audience, form_name: str) -> Response:
    if form_name not in set(FileForm):
        raise NotFoundError(N_("There is no such file."))
    choices = read_choices(session(), page_language())
    by, subregion = _chosen(found)
    table = _table(found, choices, audience, by, subregion)
    return table_answer(
        table, FileForm(form_name), f"figures-{found.period.key.lower()}-by-{by.value}"
    )


def _chosen(found: Release) -> tuple[By, str]:
    by = request.args.get("by", By.MEMBER.value)
    subregion = request.args.get("subregion", "")
    return (
        By(by) if by in {each.value for each in SHOWN_BY} else By.MEMBER,
        subregion if subregion in set(found.groups.values()) else "",
    )


def _table(found: Release, choices: Choices, audience: Audience, by: By, subregion: str) -> Table:
    return release_table(
        found,
        choices,
        by=by,
        subregion=subregion,
        audience=audience,
        translate=gettext,
        words=words_here(),
    )


def _completed(found: Release, code: str) -> int | None:
    numbers = found.shown.get((code, ALL))
    return numbers[Counted.COMPLETED][0] if numbers is not None else None
