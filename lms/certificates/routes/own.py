"""A holder's own certificates: the list, one of them, its files, who sees what of it."""

from __future__ import annotations

from flask import Response as FlaskResponse
from flask import flash, jsonify, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lms.access.permissions import Permission
from lms.access.policies import policy
from lms.access.reaches import Reach
from lms.certificates.forms.own import AskForm, FieldsForm
from lms.certificates.models import Certificate
from lms.certificates.queries.checks import limits_of
from lms.certificates.queries.own import get_own, list_own, open_request, successor_of
from lms.certificates.routes.blueprint import blueprint
from lms.certificates.routes.showing import (
    CHIPS,
    credential_answer,
    document_answer,
    is_expired,
    is_preparing,
    is_ready,
    listed,
)
from lms.certificates.rules import (
    CERTIFICATE_KIND_NAMES,
    CERTIFICATE_STATE_NAMES,
    SHOWN_FIELD_NAMES,
    SHOWN_ON_CHECK,
    CorrectionReason,
    ShownField,
    fields_on_check,
    grouped,
    letters_named,
)
from lms.certificates.services import holding
from lms.core.request import actor, now, session, settings


@blueprint.get("/certificates/mine")
@policy(Permission.LEARNING_TAKE)
def mine() -> str:
    """All one's certificates, newest first."""
    return render_template(
        "certificates/mine.html",
        listed=listed(list_own(session(), actor()), now()),
        kinds=CERTIFICATE_KIND_NAMES,
        states=CERTIFICATE_STATE_NAMES,
        chips=CHIPS,
    )


@blueprint.get("/certificates/mine/<int:certificate_id>")
@policy(Permission.LEARNING_TAKE)
def own(certificate_id: int) -> str:
    """One certificate: its files, what a check shows, the page that is shared."""
    return _page(get_own(session(), actor(), certificate_id))


@blueprint.get("/certificates/mine/<int:certificate_id>.json")
@policy(Permission.LEARNING_TAKE)
def own_json(certificate_id: int) -> FlaskResponse:
    """Whether the document is there: what assets/job.js reads."""
    certificate = get_own(session(), actor(), certificate_id)
    words = gettext("Being prepared. This takes a minute or so.")
    return jsonify(done=0, total=None, words=words, finished=not is_preparing(certificate))


@blueprint.get("/certificates/mine/<int:certificate_id>/document.pdf")
@policy(Permission.LEARNING_TAKE)
def own_document(certificate_id: int) -> Response:
    """The document."""
    return document_answer(get_own(session(), actor(), certificate_id))


@blueprint.get("/certificates/mine/<int:certificate_id>/credential.json")
@policy(Permission.LEARNING_TAKE)
def own_credential(certificate_id: int) -> Response:
    """The signed credential, which can be checked without us."""
    return credential_answer(get_own(session(), actor(), certificate_id))


@blueprint.post("/certificates/mine/<int:certificate_id>/shown")
@policy(Permission.LEARNING_TAKE)
def choose_shown(certificate_id: int) -> Response | tuple[str, int]:
    """Choose what a check of the number shows."""
    form = FieldsForm.of((), prefix="shown-")
    if not form.validate_on_submit():
        return _page(get_own(session(), actor(), certificate_id)), 400
    holding.choose_shown(session(), actor(), certificate_id, form.wanted(), now=now())
    flash(gettext("Saved. A check of the number shows this from now on."), "good")
    return _back(certificate_id)


@blueprint.post("/certificates/mine/<int:certificate_id>/share")
@policy(Permission.LEARNING_TAKE)
def share(certificate_id: int) -> Response | tuple[str, int]:
    """Open the shared page, or change what it shows."""
    form = FieldsForm.of((), prefix="share-")
    if not form.validate_on_submit():
        return _page(get_own(session(), actor(), certificate_id)), 400
    holding.share(session(), actor(), certificate_id, form.wanted(), now=now())
    flash(gettext("Shared. Who has the address sees this, until you withdraw it."), "good")
    return _back(certificate_id)


@blueprint.post("/certificates/mine/<int:certificate_id>/stop-sharing")
@policy(Permission.LEARNING_TAKE)
def stop_sharing(certificate_id: int) -> Response:
    """Close the shared page for good."""
    holding.stop_sharing(session(), actor(), certificate_id, now=now())
    flash(gettext("Withdrawn. The address shows nothing any more."), "good")
    return _back(certificate_id)


@blueprint.post("/certificates/mine/<int:certificate_id>/release")
@policy(Permission.LEARNING_TAKE)
def release(certificate_id: int) -> Response:
    """Look again whether a held certificate can be printed with the name as it is now."""
    if holding.release_own(session(), actor(), certificate_id, now=now()):
        flash(gettext("Your certificate is issued."), "good")
    else:
        flash(gettext("There is still a letter that cannot be printed. Mend it first."), "warn")
    return _back(certificate_id)


@blueprint.route("/certificates/mine/<int:certificate_id>/ask", methods=["GET", "POST"])
@policy(Permission.LEARNING_TAKE)
def ask(certificate_id: int) -> Response | tuple[str, int]:
    """Ask the secretariat for a corrected certificate."""
    certificate = get_own(session(), actor(), certificate_id)
    form = AskForm.fresh()
    if form.validate_on_submit():
        reason = CorrectionReason(form.reason.data)
        holding.ask_for_correction(session(), actor(), certificate_id, reason, now=now())
        flash(gettext("Sent. The secretariat looks at it, and you are told."), "good")
        return _back(certificate_id)
    page = render_template("certificates/ask.html", certificate=certificate, form=form)
    return page, 400 if form.is_submitted() else 200


def _page(certificate: Certificate) -> str:
    switches = limits_of(session(), certificate.person_id)
    shown = fields_on_check(certificate.shown_on_check, is_limited=switches.is_limited)
    chosen = [ShownField(field) for field in certificate.share_fields]
    shared = chosen if certificate.share_token else sorted(SHOWN_ON_CHECK & shown)
    successor = successor_of(session(), actor(), Reach.SELF, certificate)
    return render_template(
        "certificates/own.html",
        certificate=certificate,
        said=certificate.frozen,
        letters=letters_named(certificate.held_for),
        number=grouped(certificate.number),
        kinds=CERTIFICATE_KIND_NAMES,
        states=CERTIFICATE_STATE_NAMES,
        chips=CHIPS,
        is_ready=is_ready(certificate),
        is_preparing=is_preparing(certificate),
        is_expired=is_expired(certificate, now()),
        is_specimen=settings().prints_specimens,
        is_limited=switches.is_limited,
        shown=shown,
        field_names=SHOWN_FIELD_NAMES,
        shown_form=FieldsForm.of(shown, prefix="shown-"),
        share_form=FieldsForm.of(shared, prefix="share-"),
        waits=open_request(session(), actor(), Reach.SELF, certificate.id),
        successor=successor,
    )


def _back(certificate_id: int) -> Response:
    return redirect(url_for("certificates.own", certificate_id=certificate_id), 303)
