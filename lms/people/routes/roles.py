"""Roles: who holds what; granted, changed, ended by administrators; confirmed by focal points."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lms.access.permissions import Permission
from lms.access.policies import policy
from lms.access.reaches import Reach
from lms.access.roles import ROLE_NAMES, Role
from lms.access.rules import may
from lms.core.errors import BadInputError, NotFoundError, NotPossibleError
from lms.core.request import actor, now, session
from lms.core.text import N_, whole_number
from lms.people.forms.roles import EndRoleForm, FindPersonForm, GrantForm, TermForm
from lms.people.models import Agency, Person
from lms.people.models.persons import PersonState
from lms.people.queries.agencies import agency_choices
from lms.people.queries.disclosed import disclose_to
from lms.people.queries.members import member_choices, member_names
from lms.people.queries.persons import find_by_emails, get_row, reach_of
from lms.people.queries.roles import (
    RoleFilter,
    RoleLine,
    get_role,
    list_own_focal_roles,
    list_roles,
    list_roles_of,
    place_of,
    scope_names,
)
from lms.people.routes.blueprint import blueprint
from lms.people.routes.entering import show
from lms.people.routes.recording import record_shown
from lms.people.rules.roles import FOCAL_KIND_NAMES, GRANTABLE, is_stale
from lms.people.services.roles import change_term, confirm_role, end_role, grant_role


@blueprint.get("/roles")
@policy(Permission.ROLE_READ, recorded=True)
def roles() -> str:
    """Who holds which role, of the people the actor looks after."""
    return _roles_page(FindPersonForm())


@blueprint.post("/roles/find")
@policy(Permission.ROLE_GRANT, recorded=True)
def role_find() -> Response | tuple[str, int]:
    """Open the roles of the person with an address. The address stays out of logs."""
    form = FindPersonForm()
    if form.validate_on_submit():
        found = find_by_emails(
            session(), actor(), [form.email.data or ""], Reach.ALL_MEMBERS
        ).values()
        person = next((each for each in found if each.state is not PersonState.BEING_CHECKED), None)
        if person is not None:
            return redirect(url_for("people.person_roles", person_id=person.id), 303)
        form.email.errors = (
            gettext("Nobody has this address. Check how it is written, or invite the person."),
        )
    return _roles_page(form), 400


@blueprint.get("/roles/confirm")
@policy(Permission.ROLE_READ)
def roles_confirm() -> str:
    """A focal point's own roles, each with a button that says it is still right."""
    today = now().date()
    held = list_own_focal_roles(session(), actor(), today=today)
    return render_template(
        "people/roles_confirm.html",
        roles=[
            (role, is_stale(role.role, role.started_on, role.last_confirmed_on, today))
            for role in held
        ],
        names=scope_names(session(), held),
        focal_kinds=FOCAL_KIND_NAMES,
        today=today,
    )


@blueprint.post("/roles/<int:role_id>/confirm")
@policy(Permission.ROLE_READ)
def role_confirm(role_id: int) -> Response:
    """A focal point confirms one role of their own."""
    confirm_role(session(), actor(), role_id, now=now())
    flash(gettext("Confirmed. We ask again in half a year."), "good")
    return redirect(url_for("people.roles_confirm"), 303)


@blueprint.get("/people/<int:person_id>/roles")
@policy(Permission.ROLE_READ, recorded=True)
def person_roles(person_id: int) -> str:
    """All roles of one person: present, to come, and over."""
    person, agency = get_row(session(), actor(), person_id, reach_of(actor()))
    record_shown([person_id])
    lines = list_roles_of(session(), actor(), person, agency, today=now().date())
    return render_template(
        "people/person_roles.html",
        person=disclose_to(actor(), [(person, agency)])[0],
        member=member_names(session())[person.member_code],
        present=[line for line in lines if line.is_present],
        over=[line for line in lines if not line.is_present],
        role_names=ROLE_NAMES,
        focal_kinds=FOCAL_KIND_NAMES,
        grantable=[(role.value, ROLE_NAMES[role]) for role in GRANTABLE],
        may_grant=may(actor(), Permission.ROLE_GRANT),
        is_self=person_id == actor().person_id,
    )


@blueprint.route("/people/<int:person_id>/roles/grant", methods=["GET", "POST"])
@policy(Permission.ROLE_GRANT, recorded=True)
def role_grant(person_id: int) -> Response | tuple[str, int]:
    """Grant one role to one person; the role stands in the address, so the form fits it."""
    person, agency = get_row(session(), actor(), person_id, Reach.ALL_MEMBERS)
    role = next((each for each in GRANTABLE if each.value == request.args.get("role")), None)
    if role is None:
        raise NotFoundError(N_("There is no such role to grant."))
    form = GrantForm.of(role, agency_choices(session(), person.member_code), today=now().date())
    if not form.validate_on_submit():
        return _granting(form, role, person, agency, 400 if form.is_submitted() else 200)
    try:
        grant_role(session(), actor(), person_id, form.wanted(role, person.member_code), now=now())
    except (BadInputError, NotPossibleError) as error:
        return _granting(form, role, person, agency, _show_grant(form, error))
    flash(gettext("Granted. The person is told by mail and can use it at once."), "good")
    return redirect(url_for("people.person_roles", person_id=person_id), 303)


@blueprint.route("/roles/<int:role_id>", methods=["GET", "POST"])
@policy(Permission.ROLE_GRANT, recorded=True)
def role(role_id: int) -> Response | tuple[str, int]:
    """One role held: change its last day, or end it now."""
    held = get_role(session(), actor(), role_id, Reach.ALL_MEMBERS)
    form = TermForm(obj=held)
    if not form.validate_on_submit():
        return _role_page(role_id, form, EndRoleForm.fresh(), 400 if form.is_submitted() else 200)
    try:
        change_term(session(), actor(), role_id, ended_on=form.ended_on.data, now=now())
    except (BadInputError, NotPossibleError) as error:
        return _role_page(role_id, form, EndRoleForm.fresh(), show(form, error))
    flash(gettext("The term is changed. The person is told by mail."), "good")
    return redirect(url_for("people.role", role_id=role_id), 303)


@blueprint.post("/roles/<int:role_id>/end")
@policy(Permission.ROLE_GRANT, recorded=True)
def role_end(role_id: int) -> Response | tuple[str, int]:
    """End a role from this moment."""
    held = get_role(session(), actor(), role_id, Reach.ALL_MEMBERS)
    form = EndRoleForm.fresh()
    if not form.validate_on_submit():
        return _role_page(role_id, TermForm(formdata=None, obj=held), form, 400)
    try:
        end_role(session(), actor(), role_id, reason=form.chosen(), now=now())
    except NotPossibleError as error:
        status = show(form, error)
        return _role_page(role_id, TermForm(formdata=None, obj=held), form, status)
    flash(gettext("The role has ended. The person is told by mail."), "good")
    return redirect(url_for("people.person_roles", person_id=held.person_id), 303)


def _roles_page(form: FindPersonForm) -> str:
    args = request.args
    place = args.get("after", type=whole_number)
    chosen = next((each for each in GRANTABLE if each.value == args.get("role")), None)
    wanted = RoleFilter(
        role=chosen, member_code=args.get("member", "")[:12], ended=args.get("show") == "ended"
    )
    lines, following = list_roles(
        session(), actor(), wanted, today=now().date(), after=place_of(session(), actor(), place)
    )
    record_shown(sorted({line.person.person_id for line in lines}))
    kept: dict[str, Any] = {key: value for key, value in args.items() if key != "after" and value}
    return render_template(
        "people/roles.html",
        lines=lines,
        next_page=url_for("people.roles", **kept, after=following.role_id) if following else None,
        first_page=url_for("people.roles", **kept) if place else None,
        wanted=wanted,
        form=form,
        role_names=ROLE_NAMES,
        focal_kinds=FOCAL_KIND_NAMES,
        members=member_names(session()),
        role_choices=[(each.value, ROLE_NAMES[each]) for each in GRANTABLE],
        member_choices=member_choices(session()),
        may_grant=may(actor(), Permission.ROLE_GRANT),
        sees_all=reach_of(actor()) is Reach.ALL_MEMBERS,
    )


def _granting(
    form: GrantForm, wanted: Role, person: Person, agency: Agency | None, status: int
) -> tuple[str, int]:
    record_shown([person.id])
    page = render_template(
        "people/role_grant.html",
        form=form,
        role=wanted,
        role_name=ROLE_NAMES[wanted],
        person=disclose_to(actor(), [(person, agency)])[0],
        member=member_names(session())[person.member_code],
    )
    return page, status


def _show_grant(form: GrantForm, error: BadInputError | NotPossibleError) -> int:
    """Beside the field the page has: what a focal point's role is held for is the agency."""
    if error.field == "scope" and "scope" not in form and "agency" in form:
        error.field = "agency"
    return show(form, error)


def _role_page(role_id: int, form: TermForm, ending: EndRoleForm, status: int) -> tuple[str, int]:
    held = get_role(session(), actor(), role_id, Reach.ALL_MEMBERS)
    person, agency = get_row(session(), actor(), held.person_id, Reach.ALL_MEMBERS)
    record_shown([person.id])
    lines: list[RoleLine] = list_roles_of(session(), actor(), person, agency, today=now().date())
    page = render_template(
        "people/role.html",
        form=form,
        ending=ending,
        line=next(line for line in lines if line.held.id == role_id),
        person=disclose_to(actor(), [(person, agency)])[0],
        member=member_names(session())[person.member_code],
        role_names=ROLE_NAMES,
        focal_kinds=FOCAL_KIND_NAMES,
        is_self=person.id == actor().person_id,
    )
    return page, status
