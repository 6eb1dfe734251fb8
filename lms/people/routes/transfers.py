"""Transfers between members: begun, released, accepted, confirmed."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lms.access.permissions import Permission
from lms.access.policies import policy
from lms.access.reaches import Reach
from lms.access.rules import may, may_for_member, scopes_for
from lms.core.actor import ScopeKind
from lms.core.errors import BadInputError, NotFoundError, NotPossibleError
from lms.core.request import actor, now, session
from lms.core.text import N_, is_whole_number, whole_number
from lms.people.forms.transfers import AcceptForm, AskForm, RefuseForm, RequestForm
from lms.people.queries.agencies import agency_choices
from lms.people.queries.disclosed import disclose_to
from lms.people.queries.members import member_choices, member_names
from lms.people.queries.persons import get_row
from lms.people.queries.transfers import (
    TransferLine,
    get_line,
    list_own_requests,
    list_transfers,
    list_unanswered_requests,
)
from lms.people.routes.blueprint import blueprint
from lms.people.routes.entering import show
from lms.people.routes.recording import record_shown
from lms.people.rules.transfers import (
    TRANSFER_STATE_NAMES,
    TransferReason,
    TransferState,
    Verb,
)
from lms.people.services.transfers import (
    answer_request,
    ask_transfer,
    request_person,
    take_step,
)


@blueprint.get("/transfers")
@policy(Permission.ACCOUNT_USE, recorded=True)
def transfers() -> str:
    """The actor's own transfers, and those of the members they look after."""
    finished = request.args.get("show") == "finished"
    lines, following = list_transfers(
        session(), actor(), finished=finished, below=request.args.get("before", type=whole_number)
    )
    record_shown(sorted({line.transfer.person_id for line in lines if line.name}))
    shown: dict[str, Any] = {"show": "finished"} if finished else {}
    return render_template(
        "people/transfers.html",
        lines=lines,
        finished=finished,
        next_page=url_for("people.transfers", before=following, **shown) if following else None,
        state_names=TRANSFER_STATE_NAMES,
        has_own=any(line.is_own for line in lines),
        asks_for_others=_asks_for_others(),
        requests=[] if finished else list_own_requests(session(), actor()),
        unanswered=[] if finished else list_unanswered_requests(session(), actor()),
        member_names=member_names(session()),
    )


@blueprint.route("/transfers/ask", methods=["GET", "POST"])
@policy(Permission.ACCOUNT_USE)
def transfer_ask() -> Response | tuple[str, int]:
    """I have moved: the person begins their own transfer."""
    own = actor().member_code or ""
    form = AskForm.of(member_choices(session(), without=own))
    member = member_names(session())[own]
    if not form.validate_on_submit():
        return _asking(form, member, 400 if form.is_submitted() else 200)
    try:
        transfer = ask_transfer(
            session(),
            actor(),
            actor().person_id or 0,
            to_member_code=form.to_member_code.data or "",
            reason=form.chosen(),
            now=now(),
        )
    except (BadInputError, NotPossibleError) as error:
        return _asking(form, member, show(form, error))
    flash(gettext("Asked. Your focal point is told and releases you."), "good")
    return redirect(url_for("people.transfer", transfer_id=transfer.id), 303)


@blueprint.route("/people/<int:person_id>/transfer", methods=["GET", "POST"])
@policy(Permission.TRANSFER_RELEASE, recorded=True)
def transfer_start(person_id: int) -> Response | tuple[str, int]:
    """The old member or the secretariat begins the transfer of a person."""
    person, agency = get_row(session(), actor(), person_id, Reach.OWN_MEMBER)
    form = AskForm.of(member_choices(session(), without=person.member_code))
    view = disclose_to(actor(), [(person, agency)])[0]
    status = 400 if form.is_submitted() else 200
    if form.validate_on_submit():
        try:
            transfer = ask_transfer(
                session(),
                actor(),
                person_id,
                to_member_code=form.to_member_code.data or "",
                reason=form.chosen(),
                now=now(),
            )
        except (BadInputError, NotPossibleError) as error:
            status = show(form, error)
        else:
            if transfer.state is TransferState.RELEASED:
                flash(gettext("Released. The new member is asked to accept."), "good")
            else:
                flash(gettext("Asked. The old member releases next."), "good")
            return redirect(url_for("people.transfer", transfer_id=transfer.id), 303)
    record_shown([person_id])
    page = render_template(
        "people/transfer_start.html",
        form=form,
        person=view,
        member=member_names(session())[person.member_code],
        releases=person.member_code
        in scopes_for(actor(), Permission.TRANSFER_RELEASE).of(ScopeKind.MEMBER),
    )
    return page, status


@blueprint.route("/transfers/request", methods=["GET", "POST"])
@policy(Permission.TRANSFER_ACCEPT)
def transfer_request() -> Response | tuple[str, int]:
    """A focal point asks for a person of another member, by e-mail; one answer for all."""
    form = RequestForm()
    if not form.validate_on_submit():
        page = render_template(
            "people/transfer_request.html", form=form, may_ask=_asks_for_others()
        )
        return page, 400 if form.is_submitted() else 200
    request_person(session(), actor(), email=form.email.data or "", now=now())
    flash(
        gettext(
            "Passed on. If the person can be released to you, you will be told; "
            "whether anybody has this address we do not say."
        ),
        "good",
    )
    return redirect(url_for("people.transfers"), 303)


@blueprint.post("/transfers/requests/answered")
@policy(Permission.MERGE_DECIDE)
def transfer_request_answered() -> Response:
    """The secretariat has dealt with a request that found nobody."""
    request_id = request.form.get("request_id", "")
    if not is_whole_number(request_id):
        raise NotFoundError(N_("There is no such request."))
    answer_request(session(), actor(), int(request_id), now=now())
    flash(gettext("Noted as answered."), "good")
    return redirect(url_for("people.transfers"), 303)


@blueprint.get("/transfers/<int:transfer_id>")
@policy(Permission.ACCOUNT_USE, recorded=True)
def transfer(transfer_id: int) -> tuple[str, int]:
    """One transfer: where it stands, and what the reader may do about it."""
    return _page(get_line(session(), actor(), transfer_id))


@blueprint.post("/transfers/<int:transfer_id>/release")
@policy(Permission.TRANSFER_RELEASE)
def transfer_release(transfer_id: int) -> Response:
    """The old member lets the person go."""
    return _take(transfer_id, Verb.RELEASE)


@blueprint.post("/transfers/<int:transfer_id>/accept")
@policy(Permission.TRANSFER_ACCEPT, recorded=True)
def transfer_accept(transfer_id: int) -> Response | tuple[str, int]:
    """The new member takes the person, with agency and post."""
    line = get_line(session(), actor(), transfer_id)
    form = AcceptForm.of(agency_choices(session(), line.transfer.to_member_code))
    if not form.validate_on_submit():
        return _page(line, accepting=form, status=400)
    try:
        step = take_step(
            session(),
            actor(),
            transfer_id,
            Verb.ACCEPT,
            agency_id=int(form.agency_id.data),
            post=form.post.data or "",
            now=now(),
        )
    except BadInputError as error:
        return _page(line, accepting=form, status=show(form, error))
    flash(gettext(step.done), "good")
    return redirect(url_for("people.transfer", transfer_id=transfer_id), 303)


@blueprint.post("/transfers/<int:transfer_id>/refuse")
@policy(Permission.TRANSFER_RELEASE, recorded=True)
def transfer_refuse(transfer_id: int) -> Response | tuple[str, int]:
    """One of the two members does not agree."""
    line = get_line(session(), actor(), transfer_id)
    step = next((step for step in line.steps if step.verb is Verb.REFUSE), None)
    form = RefuseForm.of(step.reasons if step else TransferReason)
    if not form.validate_on_submit():
        return _page(line, refusing=form, status=400)
    return _take(transfer_id, Verb.REFUSE, form.chosen())


@blueprint.post("/transfers/<int:transfer_id>/withdraw")
@policy(Permission.ACCOUNT_USE)
def transfer_withdraw(transfer_id: int) -> Response:
    """The person takes it back."""
    return _take(transfer_id, Verb.WITHDRAW)


@blueprint.post("/transfers/<int:transfer_id>/confirm")
@policy(Permission.ACCOUNT_USE)
def transfer_confirm(transfer_id: int) -> Response:
    """The person confirms; from now on they belong to the new member."""
    return _take(transfer_id, Verb.CONFIRM)


def _take(transfer_id: int, verb: Verb, reason: TransferReason | None = None) -> Response:
    step = take_step(session(), actor(), transfer_id, verb, reason=reason, now=now())
    flash(gettext(step.done), "good")
    return redirect(url_for("people.transfer", transfer_id=transfer_id), 303)


def _asking(form: AskForm, member: str, status: int) -> tuple[str, int]:
    return render_template("people/transfer_ask.html", form=form, member=member), status


def _asks_for_others() -> bool:
    return bool(scopes_for(actor(), Permission.TRANSFER_ACCEPT).of(ScopeKind.MEMBER))


def _page(
    line: TransferLine,
    *,
    accepting: AcceptForm | None = None,
    refusing: RefuseForm | None = None,
    status: int = 200,
) -> tuple[str, int]:
    steps = {step.verb: step for step in line.steps}
    if Verb.ACCEPT in steps and accepting is None:
        accepting = AcceptForm.of(agency_choices(session(), line.transfer.to_member_code))
        accepting.agency_id.data = str(line.transfer.to_agency_id or "")
        accepting.post.data = line.transfer.to_post
    if Verb.REFUSE in steps and refusing is None:
        refusing = RefuseForm.of(steps[Verb.REFUSE].reasons)
    record_shown([line.transfer.person_id] if line.name else [])
    page = render_template(
        "people/transfer.html",
        line=line,
        steps={verb.value: step for verb, step in steps.items()},
        accepting=accepting if Verb.ACCEPT in steps else None,
        refusing=refusing if Verb.REFUSE in steps else None,
        state_names=TRANSFER_STATE_NAMES,
        stages=_stages(line.transfer.state),
        reads_person=may(actor(), Permission.PERSON_READ_OWN_MEMBER)
        and may_for_member(actor(), Permission.PERSON_READ_OWN_MEMBER, _home(line)),
    )
    return page, status


def _home(line: TransferLine) -> str:
    """The member the person belongs to as far as this transfer says."""
    done = line.transfer.state is TransferState.DONE
    return line.transfer.to_member_code if done else line.transfer.from_member_code


def _stages(state: TransferState) -> list[tuple[str, str]]:
    """The stages with where the transfer stands; none when it came to nothing."""
    order = (
        (TransferState.ASKED, gettext("Old member releases")),
        (TransferState.RELEASED, gettext("New member accepts")),
        (TransferState.ACCEPTED, gettext("Person confirms")),
    )
    if state is TransferState.DONE:
        return [(words, "done") for _state, words in order]
    places = [each for each, _words in order]
    if state not in places:
        return []
    here = places.index(state)
    return [
        (words, "done" if place < here else "now" if place == here else "open")
        for place, (_state, words) in enumerate(order)
    ]
