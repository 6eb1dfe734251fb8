"""What the secretariat does to one certificate, and who signs them."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lms.access.permissions import Permission
from lms.access.policies import policy
from lms.certificates.forms.deciding import CorrectForm, RevokeForm, SignatoryForm
from lms.certificates.queries.lists import get_certificate, places_of
from lms.certificates.routes.blueprint import blueprint
from lms.certificates.routes.lists import one_page
from lms.certificates.routes.showing import show
from lms.certificates.services.deciding import correct as correct_certificate
from lms.certificates.services.deciding import decline_request
from lms.certificates.services.deciding import revoke as revoke_certificate
from lms.certificates.services.signatories import current_signatory, name_signatory
from lms.core.errors import BadInputError
from lms.core.request import actor, now, session


@blueprint.post("/certificates/<int:certificate_id>/correct")
@policy(Permission.CERTIFICATE_DECIDE, recorded=True)
def correct(certificate_id: int) -> Response | tuple[str, int]:
    """Replace a certificate by a corrected one with another number."""
    found = get_certificate(session(), actor(), certificate_id)
    form = CorrectForm.of(places_of(session(), actor(), found.person_id))
    if not form.validate_on_submit():
        return one_page(certificate_id, correcting=form), 400
    try:
        successor = correct_certificate(
            session(), actor(), certificate_id, form.wanted(), now=now()
        )
    except BadInputError as error:
        status = show(form, error)
        return one_page(certificate_id, correcting=form), status
    flash(gettext("Replaced. The new certificate has a number of its own."), "good")
    return _to(successor.id)


@blueprint.post("/certificates/<int:certificate_id>/revoke")
@policy(Permission.CERTIFICATE_DECIDE, recorded=True)
def revoke(certificate_id: int) -> Response | tuple[str, int]:
    """Withdraw a certificate."""
    form = RevokeForm.fresh()
    if not form.validate_on_submit():
        return one_page(certificate_id, revoking=form), 400
    revoke_certificate(session(), actor(), certificate_id, form.chosen(), now=now())
    flash(gettext("Withdrawn. Who checks the number is told so from now on."), "good")
    return _to(certificate_id)


@blueprint.post("/certificates/<int:certificate_id>/decline")
@policy(Permission.CERTIFICATE_DECIDE)
def decline(certificate_id: int) -> Response:
    """Leave a certificate as it is although its holder asked for a correction."""
    decline_request(session(), actor(), certificate_id, now=now())
    flash(gettext("The certificate stays as it is, and the holder is told."), "good")
    return _to(certificate_id)


@blueprint.route("/certificates/signatory", methods=["GET", "POST"])
@policy(Permission.CERTIFICATE_DECIDE)
def signatory() -> Response | tuple[str, int]:
    """Who signs certificates from now on."""
    form = SignatoryForm.of(current_signatory(session()))
    status = 400 if form.is_submitted() else 200
    if form.validate_on_submit():
        try:
            name_signatory(session(), actor(), form.wanted(), now=now())
        except BadInputError as error:
            status = show(form, error)
        else:
            flash(gettext("Saved. Certificates issued from now on carry this."), "good")
            return redirect(url_for("certificates.certificates"), 303)
    return render_template("certificates/signatory.html", form=form), status


def _to(certificate_id: int) -> Response:
    return redirect(url_for("certificates.certificate", certificate_id=certificate_id), 303)
