"""A forgotten password: asking for a link, and setting a new one by it."""

from __future__ import annotations

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lms.access.policies import public
from lms.core.errors import BekalError
from lms.core.request import now, reading, session
from lms.core.text import fold
from lms.people.forms.sign_in import ForgottenPasswordForm, NewPasswordForm
from lms.people.queries.accounts import find_reset
from lms.people.routes import entering
from lms.people.routes.blueprint import blueprint
from lms.people.rules.sign_in import RESET_OF_ADDRESS, RESET_OF_EMAIL
from lms.people.services.passwords import reset_password
from lms.people.services.resets import ask_for_reset


@blueprint.route("/forgotten-password", methods=["GET", "POST"])
@public("Who forgot the password cannot sign in.")
def forgotten_password() -> Response:
    """Ask for a link. The answer is the same for every address."""
    form = ForgottenPasswordForm()
    if not form.validate_on_submit():
        return _page_of_asking(form, 400 if form.is_submitted() else 200)
    folded = fold(form.email.data or "")
    try:
        entering.count((RESET_OF_EMAIL, folded), (RESET_OF_ADDRESS, entering.address()))
    except BekalError as error:
        return _page_of_asking(form, entering.show(form, error))
    ask_for_reset(session(), folded, language=entering.language(), now=now())
    return redirect(url_for("people.look_into_mail", about="password"), 303)


@blueprint.get("/look-into-mail")
@public("It says the same to everybody who asked for a mail.")
def look_into_mail() -> str:
    """That a mail is on its way, if there is one to send."""
    return render_template("people/look_into_mail.html", about=request.args.get("about", ""))


@blueprint.route("/reset/<string:token>", methods=["GET", "POST"])
@public("The link of a mail is all that a person without password has.")
def reset(token: str) -> Response:
    """A page with a form; the link itself does nothing, since mail scanners follow links."""
    form = NewPasswordForm()
    with reading() as reader:
        account = find_reset(reader, token, now=now())
    if account is None:
        return page_of_dead_link("password", token)
    if not form.validate_on_submit():
        return _page_of_reset(form, 400 if form.is_submitted() else 200)
    try:
        new_hash = entering.new_hash(form.password.data or "", account.own_words)
        reset_password(session(), token, new_hash=new_hash, now=now())
    except BekalError as error:
        return _page_of_reset(form, entering.show(form, error))
    entering.leave()
    flash(gettext("Your new password is set. Sign in with it."), "good")
    return redirect(url_for("people.sign_in"), 303)


def page_of_dead_link(about: str, token: str) -> Response:
    """A link that is unknown, used or too old: the same page for all three."""
    return make_response(render_template("people/dead_link.html", about=about, token=token), 404)


def _page_of_asking(form: ForgottenPasswordForm, status: int) -> Response:
    return make_response(render_template("people/forgotten_password.html", form=form), status)


def _page_of_reset(form: NewPasswordForm, status: int) -> Response:
    return make_response(render_template("people/reset.html", form=form), status)
