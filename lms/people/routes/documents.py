"""Privacy notice and terms at first sign-in, and whenever a new version is in force."""

from __future__ import annotations

from flask import redirect, request
from werkzeug.wrappers import Response

from lms.access.permissions import Permission
from lms.access.policies import policy
from lms.core.kept import unpack
from lms.core.request import actor, now, session, settings
from lms.people.forms.sign_in import DocumentsForm
from lms.people.routes import entering
from lms.people.routes.blueprint import blueprint
from lms.people.rules.documents import IN_FORCE
from lms.people.services.documents import accept_own_documents


@blueprint.route("/terms", methods=["GET", "POST"])
@policy(Permission.ACCOUNT_USE, before_terms=True)
def terms() -> Response:
    """Both texts and two ticks. Who does not agree signs out; nothing is lost by that."""
    person = entering.present()
    if all(document in person.accepted for document in IN_FORCE):
        return redirect(entering.wish(), 303)
    form = DocumentsForm()
    packed = request.form.get("kept")
    if not form.validate_on_submit():
        status = 400 if form.is_submitted() else 200
        return entering.page_of_terms(form, entering.wish(), packed, person, status)
    accept_own_documents(session(), actor(), IN_FORCE, language=entering.language(), now=now())
    kept = unpack(settings().secret_key, packed)
    if kept is not None:
        return entering.page_of_kept_form(kept, person)
    return redirect(entering.wish(), 303)
