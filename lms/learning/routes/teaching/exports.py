"""The list of learners as a file: at once when it is short, made by the worker when it is long."""

from __future__ import annotations

from flask import Response, abort, flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from lms.access.permissions import Permission
from lms.access.policies import policy
from lms.core.downloads import made_answer, table_answer
from lms.core.errors import NotFoundError
from lms.core.jobs.models import Job, JobState
from lms.core.jobs.queries import get_job
from lms.core.request import actor, now, record_access, session, storage
from lms.core.tables.files import MOST_AT_ONCE, FileForm
from lms.core.text import N_
from lms.learning.queries.learner_table import FIXED_WORDS, learner_table
from lms.learning.queries.learners import count_learners, every_learner
from lms.learning.queries.summaries import CoursePage
from lms.learning.routes.blueprint import blueprint
from lms.learning.routes.teaching.shared import (
    course_page,
    course_title,
    filter_words,
    wanted_here,
)
from lms.learning.services.exports import EXPORT, FILES, ask_export
from lms.people.queries.members import member_names

FORMS = (FileForm.CSV, FileForm.XLSX)


@blueprint.get("/teaching/<string:course_key>/people.csv")
@policy(Permission.COURSE_TEACH, recorded=True)
def teaching_people_csv(course_key: str) -> BaseResponse:
    """The learners of the filter as CSV."""
    return _file(course_page(course_key), FileForm.CSV)


@blueprint.get("/teaching/<string:course_key>/people.xlsx")
@policy(Permission.COURSE_TEACH, recorded=True)
def teaching_people_xlsx(course_key: str) -> BaseResponse:
    """The learners of the filter as a workbook."""
    return _file(course_page(course_key), FileForm.XLSX)


@blueprint.get("/teaching/<string:course_key>/exports")
@policy(Permission.COURSE_TEACH)
def teaching_export(course_key: str) -> str:
    """A list too long to be made at once: say so, and offer to have it made."""
    page = course_page(course_key)
    wanted = wanted_here()
    return render_template(
        "learning/teaching/export.html",
        course_key=course_key,
        title=course_title(page.edition),
        narrowed_to=filter_words(wanted, page.edition),
        wanted=wanted,
        most=MOST_AT_ONCE,
        forms=FORMS,
    )


@blueprint.post("/teaching/<string:course_key>/exports/<string:form_name>")
@policy(Permission.COURSE_TEACH)
def teaching_export_ask(course_key: str, form_name: str) -> Response | BaseResponse:
    """Have the worker make the file; the page of the job leads to it."""
    if form_name not in set(FORMS):
        abort(404)
    page = course_page(course_key)
    wanted = wanted_here()
    job = ask_export(
        session(), actor(), course_key, wanted, FileForm(form_name),
        words=_words(), filters=filter_words(wanted, page.edition),
        as_of=page.course.as_of or now(), now=now(),
    )  # fmt: skip
    flash(gettext("The file is being made. It is kept for a week."))
    return redirect(url_for("jobs.job", run_id=job.run_id), 303)


@blueprint.get("/teaching/<string:course_key>/exports/<string:run_id>")
@policy(Permission.COURSE_TEACH)
def teaching_export_ready(course_key: str, run_id: str) -> str:
    """The file that was made for oneself, ready to be taken."""
    job = _own_export(course_key, run_id)
    return render_template(
        "learning/teaching/export_ready.html",
        course_key=course_key,
        title=course_title(course_page(course_key).edition),
        job=job,
        is_kept=storage().exists(FILES.file_key(run_id, str(job.payload["form"]))),
    )


@blueprint.get("/teaching/<string:course_key>/exports/<string:run_id>/file")
@policy(Permission.COURSE_TEACH, recorded=True)
def teaching_export_file(course_key: str, run_id: str) -> BaseResponse:
    """The file itself; everybody in it is recorded as exported."""
    job = _own_export(course_key, run_id)
    answer, people = made_answer(FILES, storage(), run_id, str(job.payload["form"]), "learners")
    record_access(people, is_export=True)
    return answer


def _file(page: CoursePage, form: FileForm) -> BaseResponse:
    key = page.course.key
    wanted = wanted_here()
    as_of = page.course.as_of or now()
    if count_learners(session(), actor(), key, wanted, as_of=as_of) > MOST_AT_ONCE:
        record_access([], is_export=True)
        return redirect(url_for("learning.teaching_export", course_key=key, **wanted.as_json), 303)
    named: list[int] = []
    found = every_learner(
        session(), actor(), key, wanted, as_of=as_of, now=now(), most=MOST_AT_ONCE
    )
    table = learner_table(
        found,
        course_title(page.edition),
        member_names(session()),
        _words(),
        filters=filter_words(wanted, page.edition),
        as_of=as_of,
        named=named,
    )
    answer = table_answer(table, form, "learners")
    record_access(named, is_export=True)
    return answer


def _words() -> dict[str, str]:
    return {word: gettext(word) for word in FIXED_WORDS}


def _own_export(course_key: str, run_id: str) -> Job:
    """The actor's own finished export of a course they still teach. Raises NotFoundError."""
    course_page(course_key)
    job = get_job(session(), actor(), run_id)
    is_it = job.kind == EXPORT and job.payload["course_key"] == course_key
    if not is_it or job.state is not JobState.DONE:
        raise NotFoundError(N_("There is no such file."))
    return job
