"""Signing in and out."""

from __future__ import annotations

from contextlib import suppress

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lms.access.policies import public
from lms.core.errors import BekalError, NotFoundError, TooManyTriesError
from lms.core.request import actor, engine, now, reading, session
from lms.core.text import fold
from lms.core.throttle import count_try, forget
from lms.people.forms.sign_in import SignInForm
from lms.people.queries.accounts import Account, find_account
from lms.people.routes import entering
from lms.people.routes.blueprint import blueprint
from lms.people.rules.sign_in import PASSWORD_OF_ACCOUNT, PASSWORD_OF_ADDRESS
from lms.people.services import sign_in as services
from lms.people.services.passwords import Verdict, verify
from lms.people.services.sessions import end_session


@blueprint.route("/sign-in", methods=["GET", "POST"])
@public("Nobody is signed in before signing in.")
def sign_in() -> Response:
    """E-mail and password. Every refusal has the same words and takes the same time."""
    if actor().person_id is not None:
        return redirect(entering.wish(), 303)
    form = SignInForm()
    packed = request.form.get("kept")
    if not form.validate_on_submit():
        return page_of_sign_in(form, packed, 400 if request.method == "POST" else 200)
    try:
        account, verdict = _prove(fold(form.email.data or ""), form.password.data or "")
    except TooManyTriesError as error:
        entering.show(form, error)
        return page_of_sign_in(form, packed, 429)
    if account is None:
        form.form_errors.append(
            gettext("E-mail address and password do not belong together. Check both.")
        )
        return page_of_sign_in(form, packed, 400)
    try:
        begun = services.sign_in(
            session(),
            account,
            new_hash=verdict.new_hash,
            browser=entering.browser(),
            is_new_browser=not entering.is_known_browser(account),
            now=now(),
        )
    except BekalError as error:
        return page_of_sign_in(form, packed, entering.show(form, error))
    entering.enter(begun)
    response = entering.go_on(begun, entering.wish(), packed)
    return entering.remember_browser(response, entering.with_hash(account, verdict.new_hash))


@blueprint.post("/sign-out")
@public("Who is signed out already is where they wanted to be.")
def sign_out() -> Response:
    """End this session, here and in the table."""
    if actor().person_id is not None:
        with suppress(NotFoundError):  # it may have ended in another window meanwhile
            end_session(session(), actor(), entering.present().session_id, now=now())
    entering.leave()
    flash(gettext("You are signed out."), "good")
    return redirect(url_for("people.sign_in"), 303)


def page_of_sign_in(form: SignInForm, packed: str | None, status: int = 200) -> Response:
    """The sign-in page; with a kept form in it, it says what signing in is for."""
    page = render_template(
        "people/sign_in.html", form=form, path=entering.wish(), kept=packed or ""
    )
    return make_response(page, status)


def _prove(folded_email: str, password: str) -> tuple[Account | None, Verdict]:
    """The account whose password this is, or None; as slow for one as for the other."""
    with reading() as reader:
        account = find_account(reader, folded_email)
    known = account is not None and entering.is_known_browser(account)
    limits = [
        (PASSWORD_OF_ACCOUNT, f"{'known' if known else 'stranger'}:{folded_email}"),
        (PASSWORD_OF_ADDRESS, entering.address()),
    ]
    counted = count_try(engine(), limits, now=now())
    verdict = verify(account.password_hash if account else None, password)
    if account is None or not verdict.is_right or not account.may_sign_in:
        return None, Verdict(is_right=False)
    counted.give_back()
    forget(engine(), limits[:1])
    return account, verdict
