"""Registering oneself, in three steps: member, form, confirmed address."""

from __future__ import annotations

from flask import make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.access.policies import public
from lms.core.errors import BadInputError, BekalError
from lms.core.request import now, reading, session
from lms.core.text import fold
from lms.people.forms.registration import RegistrationForm
from lms.people.forms.sign_in import ConfirmRegistrationForm
from lms.people.queries.accounts import (
    Registering,
    find_registering,
    list_open_members,
    list_public_agencies,
)
from lms.people.routes import entering
from lms.people.routes.blueprint import blueprint
from lms.people.routes.passwords import page_of_dead_link
from lms.people.rules.invitations import clean_address
from lms.people.rules.sign_in import (
    REGISTRATION_OF_ADDRESS,
    REGISTRATION_OF_EMAIL,
)
from lms.people.services.registrations import confirm_registration
from lms.people.services.registrations import register as register_services


@blueprint.route("/register", methods=["GET", "POST"])
@public("Who has no account yet asks for one here.")
def register() -> Response:
    """Choose a member, then fill in the form. The answer is the same for every address."""
    with reading() as reader:
        found = {member.code: member for member in list_open_members(reader)}
        members = {code: member.name for code, member in found.items()}
        code = (request.form if request.method == "POST" else request.args).get("member", "")
        agencies = list_public_agencies(reader, code) if code in members else []
    if code not in members:
        page = render_template(
            "people/register_member.html", members=members, asked="member" in request.args
        )
        return make_response(page)
    form = RegistrationForm(member=code)
    form.offer(agencies, spoken=found[code].languages)
    if not form.validate_on_submit():
        return _page(form, members[code], 400 if form.is_submitted() else 200)
    try:
        email = clean_address(form.email.data or "")
        entering.count(
            (REGISTRATION_OF_EMAIL, fold(email)), (REGISTRATION_OF_ADDRESS, entering.address())
        )
        register_services(session(), form.wish(), language=entering.language(), now=now())
    except BekalError as error:
        return _page(form, members[code], entering.show(form, error))
    return redirect(url_for("people.look_into_mail", about="registration"), 303)


@blueprint.route("/registrations/<string:token>", methods=["GET", "POST"])
@public("Who registers has no account yet.")
def registration(token: str) -> Response:
    """A page with a password and one button; the link itself confirms nothing."""
    with reading() as reader:
        registering = find_registering(reader, token, now=now())
    if registering is None:
        return page_of_dead_link("registration", token)
    form = ConfirmRegistrationForm()
    if not form.validate_on_submit():
        return _page_of_confirming(form, registering, 400 if form.is_submitted() else 200)
    try:
        password_hash = entering.new_hash(form.password.data or "", registering.own_words)
        confirm_registration(session(), token, password_hash=password_hash, now=now())
    except BadInputError as error:
        return _page_of_confirming(form, registering, entering.show(form, error))
    return redirect(url_for("people.registered"), 303)


@blueprint.get("/registered")
@public("It says what happens next, and names nobody.")
def registered() -> str:
    """What happens next."""
    return render_template("people/registered.html")


def _page(form: RegistrationForm, member_name: str, status: int) -> Response:
    page = render_template("people/register.html", form=form, member_name=member_name)
    return make_response(page, status)


def _page_of_confirming(
    form: ConfirmRegistrationForm, registering: Registering, status: int
) -> Response:
    page = render_template("people/registration.html", form=form, registering=registering)
    return make_response(page, status)
