"""Files of imports to take away, the template and the rows with problems, and the progress."""

from __future__ import annotations

from flask import Response, jsonify
from flask_babel import gettext

from lms.access.permissions import Permission
from lms.access.policies import policy
from lms.core.request import actor, record_access, session
from lms.people.models.imports import RowOutcome
from lms.people.queries.imports.runs import get_run, list_rows, problems_of_rows
from lms.people.routes.blueprint import blueprint
from lms.people.routes.import_words import progress_of
from lms.people.rules.imports.columns import FIELDS, LABELS
from lms.people.rules.imports.problems import SENTENCES
from lms.people.rules.imports.template import template_rows
from lms.people.rules.spreadsheets.writing import as_csv, as_workbook

CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST = 5_000
"""Rows of the file of problems; one with more has one mistake in every row."""


@blueprint.get("/imports/template.csv")
@policy(Permission.IMPORT_RUN)
def import_template_csv() -> Response:
    """The columns and two invented people."""
    return _file(as_csv(template_rows()), "bekal-people.csv", CSV)


@blueprint.get("/imports/template.xlsx")
@policy(Permission.IMPORT_RUN)
def import_template_xlsx() -> Response:
    """The columns and two invented people, with a sheet of notes."""
    notes = [[gettext("Column"), gettext("What belongs there")]]
    notes += [[field.name, gettext(field.note)] for field in FIELDS]
    content = as_workbook([(gettext("People"), template_rows()), (gettext("Notes"), notes)])
    return _file(content, "bekal-people.xlsx", XLSX)


@blueprint.get("/imports/<int:run_id>/problems.csv")
@policy(Permission.IMPORT_RUN, recorded=True)
def import_problems_csv(run_id: int) -> Response:
    """The rows with problems as they stood in the file, and what is wrong in a column behind."""
    run = get_run(session(), actor(), run_id)
    outcomes = frozenset({RowOutcome.PROBLEM})
    rows, _ = list_rows(session(), actor(), run, outcomes, limit=MOST)
    problems = problems_of_rows(session(), actor(), run, rows)
    record_access([row.person_id for row in rows if row.person_id], is_export=True)
    columns = list(run.reading.get("columns", []))
    lines = [[*columns, "row", "problem"]]
    for row in rows:
        sentences = [
            f"{gettext(LABELS.get(each.field, each.field))}: "
            + gettext(SENTENCES[each.code], **each.facts)
            for each in problems.get(row.number, [])
        ]
        cells = [str(row.values.get(name, "")) for name in columns]
        lines.append([*cells, str(row.number), " ".join(sentences)])
    return _file(as_csv(lines), f"import-{run.id}-problems.csv", CSV)


@blueprint.get("/imports/<int:run_id>/progress")
@policy(Permission.IMPORT_RUN)
def import_progress(run_id: int) -> Response:
    """How far the job is, for the page that waits."""
    progress = progress_of(session(), get_run(session(), actor(), run_id))
    return jsonify(
        done=progress.done,
        total=progress.total or None,
        words=progress.words,
        finished=progress.finished,
    )


def _file(content: bytes, name: str, kind: str) -> Response:
    response = Response(content, content_type=kind)
    response.headers["Content-Disposition"] = f"attachment; filename={name}"
    return response
