"""Those who registered and wait, and addresses the secretariat checks."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lms.access.permissions import Permission
from lms.access.policies import policy
from lms.access.rules import may, may_for_agency
from lms.core.errors import BadInputError
from lms.core.request import actor, now, only_read_on, record_access, session
from lms.core.text import whole_number
from lms.people.forms.persons import AcceptForm, CheckForm, MoveForm, reason_choices
from lms.people.models import Agency
from lms.people.queries.decisions import Collision, list_collisions, list_waiting
from lms.people.queries.members import member_names
from lms.people.queries.persons import list_agencies
from lms.people.routes.blueprint import blueprint
from lms.people.rules.persons import PERSON_STATE_NAMES, PersonState, Verb, transition
from lms.people.services import decisions

Answer = str | Response | tuple[str, int]


@blueprint.get("/people/waiting")
@policy(Permission.PERSON_DECIDE, recorded=True)
def waiting() -> str:
    """Who registered and waits for a decision; for the secretariat also what is checked."""
    return _page()


@blueprint.post("/people/<int:person_id>/accept")
@policy(Permission.PERSON_DECIDE, recorded=True)
def accept(person_id: int) -> Answer:
    """Let somebody in who registered."""
    form = AcceptForm()
    try:
        step = decisions.accept(
            session(), actor(), person_id, agency_id=form.agency_id.data, now=now()
        )
    except BadInputError as error:
        only_read_on()
        return _page(refused={person_id: gettext(error.sentence, **error.values)}), 400
    flash(gettext(step.done))
    return redirect(url_for("people.waiting"), 303)


@blueprint.post("/people/<int:person_id>/decline")
@policy(Permission.PERSON_DECIDE, recorded=True)
def decline(person_id: int) -> Answer:
    """Turn a registration down."""
    form = MoveForm()
    try:
        step = decisions.decline(session(), actor(), person_id, reason=form.chosen(), now=now())
    except BadInputError as error:
        only_read_on()
        return _page(refused={person_id: gettext(error.sentence, **error.values)}), 400
    flash(gettext(step.done))
    return redirect(url_for("people.waiting"), 303)


@blueprint.post("/people/<int:person_id>/check")
@policy(Permission.MERGE_DECIDE)
def check(person_id: int) -> Response:
    """Decide about a row whose address somebody else holds."""
    form = CheckForm()
    if form.decision.data == "dismiss":
        decisions.dismiss_check(session(), actor(), person_id, now=now())
        flash(gettext("Left as it is. Whoever entered the address is told nothing."))
    elif form.decision.data == "transfer":
        decisions.propose_transfer(session(), actor(), person_id, now=now())
        flash(gettext("The transfer is proposed. The present member is asked to release."))
    return redirect(url_for("people.waiting"), 303)


def _page(*, refused: dict[int, str] | None = None) -> str:
    shown, following = list_waiting(
        session(), actor(), after=request.args.get("after", 0, type=whole_number)
    )
    may_check = may(actor(), Permission.MERGE_DECIDE)
    collisions, more = (
        list_collisions(session(), actor(), after=request.args.get("checked", 0, type=whole_number))
        if may_check
        else ([], None)
    )
    named = [each.person.id for each in shown] + [each.person.id for each in collisions]
    named += [each.holder.id for each in collisions if each.holder is not None]
    record_access(named)
    codes = {each.person.member_code for each in shown}
    agencies = list_agencies(session(), actor(), codes) if codes else []
    step = transition(PersonState.AWAITING, Verb.DECLINE)
    return render_template(
        "people/waiting.html",
        waiting=shown,
        next_page=url_for("people.waiting", after=following) if following else None,
        agencies={each.person.id: _options(agencies, each.person.member_code) for each in shown},
        reasons=reason_choices(step.reasons if step is not None else ()),
        refused=refused or {},
        members=member_names(session()),
        everywhere=may(actor(), Permission.PERSON_READ_ALL),
        may_check=may_check,
        collisions=collisions,
        holder_line=_holder_line,
        next_checked=url_for("people.waiting", checked=more) if more else None,
    )


def _holder_line(each: Collision) -> str:
    """Who holds the address, in one line; the secretariat sees all of it."""
    if each.holder is None:
        return gettext("Nobody holds this address any more.")
    agency = each.holder_agency.name if each.holder_agency is not None else ""
    member = member_names(session())[each.holder.member_code]
    parts = [each.holder.post, agency, member, gettext(PERSON_STATE_NAMES[each.holder.state])]
    return f"{each.holder.name} · {', '.join(part for part in parts if part)}"


def _options(agencies: list[Agency], member_code: str) -> list[tuple[str, str]]:
    own = [
        (str(agency.id), agency.name)
        for agency in agencies
        if agency.member_code == member_code
        and may_for_agency(actor(), Permission.PERSON_DECIDE, member_code, agency.id)
    ]
    whole = may_for_agency(actor(), Permission.PERSON_DECIDE, member_code, None)
    return [("", gettext("Not known yet")), *own] if whole else own
