"""Agencies of a member: added, changed, closed, and their switch for limited listing."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lms.access.permissions import Permission
from lms.access.policies import policy
from lms.access.rules import may, may_for_member
from lms.core.errors import BadInputError, NotFoundError
from lms.core.request import actor, now, session
from lms.core.text import N_
from lms.people.forms.agencies import AgencyForm
from lms.people.models import Agency, Member
from lms.people.queries.agencies import (
    count_open_affiliations,
    former_names,
    get_agency_to_edit,
)
from lms.people.queries.members import get_member
from lms.people.routes import entering
from lms.people.routes.blueprint import blueprint
from lms.people.services.agencies import (
    add_agency,
    close_agency,
    edit_agency,
    limit_listing,
    may_lift_limits,
    reopen_agency,
)


@blueprint.route("/members/<string:code>/agencies/add", methods=["GET", "POST"])
@policy(Permission.AGENCY_EDIT)
def agency_add(code: str) -> Response | str | tuple[str, int]:
    """Add an agency to a member one looks after."""
    if not may_for_member(actor(), Permission.AGENCY_EDIT, code):
        raise NotFoundError(N_("There is no such member among those you look after."))
    member = get_member(session(), code)
    form = AgencyForm.of(None)
    if not form.validate_on_submit():
        return _adding(form, member, 400 if form.is_submitted() else 200)
    try:
        agency = add_agency(
            session(),
            actor(),
            member_code=code,
            name=form.name.data or "",
            own_script_name=form.own_script_name.data or "",
            type=form.chosen_type(),
            now=now(),
        )
    except BadInputError as error:
        return _adding(form, member, entering.show(form, error))
    flash(gettext("“%(name)s” is added.", name=agency.name), "good")
    return redirect(url_for("people.member", code=code), 303)


@blueprint.route("/agencies/<int:agency_id>", methods=["GET", "POST"])
@policy(Permission.AGENCY_EDIT)
def agency(agency_id: int) -> Response | str | tuple[str, int]:
    """Change an agency one looks after."""
    found = get_agency_to_edit(session(), actor(), agency_id)
    form = AgencyForm.of(found)
    if not form.validate_on_submit():
        return _editing(form, found, 400 if form.is_submitted() else 200)
    try:
        edit_agency(
            session(),
            actor(),
            agency_id,
            name=form.name.data or "",
            own_script_name=form.own_script_name.data or "",
            type=form.chosen_type(),
            now=now(),
        )
    except BadInputError as error:
        return _editing(form, found, entering.show(form, error))
    flash(gettext("The changes are saved."), "good")
    return redirect(url_for("people.agency", agency_id=agency_id), 303)


@blueprint.post("/agencies/<int:agency_id>/close")
@policy(Permission.AGENCY_EDIT)
def agency_close(agency_id: int) -> Response:
    """Close an agency nobody belongs to any more."""
    close_agency(session(), actor(), agency_id, now=now())
    flash(gettext("The agency is closed. Records that name it stay as they are."), "good")
    return redirect(url_for("people.agency", agency_id=agency_id), 303)


@blueprint.post("/agencies/<int:agency_id>/reopen")
@policy(Permission.AGENCY_EDIT)
def agency_reopen(agency_id: int) -> Response:
    """Open a closed agency again."""
    reopen_agency(session(), actor(), agency_id, now=now())
    flash(gettext("The agency is open again."), "good")
    return redirect(url_for("people.agency", agency_id=agency_id), 303)


@blueprint.post("/agencies/<int:agency_id>/listing")
@policy(Permission.LISTING_LIMIT)
def agency_listing(agency_id: int) -> Response:
    """Set or lift the limited listing of the agency's people."""
    limits = request.form.get("limits") == "yes"
    limit_listing(session(), actor(), agency_id, limits=limits, now=now())
    said = (
        gettext("The people of this agency have limited listing now.")
        if limits
        else gettext("The agency no longer limits the listing of its people.")
    )
    flash(said, "good")
    return redirect(url_for("people.agency", agency_id=agency_id), 303)


def _adding(form: AgencyForm, member: Member, status: int) -> tuple[str, int]:
    return render_template("people/agency_add.html", form=form, member=member), status


def _editing(form: AgencyForm, agency: Agency, status: int) -> tuple[str, int]:
    page = render_template(
        "people/agency.html",
        form=form,
        agency=agency,
        member=get_member(session(), agency.member_code),
        formerly=former_names(session(), agency),
        people=count_open_affiliations(session(), actor(), agency),
        may_limit=may(actor(), Permission.LISTING_LIMIT),
        may_lift=may_lift_limits(actor(), agency),
    )
    return page, status
