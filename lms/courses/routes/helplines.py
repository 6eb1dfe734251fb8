"""The numbers people of a member may call when a course becomes heavy."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lms.access.permissions import Permission
from lms.access.policies import policy
from lms.core.errors import BekalError
from lms.core.request import actor, now, session
from lms.courses.forms.notes import HelplineForm
from lms.courses.models import Helpline
from lms.courses.queries.notes import get_helpline, list_helplines
from lms.courses.routes.blueprint import blueprint
from lms.courses.routes.showing import (
    edited_member,
    edited_members,
    language_name,
    region_languages,
    show,
)
from lms.courses.rules import is_stale
from lms.courses.services import helplines as services
from lms.people.models import Member


@blueprint.get("/own/helplines")
@policy(Permission.MEMBER_NOTE_EDIT)
def helplines() -> str:
    """The member's list."""
    member = edited_member()
    today = now().date()
    return render_template(
        "courses/helplines.html",
        member=member,
        members=edited_members(),
        helplines=list_helplines(session(), member.code),
        is_old=lambda one: is_stale(one.checked_on, today),
        most=services.MOST,
        own_name=language_name,
    )


@blueprint.route("/own/helplines/add", methods=["GET", "POST"])
@policy(Permission.MEMBER_NOTE_EDIT)
def helpline_add() -> Response | tuple[str, int]:
    """Add a service."""
    return _edit(edited_member(), None)


@blueprint.route("/own/helplines/<int:helpline_id>", methods=["GET", "POST"])
@policy(Permission.MEMBER_NOTE_EDIT)
def helpline(helpline_id: int) -> Response | tuple[str, int]:
    """Change a service, or say that it was checked anew."""
    found = get_helpline(session(), actor(), helpline_id)
    member = session().get_one(Member, found.member_code)
    return _edit(member, found)


@blueprint.post("/own/helplines/<int:helpline_id>/end")
@policy(Permission.MEMBER_NOTE_EDIT)
def helpline_end(helpline_id: int) -> Response:
    """Take a service off the list."""
    found = get_helpline(session(), actor(), helpline_id)
    code = found.member_code
    services.end_helpline(session(), actor(), helpline_id, now=now())
    flash(gettext("The service is off the list."))
    return redirect(url_for("courses.helplines", member=code), 303)


def _edit(member: Member, found: Helpline | None) -> Response | tuple[str, int]:
    form = HelplineForm.of(found, region_languages(), today=now().date())
    status = 400 if form.is_submitted() else 200
    if form.validate_on_submit():
        try:
            services.save_helpline(
                session(),
                actor(),
                member.code,
                form.called(),
                replaces=found.id if found else None,
                now=now(),
            )
        except BekalError as error:
            status = show(form, error)
        else:
            flash(gettext("Saved. People of %(member)s see it now.", member=member.name))
            return redirect(url_for("courses.helplines", member=member.code), 303)
    page = render_template("courses/helpline.html", form=form, member=member, found=found)
    return page, status
