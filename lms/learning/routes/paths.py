"""Paths: the list, the page of one, beginning and leaving it."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lms.access.permissions import Permission
from lms.access.policies import policy, public
from lms.completion.services import paths as completion
from lms.core.errors import NotFoundError
from lms.core.request import actor, now, session
from lms.core.text import N_
from lms.courses.routes import page_language
from lms.enrolments.rules.states import EnrolmentState, WithdrawalReason
from lms.enrolments.services.paths import leave_path
from lms.learning.forms import WithdrawForm
from lms.learning.queries.paths import get_path_view, list_path_views
from lms.learning.routes.blueprint import blueprint


@blueprint.get("/paths")
@public("Anyone may see which paths there are, as with courses.")
def paths() -> str:
    """All paths, by title."""
    return render_template(
        "learning/paths.html", paths=list_path_views(session()), language=page_language()
    )


@blueprint.get("/paths/<string:path_key>")
@public("Anyone may see what a path is made of before asking for an account.")
def path(path_key: str) -> str:
    """The courses of a path in order, how one stands in each, what its certificate needs."""
    return render_template(
        "learning/path.html",
        view=get_path_view(session(), actor(), path_key),
        language=page_language(),
    )


@blueprint.post("/paths/<string:path_key>/begin")
@policy(Permission.LEARNING_TAKE)
def begin_path(path_key: str) -> Response:
    """Begin a path, or its next course; where all courses are complete, receive it."""
    found = completion.begin(session(), actor(), path_key, language=page_language(), now=now())
    if found.state is EnrolmentState.COMPLETED:
        flash(gettext("You have completed this path."))
    return redirect(url_for("learning.path", path_key=path_key), 303)


@blueprint.route("/paths/<string:path_key>/leave", methods=["GET", "POST"])
@policy(Permission.LEARNING_TAKE)
def leave_a_path(path_key: str) -> str | Response | tuple[str, int]:
    """Leave a path, with a reason class; its courses stay as they are."""
    view = get_path_view(session(), actor(), path_key)
    if view.enrolment is None or view.is_complete:
        raise NotFoundError(N_("You are not on this path. Open its page to begin."))
    form = WithdrawForm()
    if form.validate_on_submit():
        reason = WithdrawalReason(form.reason.data)
        leave_path(session(), actor(), path_key, reason=reason, now=now())
        flash(gettext("You have left the path. Its courses stay as they are."))
        return redirect(url_for("learning.my_learning"), 303)
    page = render_template("learning/leave_path.html", view=view, form=form)
    return page, 400 if form.is_submitted() else 200
