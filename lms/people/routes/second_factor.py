"""The second factor: giving it, setting it up, printed codes, taking it away."""

from __future__ import annotations

import io

import segno
from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lms.access.permissions import Permission
from lms.access.policies import policy
from lms.access.reaches import Reach
from lms.core.errors import BadInputError, BekalError, NotFoundError
from lms.core.request import actor, engine, now, reading, record_access, session, settings
from lms.core.sealing import derive_key
from lms.core.text import N_
from lms.core.throttle import Limit, count_try
from lms.people.forms.second_factor import CodeForm, PasswordAgainForm, SetUpCodeForm
from lms.people.models import SecondFactor
from lms.people.queries.accounts import (
    count_own_codes,
    find_own_factor,
    find_person,
    has_factor,
)
from lms.people.queries.persons import get_person
from lms.people.routes import entering
from lms.people.routes.blueprint import blueprint
from lms.people.rules.second_factor import address_of, grouped
from lms.people.rules.sign_in import CODE_OF_ACCOUNT, FIRST_CODE_OF_ACCOUNT
from lms.people.services import second_factor as services
from lms.people.services.sign_in import renew_session


@blueprint.route("/second-factor", methods=["GET", "POST"])
@policy(Permission.ACCOUNT_USE, before_terms=True, before_second_factor=True)
def second_factor() -> Response:
    """Ask for a code of the app, or a printed one, before anything else is shown."""
    person = entering.present()
    if person.second_factor_given or not person.has_second_factor:
        return redirect(entering.wish(), 303)
    form = CodeForm()
    packed = request.form.get("kept")
    if not form.validate_on_submit():
        status = 400 if form.is_submitted() else 200
        return entering.page_of_second_factor(form, entering.wish(), packed, person, status)
    try:
        _check(form.code.data or "", CODE_OF_ACCOUNT)
        was_printed = services.give(session(), actor(), form.code.data or "", key=_key(), now=now())
    except BekalError as error:
        status = entering.show(form, error)
        return entering.page_of_second_factor(form, entering.wish(), packed, person, status)
    begun = renew_session(session(), person.session_id, second_factor=True, now=now())
    entering.enter(begun)
    if was_printed:
        left = count_own_codes(session(), actor())
        flash(gettext("That printed code is used up. You have %(left)s left.", left=left), "warn")
    return entering.go_on(begun, entering.wish(), packed)


@blueprint.get("/second-factor/set-up")
@policy(Permission.ACCOUNT_USE, before_terms=True, sets_up_second_factor=True)
def second_factor_setup() -> Response:
    """Why and how; once begun, the QR code and the field for the first code."""
    if entering.present().has_second_factor:
        return redirect(url_for("people.second_factor_settings"), 303)
    return _page_of_set_up(SetUpCodeForm(formdata=None), find_own_factor(session(), actor()))


@blueprint.post("/second-factor/set-up/begin")
@policy(Permission.ACCOUNT_USE, before_terms=True, sets_up_second_factor=True)
def begin_second_factor() -> Response:
    """Make the secret."""
    services.begin_set_up(session(), actor(), key=_key(), now=now())
    return redirect(url_for("people.second_factor_setup"), 303)


@blueprint.get("/second-factor/qr.svg")
@policy(Permission.ACCOUNT_USE, before_terms=True, sets_up_second_factor=True)
def second_factor_qr() -> Response:
    """The secret as a QR code, while it is being set up. Never cached."""
    factor = find_own_factor(session(), actor())
    if factor is None or factor.confirmed_at is not None:
        raise NotFoundError(N_("No set-up is under way."))
    person = find_person(session(), factor.person_id)
    drawn = io.BytesIO()
    address = address_of(services.read_secret(factor, key=_key()), person.email if person else "")
    segno.make(address, error="m").save(
        drawn, kind="svg", scale=5, border=4, dark="#000000", light="#ffffff", xmldecl=False
    )
    response = make_response(drawn.getvalue())
    response.content_type = "image/svg+xml"
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.post("/second-factor/set-up/confirm")
@policy(Permission.ACCOUNT_USE, before_terms=True, sets_up_second_factor=True)
def confirm_second_factor() -> Response:
    """Take the first code; then the printed codes are shown, this once."""
    form = SetUpCodeForm()
    with reading() as reader:
        factor = find_own_factor(reader, actor())
    if not form.validate_on_submit():
        return _page_of_set_up(form, factor, 400)
    try:
        _check(form.code.data or "", FIRST_CODE_OF_ACCOUNT)
        codes = services.confirm_set_up(
            session(), actor(), form.code.data or "", key=_key(), now=now()
        )
    except BekalError as error:
        return _page_of_set_up(form, factor, entering.show(form, error))
    begun = renew_session(session(), entering.present().session_id, second_factor=True, now=now())
    entering.enter(begun)
    return _page_of_codes(codes, is_first=True)


@blueprint.route("/account/second-factor", methods=["GET", "POST"])
@policy(Permission.ACCOUNT_USE)
def second_factor_settings() -> Response:
    """What is set up; for the password, new printed codes or no second factor any more."""
    if not entering.present().has_second_factor:
        return redirect(url_for("people.second_factor_setup"), 303)
    form = PasswordAgainForm()
    if not form.validate_on_submit():
        return _page_of_settings(form, 400 if form.is_submitted() else 200)
    try:
        entering.prove_password(form.password.data or "", field="password")
        if request.form.get("do") != "remove":
            codes = services.print_codes(session(), actor(), key=_key(), now=now())
            return _page_of_codes(codes, is_first=False)
        services.remove(session(), actor(), now=now())
    except BekalError as error:
        return _page_of_settings(form, entering.show(form, error))
    flash(gettext("Your second factor is removed."), "warn")
    return redirect(url_for("people.account"), 303)


@blueprint.route("/people/<int:person_id>/second-factor", methods=["GET", "POST"])
@policy(Permission.SECOND_FACTOR_REMOVE, recorded=True)
def take_away_second_factor(person_id: int) -> Response:
    """For somebody who lost phone and printed codes, once it is sure who they are."""
    person = get_person(
        session(), actor(), person_id, Reach.ALL_MEMBERS, for_change=request.method == "POST"
    )
    if request.method == "POST":
        services.take_away(session(), actor(), person, now=now())
        flash(gettext("The second factor is removed. They are told by mail."), "good")
        return redirect(url_for("people.person", person_id=person_id), 303)
    record_access([person.id])
    page = render_template(
        "people/take_away_second_factor.html",
        person=person,
        has_factor=has_factor(session(), person.id),
    )
    return make_response(page)


def _key() -> bytes:
    return derive_key(settings().secret_key, services.PURPOSE)


def _check(code: str, limit: Limit) -> None:
    """Count a try, and refuse a code that does not fit, before the write transaction begins.

    The throttle writes in a transaction of its own, for which SQLite has room only now.
    """
    counted = count_try(engine(), [(limit, str(actor().person_id))], now=now())
    with reading() as reader:
        if not services.fits(reader, actor(), code, key=_key(), now=now()):
            raise BadInputError(services.WRONG_CODE, field="code")
    counted.give_back()


def _page_of_set_up(
    form: SetUpCodeForm, factor: SecondFactor | None, status: int = 200
) -> Response:
    begun = factor is not None and factor.confirmed_at is None
    secret = grouped(services.read_secret(factor, key=_key())) if factor and begun else ""
    page = render_template("people/second_factor_setup.html", form=form, secret=secret)
    return make_response(page, status)


def _page_of_codes(codes: list[str], *, is_first: bool) -> Response:
    page = render_template("people/printed_codes.html", codes=codes, is_first=is_first, today=now())
    return make_response(page)


def _page_of_settings(form: PasswordAgainForm, status: int = 200) -> Response:
    page = render_template(
        "people/second_factor_settings.html",
        form=form,
        factor=find_own_factor(session(), actor()),
        codes_left=count_own_codes(session(), actor()),
    )
    return make_response(page, status)
