"""The page of notices and the choices about mail."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lms.access.permissions import Permission
from lms.access.policies import policy
from lms.access.reaches import Reach
from lms.core.request import actor, now, session
from lms.core.text import whole_number
from lms.notices import queries, services
from lms.notices.forms import ChoicesForm
from lms.notices.rules import Category

blueprint = Blueprint("notices", __name__, url_prefix="/notices")


@blueprint.get("")
@policy(Permission.ACCOUNT_USE)
def notices() -> str:
    """What one was told, newest first."""
    before = request.args.get("before", type=whole_number)
    shown, more = queries.list_own_notices(session(), actor(), before=before)
    unread = queries.count_unread(session(), actor())
    return render_template("notices/notices.html", notices=shown, more=more, unread=unread)


@blueprint.post("/<int:notice_id>/read")
@policy(Permission.ACCOUNT_USE)
def read(notice_id: int) -> Response:
    """Mark one as read and go where it points."""
    notice = services.mark_read(session(), actor(), notice_id, now=now())
    return redirect(notice.path or url_for("notices.notices"), 303)


@blueprint.post("/read")
@policy(Permission.ACCOUNT_USE)
def read_all() -> Response:
    """Mark all as read."""
    services.mark_all_read(session(), actor(), now=now())
    flash(gettext("All notices are marked as read."))
    return redirect(url_for("notices.notices"), 303)


@blueprint.route("/choices", methods=["GET", "POST"])
@policy(Permission.ACCOUNT_USE)
def choices() -> str | Response | tuple[str, int]:
    """How often one wants mail, for each category."""
    person_id = actor().person_id or 0
    present = queries.choices_of(session(), actor(), Reach.SELF, [person_id])[person_id]
    form = ChoicesForm(data={category.value: present[category].value for category in Category})
    if form.validate_on_submit():
        services.choose(session(), actor(), form.values(), now=now())
        flash(gettext("Your choices are saved."))
        return redirect(url_for("notices.choices"), 303)
    status = 400 if form.is_submitted() else 200
    return render_template("notices/choices.html", form=form, categories=list(Category)), status
