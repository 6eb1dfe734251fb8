"""Sending a guide's file, and waiting until it is read."""

from __future__ import annotations

from flask import Response as FlaskResponse
from flask import jsonify, redirect, render_template, url_for
from flask_babel import format_decimal, gettext
from werkzeug.wrappers import Response

from lms.access.permissions import Permission
from lms.access.policies import policy
from lms.core.errors import BadInputError, BekalError, NotFoundError
from lms.core.jobs.models import Job, JobState
from lms.core.jobs.queries import get_job
from lms.core.jobs.rules import UNFINISHED
from lms.core.request import actor, now, session, storage
from lms.core.text import N_
from lms.core.uploads.keeping import store
from lms.core.uploads.kinds import Kind, check_upload
from lms.guides.forms import GuideFileForm
from lms.guides.jobs import refused_in
from lms.guides.readers.child import SECONDS
from lms.guides.readers.values import MOST_PAGES, MOST_SECTIONS, SENTENCES, Why
from lms.guides.routes.blueprint import blueprint
from lms.guides.services.importing import READ, begin_reading

Answer = str | Response | tuple[str, int]
ALLOWED = frozenset({Kind.PDF, Kind.DOCX, Kind.HTML, Kind.TEXT})
MEGABYTES = 50
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"


@blueprint.route("/guide-imports/new", methods=["GET", "POST"])
@policy(Permission.GUIDE_EDIT)
def import_new() -> Answer:
    """Choose a file; it is stored for a day, and a job reads it."""
    form = GuideFileForm()
    if form.validate_on_submit():
        try:
            return redirect(url_for("guides.reading", run_id=_begin(form).run_id), 303)
        except BekalError as error:
            form.file.errors = (gettext(error.sentence, **error.values),)
    page = render_template("guides/import_new.html", form=form, megabytes=MEGABYTES)
    return (page, 400) if form.is_submitted() else page


def _begin(form: GuideFileForm) -> Job:
    """Store the file before the transaction begins: a slow disk must hold up nobody."""
    sent = form.file.data
    if not sent or not sent.filename:
        raise BadInputError(N_("Choose a file."), field="file")
    content = sent.read()
    if content.startswith(_OLD_OFFICE):
        raise BadInputError(
            N_("This is an old Word file (.doc), or one with a password. Save it as DOCX without "
               "a password."),
            field="file",
        )  # fmt: skip
    kind = check_upload(content, ALLOWED)
    stored = store(storage(), "guides", content, kind)
    name = sent.filename.replace("\\", "/").rsplit("/", 1)[-1]
    return begin_reading(session(), actor(), stored=stored, kind=kind, file_name=name, now=now())


@blueprint.get("/guide-imports/reading/<string:run_id>")
@policy(Permission.GUIDE_EDIT)
def reading(run_id: str) -> Answer:
    """How far the reading is; afterwards its tree, or why there is none."""
    job = _own(run_id)
    page = job.result.get("page")
    if job.state is JobState.DONE and isinstance(page, str):
        return redirect(page)
    why = refused_in(job.result) if job.state is JobState.DONE else None
    return render_template(
        "guides/reading.html",
        job=job,
        name=job.payload.get("file_name", ""),
        words=_words(job),
        finished=job.state not in UNFINISHED,
        refused=_sentence(why) if why else "",
    )


@blueprint.get("/guide-imports/reading/<string:run_id>.json")
@policy(Permission.GUIDE_EDIT)
def reading_json(run_id: str) -> FlaskResponse:
    """done, total, words, finished: what the page that waits asks for."""
    job = _own(run_id)
    return jsonify(
        done=job.done,
        total=job.total or None,
        words=_words(job),
        finished=job.state not in UNFINISHED,
    )


def _own(run_id: str) -> Job:
    job = get_job(session(), actor(), run_id)
    if job.kind != READ:
        raise NotFoundError(N_("There is no such job."))
    return job


def _words(job: Job) -> str:
    if job.state is JobState.WAITING:
        return gettext("Waiting for its turn")
    if not job.total:
        return gettext("Reading the file")
    counts = {"done": format_decimal(job.done), "total": format_decimal(job.total)}
    if job.payload.get("kind") == "pdf":
        return gettext("%(done)s of %(total)s pages read", **counts)
    return gettext("Step %(done)s of %(total)s", **counts)


def _sentence(why: Why) -> str:
    return gettext(
        SENTENCES[why],
        megabytes=MEGABYTES,
        pages=MOST_PAGES,
        sections=format_decimal(MOST_SECTIONS),
        seconds=SECONDS,
    )
