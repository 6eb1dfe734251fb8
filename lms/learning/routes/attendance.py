"""Meetings of a course: the list of them, who was there, taking back."""

from __future__ import annotations

import datetime

from flask import flash, redirect, render_template, request, url_for
from flask_babel import get_timezone, gettext, ngettext
from werkzeug.wrappers import Response

from lms.access.permissions import Permission
from lms.access.policies import policy
from lms.core.errors import BadInputError
from lms.core.request import actor, now, only_read_on, record_access, session
from lms.core.text import whole_number
from lms.courses.routes import page_language
from lms.learning.forms.attendance import AttendanceForm
from lms.learning.queries.attendance import get_meeting, list_attending, meetings_of
from lms.learning.queries.taught import get_taught
from lms.learning.routes.blueprint import blueprint
from lms.learning.services.attendance import record_attendance, take_attendance_back


@blueprint.get("/teaching/<string:course_key>/sessions")
@policy(Permission.COURSE_TEACH)
def sessions(course_key: str) -> str:
    """The meetings of a course."""
    edition = get_taught(session(), actor(), course_key)
    return render_template(
        "learning/sessions.html",
        course_key=course_key,
        edition=edition,
        meetings=meetings_of(edition),
        language=page_language(),
    )


@blueprint.get("/teaching/<string:course_key>/sessions/<string:activity_key>")
@policy(Permission.COURSE_TEACH, recorded=True)
def session_attendance(course_key: str, activity_key: str) -> str:
    """The people of a course, to tick who was at a meeting."""
    form = AttendanceForm()
    form.day.data = _today()
    return _page(course_key, activity_key, form)


@blueprint.post("/teaching/<string:course_key>/sessions/<string:activity_key>")
@policy(Permission.COURSE_TEACH, recorded=True)
def record_session(course_key: str, activity_key: str) -> Response | tuple[str, int]:
    """Record who was at a meeting."""
    form = AttendanceForm()
    if form.validate_on_submit() and form.day.data is not None:
        try:
            count = record_attendance(
                session(),
                actor(),
                course_key,
                activity_key,
                form.ticked(),
                form.day.data,
                today=_today(),
                now=now(),
            )
        except BadInputError as error:
            form[error.field or "day"].errors = [gettext(error.sentence, **error.values)]
        else:
            flash(
                ngettext(
                    "Attendance of %(num)d person is recorded.",
                    "Attendance of %(num)d persons is recorded.",
                    count,
                )
            )
            return redirect(_address(course_key, activity_key), 303)
    only_read_on()
    return _page(course_key, activity_key, form), 400


@blueprint.post(
    "/teaching/<string:course_key>/sessions/<string:activity_key>/<int:evidence_id>/take-back"
)
@policy(Permission.COURSE_TEACH)
def take_attendance(course_key: str, activity_key: str, evidence_id: int) -> Response:
    """Say that somebody was not there after all."""
    take_attendance_back(session(), actor(), course_key, activity_key, evidence_id, now=now())
    flash(gettext("It is taken back. The record keeps both."))
    return redirect(_address(course_key, activity_key), 303)


def _page(course_key: str, activity_key: str, form: AttendanceForm) -> str:
    edition = get_taught(session(), actor(), course_key)
    meeting = get_meeting(edition, activity_key)
    words = request.args.get("words", "")[:100].strip()
    after = request.args.get("after", type=whole_number)
    lines, following = list_attending(
        session(), actor(), course_key, activity_key, words=words, after=after
    )
    record_access([line.person.person_id for line in lines])
    here = url_for(
        "learning.session_attendance",
        course_key=course_key,
        activity_key=activity_key,
        words=words or None,
    )
    mark = "&" if words else "?"
    return render_template(
        "learning/session_attendance.html",
        course_key=course_key,
        course=edition.in_language(edition.course, page_language())[0],
        meeting=edition.in_language(meeting, page_language())[0],
        lines=lines,
        words=words,
        form=form,
        ticked=frozenset(form.people.data or ()),
        today=_today(),
        first_page=here if after else None,
        next_page=f"{here}{mark}after={following}" if following else None,
    )


def _today() -> datetime.date:
    """The day where the trainer is."""
    return now().astimezone(get_timezone()).date()


def _address(course_key: str, activity_key: str) -> str:
    """The list as it was searched."""
    return url_for(
        "learning.session_attendance",
        course_key=course_key,
        activity_key=activity_key,
        words=request.args.get("words") or None,
        after=request.args.get("after", type=whole_number),
    )
