"""The mail log: what left, what waits, what is parked. Addresses are masked."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lms.access.permissions import Permission
from lms.access.policies import policy
from lms.core.outbox.models import OutboxState
from lms.core.outbox.queries import count_by_state, list_mails
from lms.core.outbox.rules import OUTBOX_STATE_NAMES
from lms.core.outbox.services import decide
from lms.core.request import actor, now, session
from lms.core.text import N_
from lms.web.administration.blueprint import below, blueprint, chosen, pages
from lms.web.administration.rules import MAIL_VERBS, mail_buttons

SAID = {
    "resend": N_("The mail will be tried again within a minute."),
    "dismiss": N_("The mail is dismissed. It will not leave."),
}


@blueprint.get("/mail")
@policy(Permission.MAIL_LOG_READ)
def mail() -> str:
    """Mails, newest first, by state and template."""
    state, template = chosen(OutboxState), request.args.get("template", "").strip()
    page = list_mails(session(), state=state, template=template, below=below())
    return render_template(
        "administration/mail.html",
        mails=page.mails,
        state=state,
        template=template,
        counts=count_by_state(session()),
        state_names=OUTBOX_STATE_NAMES,
        buttons={one.id: mail_buttons(actor(), one.state) for one in page.mails},
        **pages("administration.mail", page.after, state=state, template=template),
    )


@blueprint.post("/mail/<int:mail_id>/<string:verb>")
@policy(Permission.MAIL_DECIDE)
def decide_mail(mail_id: int, verb: str) -> Response:
    """Take one step of the table of transitions."""
    if verb not in MAIL_VERBS:
        abort(404)
    decide(session(), actor(), mail_id, verb, now=now())
    flash(gettext(SAID[verb]))
    return redirect(url_for("administration.mail", state=request.form.get("state") or None), 303)
