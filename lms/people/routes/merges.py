"""Merges of two accounts of one person: proposed, decided, undone."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lms.access.permissions import Permission
from lms.access.policies import policy
from lms.access.reaches import Reach
from lms.access.rules import scopes_for
from lms.core.errors import BadInputError, NotPossibleError
from lms.core.request import actor, now, session
from lms.core.text import whole_number
from lms.people.forms.merges import ProposeMergeForm
from lms.people.models.persons import PERSON_STATE_NAMES, SEX_NAMES
from lms.people.queries.disclosed import disclose_to
from lms.people.queries.members import member_names
from lms.people.queries.merges import get_pair, list_merges
from lms.people.queries.persons import get_row
from lms.people.routes.blueprint import blueprint
from lms.people.routes.entering import show
from lms.people.routes.recording import record_shown
from lms.people.rules.merges import MERGE_REASON_NAMES, MERGE_STATE_NAMES, MergeState, Verb
from lms.people.services.merges import decide_merge, propose_merge


@blueprint.get("/merges")
@policy(Permission.MERGE_PROPOSE, recorded=True)
def merges() -> str:
    """Merges of the people the actor looks after, newest first."""
    state = next((each for each in MergeState if each.value == request.args.get("state")), None)
    pairs, following = list_merges(
        session(), actor(), state=state, below=request.args.get("before", type=whole_number)
    )
    record_shown(sorted({view.person_id for pair in pairs for view in (pair.kept, pair.other)}))
    kept: dict[str, Any] = {"state": state.value} if state else {}
    return render_template(
        "people/merges.html",
        pairs=pairs,
        state=state,
        states=MERGE_STATE_NAMES,
        reasons=MERGE_REASON_NAMES,
        next_page=url_for("people.merges", before=following, **kept) if following else None,
        decides=scopes_for(actor(), Permission.MERGE_DECIDE).everywhere,
    )


@blueprint.route("/people/<int:person_id>/merge", methods=["GET", "POST"])
@policy(Permission.MERGE_PROPOSE, recorded=True)
def merge_propose(person_id: int) -> Response | tuple[str, int]:
    """Say that another account is the same person's as this one, which is kept."""
    person, agency = get_row(session(), actor(), person_id, Reach.OWN_MEMBER)
    view = disclose_to(actor(), [(person, agency)])[0]
    form = ProposeMergeForm.fresh()
    status = 400 if form.is_submitted() else 200
    if form.validate_on_submit():
        try:
            merge = propose_merge(
                session(),
                actor(),
                person_id,
                other_email=form.other_email.data or "",
                reason=form.chosen(),
                now=now(),
            )
        except (BadInputError, NotPossibleError) as error:
            status = show(form, error)
        else:
            flash(gettext("Proposed. The secretariat decides."), "good")
            return redirect(url_for("people.merge", merge_id=merge.id), 303)
    record_shown([person_id])
    return render_template("people/merge_propose.html", form=form, person=view), status


@blueprint.get("/merges/<int:merge_id>")
@policy(Permission.MERGE_PROPOSE, recorded=True)
def merge(merge_id: int) -> str:
    """The two accounts side by side, and what may be decided."""
    pair = get_pair(session(), actor(), merge_id)
    record_shown(sorted({pair.kept.person_id, pair.other.person_id}))
    return render_template(
        "people/merge.html",
        pair=pair,
        states=MERGE_STATE_NAMES,
        reasons=MERGE_REASON_NAMES,
        member_names=member_names(session()),
        person_states=PERSON_STATE_NAMES,
        sexes=SEX_NAMES,
    )


@blueprint.post("/merges/<int:merge_id>/make")
@policy(Permission.MERGE_DECIDE)
def merge_make(merge_id: int) -> Response:
    """The secretariat merges the two accounts."""
    return _decide(merge_id, Verb.MAKE)


@blueprint.post("/merges/<int:merge_id>/refuse")
@policy(Permission.MERGE_DECIDE)
def merge_refuse(merge_id: int) -> Response:
    """The secretariat leaves both accounts as they are."""
    return _decide(merge_id, Verb.REFUSE)


@blueprint.post("/merges/<int:merge_id>/undo")
@policy(Permission.MERGE_DECIDE)
def merge_undo(merge_id: int) -> Response:
    """The secretariat gives the other account back what it was."""
    return _decide(merge_id, Verb.UNDO)


def _decide(merge_id: int, verb: Verb) -> Response:
    step = decide_merge(session(), actor(), merge_id, verb, now=now())
    flash(gettext(step.done), "good")
    return redirect(url_for("people.merge", merge_id=merge_id), 303)
