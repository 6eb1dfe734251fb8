"""`lms report completion`: the numbers from the command line."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from lms.core import clock
from lms.core.database import Session, for_reading
from lms.core.errors import BadInputError
from lms.core.extensions import db
from lms.core.sealing import derive_key
from lms.core.tables.files import FileForm, table_bytes
from lms.core.tables.values import Audience, Table
from lms.reports.queries.choices import member_code_of
from lms.reports.queries.completion import as_table, read_report
from lms.reports.queries.statements import COUNTER
from lms.reports.rules.asked import Asked, read
from lms.reports.rules.measures import By
from lms.reports.rules.rounding import ROUNDING_KEY

JSON = "json"
FORMS = [*(each.value for each in FileForm), JSON]


@click.group("report", cls=AppGroup)
def report() -> None:
    """Numbers, for whom they are made."""


@report.command("completion")
@click.option("--by", type=click.Choice([by.value for by in By]), default="member")
@click.option("--course", default="", help="Key of a course, such as victim-identification.")
@click.option("--path", "path_key", default="", help="Key of a path.")
@click.option("--member", default="", help="Name, code or alias of a member.")
@click.option("--subregion", default="", help="Such as Pacific.")
@click.option("--agency", default="", help="Number of an agency.")
@click.option("--period", default="", help="2026-11, 2026-Q3, 2026-H1, 2026, or FIRST..LAST.")
@click.option("--as-of", "as_of", default="", help="A day, such as 2026-09-30; now if left out.")
@click.option("--audience", type=click.Choice([each.value for each in Audience]), default="named")
@click.option(
    "--format", "form", type=click.Choice([*(each.value for each in FileForm), JSON]), default="csv"
)
@click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), help="A file; else the screen."
)
def completion(
    by: str,
    course: str,
    path_key: str,
    member: str,
    subregion: str,
    agency: str,
    period: str,
    as_of: str,
    audience: str,
    form: str,
    output: Path | None,
) -> None:
    """Print how many enrolled, completed and were certified; exact unless --audience says else."""
    now = clock.now()
    given = {
        "by": by,
        "course": course,
        "path": path_key,
        "subregion": subregion,
        "agency": agency,
        "period": period,
        "as_of": as_of,
        "audience": audience,
    }
    with Session(for_reading(db.engine)) as session:
        asked: Asked = read(given, now)
        if member:
            asked = dataclasses.replace(asked, member=member_code_of(session, member))
        secret = derive_key(current_app.config["BEKAL"].secret_key, ROUNDING_KEY)
        found = read_report(session, COUNTER, asked, now=now, language="en", secret=secret)
        content = _content(as_table(found), form)
    if output is not None:
        output.write_bytes(content)
        click.echo(f"Written: {output}.")
    elif form == FileForm.XLSX:
        raise BadInputError("A workbook is no text. Say where it goes with --output.")
    else:
        click.echo(content, nl=False)


def _content(table: Table, form: str) -> bytes:
    if form != JSON:
        return table_bytes(table, FileForm(form))
    labels = table.labels()
    rows = [dict(zip(labels, row, strict=True)) for row in table.checked_rows()]
    said = {"about": dict(table.about()), "rows": rows}
    return (json.dumps(said, ensure_ascii=False, indent=1) + "\n").encode()
