"""Accepting an invitation, and asking for a new one when it is too old."""

from __future__ import annotations

from flask import make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.access.policies import public
from lms.core.errors import BekalError
from lms.core.request import now, reading, session
from lms.people.forms.sign_in import InvitationForm
from lms.people.queries.accounts import Invited, find_invited
from lms.people.queries.sign_in import digest_of
from lms.people.routes import entering
from lms.people.routes.blueprint import blueprint
from lms.people.routes.passwords import page_of_dead_link
from lms.people.rules.documents import IN_FORCE
from lms.people.rules.sign_in import (
    ASK_AGAIN_OF_ADDRESS,
    ASK_AGAIN_OF_LINK,
    START,
)
from lms.people.services.invitations import accept_invitation
from lms.people.services.resets import ask_for_invitation
from lms.people.services.sign_in import open_session


@blueprint.route("/invitations/<string:token>", methods=["GET", "POST"])
@public("Who is invited has no account yet.")
def invitation(token: str) -> Response:
    """Who invites, for which member; name checked, password and documents; then signed in."""
    with reading() as reader:
        invited = find_invited(reader, token, now=now())
    if invited is None:
        return page_of_dead_link("invitation", token)
    form = InvitationForm(data={"name": invited.name, "own_script_name": invited.own_script_name})
    if not form.validate_on_submit():
        return _page(form, invited, 400 if form.is_submitted() else 200)
    own_words = (*invited.account.own_words, form.name.data or "", form.own_script_name.data or "")
    try:
        person = accept_invitation(
            session(),
            token,
            name=form.name.data or "",
            own_script_name=form.own_script_name.data or "",
            password_hash=entering.new_hash(form.password.data or "", own_words),
            documents=IN_FORCE,
            language=entering.language(),
            now=now(),
        )
    except BekalError as error:
        return _page(form, invited, entering.show(form, error))
    begun = open_session(
        session(), person, browser=entering.browser(), second_factor=False, now=now()
    )
    entering.enter(begun)
    own = entering.with_hash(invited.account, person.password_hash)
    return entering.remember_browser(redirect(START, 303), own)


@blueprint.post("/invitations/<string:token>/ask-again")
@public("Who holds a link that is too old has no account yet.")
def ask_for_new_invitation(token: str) -> Response:
    """Ask for a new invitation; the answer is the same for any link."""
    entering.count(
        (ASK_AGAIN_OF_LINK, digest_of(token)), (ASK_AGAIN_OF_ADDRESS, entering.address())
    )
    ask_for_invitation(session(), token, now=now())
    return redirect(url_for("people.look_into_mail", about="invitation"), 303)


def _page(form: InvitationForm, invited: Invited, status: int) -> Response:
    page = render_template(
        "people/invitation.html",
        form=form,
        invited=invited,
        versions=dict(IN_FORCE),
        path=request.path,
    )
    return make_response(page, status)
