"""One's own account: overview, sessions, password."""

from __future__ import annotations

from flask import flash, make_response, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lms.access.permissions import Permission
from lms.access.policies import policy
from lms.core.errors import BekalError
from lms.core.request import actor, now, session
from lms.people.forms.sign_in import ChangePasswordForm
from lms.people.queries.accounts import count_own_codes, list_own_sessions
from lms.people.routes import entering
from lms.people.routes.blueprint import blueprint
from lms.people.services.passwords import change_password
from lms.people.services.sessions import end_own_sessions, end_session
from lms.people.services.sign_in import open_session


@blueprint.get("/account")
@policy(Permission.ACCOUNT_USE)
def account() -> str:
    """What there is to one's account, and the ways to change it."""
    return render_template(
        "people/account.html",
        sessions=len(list_own_sessions(session(), actor(), now=now())),
        has_second_factor=entering.present().has_second_factor,
        codes_left=count_own_codes(session(), actor()),
    )


@blueprint.get("/account/sessions")
@policy(Permission.ACCOUNT_USE)
def sessions() -> str:
    """Where one is signed in."""
    return render_template(
        "people/sessions.html",
        sessions=list_own_sessions(session(), actor(), now=now()),
        this_one=entering.present().session_id,
    )


@blueprint.post("/account/sessions/<int:session_id>/end")
@policy(Permission.ACCOUNT_USE)
def end_one_session(session_id: int) -> Response:
    """Sign out one browser."""
    end_session(session(), actor(), session_id, now=now())
    if session_id == entering.present().session_id:
        entering.leave()
        flash(gettext("You are signed out."), "good")
        return redirect(url_for("people.sign_in"), 303)
    flash(gettext("That browser is signed out."), "good")
    return redirect(url_for("people.sessions"), 303)


@blueprint.post("/account/sessions/end-all")
@policy(Permission.ACCOUNT_USE)
def end_every_session() -> Response:
    """Sign out everywhere, here too."""
    end_own_sessions(session(), actor(), now=now())
    entering.leave()
    flash(gettext("You are signed out everywhere."), "good")
    return redirect(url_for("people.sign_in"), 303)


@blueprint.route("/account/password", methods=["GET", "POST"])
@policy(Permission.ACCOUNT_USE)
def password() -> Response:
    """Change the password; every other session ends, and this one gets a new token."""
    form = ChangePasswordForm()
    if not form.validate_on_submit():
        return _page_of_password(form, 400 if form.is_submitted() else 200)
    try:
        own = entering.prove_password(form.old_password.data or "", field="old_password")
        new_hash = entering.new_hash(form.password.data or "", own.own_words)
        person = change_password(
            session(), actor(), old_hash=own.password_hash or "", new_hash=new_hash, now=now()
        )
    except BekalError as error:
        return _page_of_password(form, entering.show(form, error))
    begun = open_session(
        session(),
        person,
        browser=entering.browser(),
        second_factor=entering.present().second_factor_given,
        now=now(),
    )
    entering.enter(begun)
    flash(gettext("Your password is changed. Other browsers are signed out."), "good")
    own_now = entering.with_hash(own, new_hash)
    return entering.remember_browser(redirect(url_for("people.account"), 303), own_now)


def _page_of_password(form: ChangePasswordForm, status: int) -> Response:
    return make_response(render_template("people/password.html", form=form), status)
