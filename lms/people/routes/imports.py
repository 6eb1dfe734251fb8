"""Imports of people: the list, a new one, its preview and result, and what is decided there."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lms.access.permissions import Permission
from lms.access.policies import policy
from lms.core.errors import BadInputError, BekalError
from lms.core.request import actor, now, reading, record_access, session, storage
from lms.core.text import whole_number
from lms.people.forms.imports import NOW, FileForm, ReadAgainForm, StepForm, WriteForm
from lms.people.models import ImportRun
from lms.people.models.imports import RowOutcome
from lms.people.queries.imports.runs import (
    PAGE,
    get_run,
    import_scopes,
    list_problems,
    list_rows,
    list_runs,
)
from lms.people.queries.imports.undoing import plan_undo
from lms.people.queries.members import member_names
from lms.people.routes.blueprint import blueprint
from lms.people.routes.entering import show
from lms.people.routes.import_words import (
    agency_lines,
    progress_of,
    said,
    shown_changes,
    write_label,
)
from lms.people.routes.letters import sentence_of
from lms.people.rules.imports.columns import LABELS
from lms.people.rules.imports.problems import SENTENCES
from lms.people.rules.imports.states import (
    IMPORT_STATE_NAMES,
    UNDER_WAY,
    ImportState,
    may_take,
)
from lms.people.rules.spreadsheets.encodings import ENCODING_NAMES
from lms.people.rules.spreadsheets.limits import LARGEST_FILE, MOST_ROWS
from lms.people.rules.spreadsheets.reading import check_kind, check_size
from lms.people.services.imports.runs import (
    begin_undo,
    begin_writing,
    drop_import,
    is_at_work,
    new_storage_key,
    read_again,
    send_invitations_now,
    start_import,
)

Answer = str | Response | tuple[str, int]
FIRST = 10
"""Problems and changes the preview shows at once; each has a page with all."""


@blueprint.get("/imports")
@policy(Permission.IMPORT_RUN)
def imports() -> str:
    """The imports of the member, newest first."""
    before = request.args.get("before", type=whole_number)
    runs, after = list_runs(session(), actor(), before=before)
    return render_template(
        "people/imports.html",
        runs=runs,
        after=after,
        is_first=before is None,
        state_names=IMPORT_STATE_NAMES,
        members=member_names(session()),
    )


@blueprint.route("/imports/new", methods=["GET", "POST"])
@policy(Permission.IMPORT_RUN)
def import_new() -> Answer:
    """Choose a file; it is stored, and a job reads it."""
    with reading() as short:
        scopes = import_scopes(short, actor())
    form = FileForm()
    form.scope.choices = [
        (scope.key, scope.name or gettext("All members, as each row says")) for scope in scopes
    ]
    if len(scopes) == 1:
        form.scope.data = scopes[0].key
    if form.is_submitted() and form.validate():
        try:
            run = _start(form, {scope.key: scope for scope in scopes})
        except BekalError as error:
            show(form, error)
        else:
            return redirect(url_for("people.import_run", run_id=run.id), 303)
    page = render_template(
        "people/import_new.html",
        form=form,
        scopes=scopes,
        most_rows=MOST_ROWS,
        megabytes=LARGEST_FILE // (1024 * 1024),
    )
    return (page, 400) if form.is_submitted() else page


def _start(form: FileForm, scopes: dict[str, Any]) -> ImportRun:
    """Store the file before the transaction begins: a slow disk must hold up nobody."""
    sent = form.file.data
    if not sent or not sent.filename:
        raise BadInputError(gettext("Choose a file."), field="file")
    content = sent.read()
    check_size(len(content))
    check_kind(content)
    key = new_storage_key()
    storage().put(key, content)
    return start_import(
        session(),
        actor(),
        scope=scopes[form.scope.data],
        file_name=sent.filename.replace("\\", "/").rsplit("/", 1)[-1],
        storage_key=key,
        now=now(),
    )


@blueprint.get("/imports/<int:run_id>")
@policy(Permission.IMPORT_RUN, recorded=True)
def import_run(run_id: int) -> str:
    """One import, as it stands: being read, waiting for a decision, done, undone."""
    return _page(get_run(session(), actor(), run_id))


@blueprint.post("/imports/<int:run_id>/read-again")
@policy(Permission.IMPORT_RUN)
def import_read_again(run_id: int) -> Answer:
    """Read the same file in another encoding, delimiter or sheet."""
    form = ReadAgainForm()
    run = get_run(session(), actor(), run_id)
    form.offer(run.reading.get("sheets", []))
    if not form.validate():
        flash(gettext("Choose how to read the file from the lists."), "bad")
        return redirect(url_for("people.import_run", run_id=run_id), 303)
    read_again(
        session(),
        actor(),
        run_id,
        encoding=form.encoding.data or "",
        delimiter=form.delimiter.data or "",
        sheet=form.sheet.data or "",
        now=now(),
    )
    return redirect(url_for("people.import_run", run_id=run_id), 303)


@blueprint.post("/imports/<int:run_id>/write")
@policy(Permission.IMPORT_RUN)
def import_write(run_id: int) -> Answer:
    """Import the people the preview showed."""
    get_run(session(), actor(), run_id)
    form = WriteForm()
    form.offer()
    if not form.validate():
        flash(gettext("Choose whether invitations are sent, then import."), "bad")
        return redirect(url_for("people.import_run", run_id=run_id), 303)
    begin_writing(
        session(),
        actor(),
        run_id,
        new=form.new.data,
        changed=form.changed.data,
        problems=form.problems.data,
        sends_invitations=form.invitations.data == NOW,
        now=now(),
    )
    return redirect(url_for("people.import_run", run_id=run_id), 303)


@blueprint.post("/imports/<int:run_id>/drop")
@policy(Permission.IMPORT_RUN)
def import_drop(run_id: int) -> Response:
    """Give the import up."""
    if StepForm().validate():
        drop_import(session(), actor(), run_id, now=now())
        flash(gettext("The import is dropped. Nothing of the file was written."))
    return redirect(url_for("people.imports"), 303)


@blueprint.post("/imports/<int:run_id>/invitations")
@policy(Permission.IMPORT_RUN)
def import_invite(run_id: int) -> Response:
    """Send the invitations that were put off."""
    if StepForm().validate():
        send_invitations_now(session(), actor(), run_id, now=now())
    return redirect(url_for("people.import_run", run_id=run_id), 303)


@blueprint.get("/imports/<int:run_id>/problems")
@policy(Permission.IMPORT_RUN)
def import_problems(run_id: int) -> str:
    """All problems by row and column, or those of one kind."""
    run = get_run(session(), actor(), run_id)
    code = request.args.get("kind", "")
    code = code if code in SENTENCES else ""
    found, after = list_problems(
        session(), actor(), run, code=code, after=request.args.get("after", 0, type=whole_number)
    )
    kinds = run.counts.get("kinds", {})
    return render_template(
        "people/import_problems.html",
        run=run,
        problems=[_shown_problem(problem) for problem in found],
        kinds=[(kind, said(kind), kinds[kind]) for kind in sorted(kinds, key=kinds.__getitem__)][
            ::-1
        ],
        code=code,
        after=after,
    )


@blueprint.get("/imports/<int:run_id>/changes")
@policy(Permission.IMPORT_RUN, recorded=True)
def import_changes(run_id: int) -> str:
    """All people the file changes, field by field."""
    run = get_run(session(), actor(), run_id)
    rows, after = list_rows(
        session(),
        actor(),
        run,
        frozenset({RowOutcome.CHANGED}),
        after=request.args.get("after", -1, type=whole_number),
    )
    record_access([row.person_id for row in rows if row.person_id])
    return render_template(
        "people/import_changes.html", run=run, rows=shown_changes(rows), after=after, page=PAGE
    )


@blueprint.route("/imports/<int:run_id>/undo", methods=["GET", "POST"])
@policy(Permission.IMPORT_RUN, recorded=True)
def import_undo(run_id: int) -> Answer:
    """What undoing would do, and the button that does it."""
    if request.method == "POST":
        if StepForm().validate():
            begin_undo(session(), actor(), run_id, now=now())
        return redirect(url_for("people.import_run", run_id=run_id), 303)
    run = get_run(session(), actor(), run_id)
    if not may_take(run.state, "undo") or run.forgotten_at is not None:
        record_access([])
        return _page(run)
    with reading() as short:
        plan = plan_undo(short, actor(), run)
    record_access([kept.person_id for kept in plan.named])
    return render_template(
        "people/import_undo.html",
        run=run,
        plan=plan,
        labels=LABELS,
        agencies=len(run.counts.get("added_agencies", [])),
        form=StepForm(),
    )


def _page(run: ImportRun) -> str:
    """The page of an import by its state."""
    members = member_names(session())
    words = {
        "run": run,
        "state_name": IMPORT_STATE_NAMES[run.state],
        "members": members,
        "message": gettext(run.message, **run.message_values) if run.message else "",
    }
    at_work = is_at_work(session(), run)
    if run.state in UNDER_WAY or at_work:
        record_access([])
        return render_template(
            "people/import_progress.html", progress=progress_of(session(), run), **words
        )
    again = ReadAgainForm()
    again.offer(run.reading.get("sheets", []))
    again.encoding.data, again.delimiter.data = run.encoding, run.delimiter
    again.sheet.data = run.sheet
    outcomes = frozenset({RowOutcome.CHANGED})
    changed, _ = list_rows(session(), actor(), run, outcomes, limit=FIRST)
    record_access([row.person_id for row in changed if row.person_id])
    if run.state is ImportState.READY:
        problems, more = list_problems(session(), actor(), run, limit=FIRST)
        counts = run.counts
        form = WriteForm(formdata=None)
        form.offer()
        form.new.data, form.changed.data = counts["new"], counts["changed"]
        form.problems.data = counts["problems"]
        return render_template(
            "people/import_preview.html",
            unprintable=sentence_of(counts.get("letters", [])),
            form=form,
            again=again,
            labels=LABELS,
            problems=[_shown_problem(problem) for problem in problems],
            more_problems=more is not None,
            changes=shown_changes(changed),
            agencies=agency_lines(run, members),
            write_label=write_label(counts),
            encoding_name=gettext(ENCODING_NAMES.get(run.encoding, run.encoding)),
            **words,
        )
    left_out, _ = list_rows(session(), actor(), run, frozenset({RowOutcome.LEFT_OUT}))
    return render_template(
        "people/import_result.html",
        again=again,
        left_out=left_out,
        may_undo=may_take(run.state, "undo") and run.forgotten_at is None,
        **words,
    )


def _shown_problem(problem: Any) -> tuple[int, str, str]:
    label = gettext(LABELS.get(problem.field, problem.field))
    return problem.number, label, gettext(SENTENCES[problem.code], **problem.facts)
