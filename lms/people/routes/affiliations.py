"""Another agency or post within the member."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lms.access.permissions import Permission
from lms.access.policies import policy
from lms.access.reaches import Reach
from lms.access.rules import may_for_agency
from lms.core.errors import BadInputError
from lms.core.request import actor, now, session
from lms.people.forms.affiliations import AffiliationForm
from lms.people.queries.agencies import agency_choices
from lms.people.queries.disclosed import disclose_to
from lms.people.queries.members import member_names
from lms.people.queries.persons import get_person, get_row
from lms.people.routes.blueprint import blueprint
from lms.people.routes.entering import show
from lms.people.routes.recording import record_shown
from lms.people.services.affiliations import change_affiliation


@blueprint.route("/people/<int:person_id>/affiliation", methods=["GET", "POST"])
@policy(Permission.AFFILIATION_CHANGE, recorded=True)
def affiliation(person_id: int) -> Response | tuple[str, int]:
    """Change agency and post of a person one looks after; what was before is kept."""
    person, agency = get_row(session(), actor(), person_id, Reach.OWN_MEMBER)
    choices = [
        (agency_id, name)
        for agency_id, name in agency_choices(session(), person.member_code)
        if may_for_agency(actor(), Permission.AFFILIATION_CHANGE, person.member_code, agency_id)
    ]
    form = AffiliationForm.of(person, choices, today=now().date())
    status = 400 if form.is_submitted() else 200
    if form.validate_on_submit():
        try:
            changed = change_affiliation(
                session(),
                actor(),
                get_person(session(), actor(), person_id, Reach.OWN_MEMBER),
                agency_id=int(form.agency_id.data) if form.agency_id.data else None,
                post=form.post.data or "",
                started_on=form.started_on.data,
                now=now(),
            )
        except BadInputError as error:
            status = show(form, error)
        else:
            said = gettext("Changed. What was before is kept in the history.")
            flash(said if changed else gettext("Nothing was changed."), "good")
            return redirect(url_for("people.person", person_id=person_id), 303)
    record_shown([person_id])
    page = render_template(
        "people/affiliation.html",
        form=form,
        person=disclose_to(actor(), [(person, agency)])[0],
        member=member_names(session())[person.member_code],
    )
    return page, status
