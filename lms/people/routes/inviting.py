"""Inviting people: one by a form, several by pasted lines."""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from sqlalchemy import select
from werkzeug.wrappers import Response

from lms.access.permissions import Permission
from lms.access.policies import policy
from lms.access.reaches import Reach
from lms.access.rules import may_for_agency, may_for_member, scopes_for
from lms.core.actor import ScopeKind
from lms.core.errors import BekalError, NotFoundError
from lms.core.request import actor, now, session
from lms.core.text import N_, clean_line, fold
from lms.people.forms.invitations import InviteOneForm, InviteSeveralForm
from lms.people.models import Agency
from lms.people.queries.members import member_names
from lms.people.queries.persons import find_by_emails, list_agencies
from lms.people.routes.blueprint import blueprint
from lms.people.routes.entering import language, show
from lms.people.rules.invitations import MOST_LINES, Line, LineError
from lms.people.services.persons import ALREADY_OWN, KnownAddressError, Terms, invite_people

Answer = str | Response | tuple[str, int]


@dataclass(frozen=True, slots=True)
class ShownError:
    """A line that cannot be used, as the page shows it; `person_id` where it is known already."""

    number: int
    typed: str
    sentence: str
    person_id: int | None = None


@blueprint.route("/people/invite", methods=["GET", "POST"])
@policy(Permission.PERSON_INVITE)
def invite() -> Answer:
    """Invite one person, or several with `?several=1`."""
    members = _members()
    code = request.args.get("member", "") or (next(iter(members)) if len(members) == 1 else "")
    if not code:
        return render_template("people/invite_member.html", members=list(members.items()))
    if code not in members:
        raise NotFoundError(N_("There is no such member among those you invite for."))
    if request.args.get("several"):
        return _several(code, members)
    return _one(code, members)


def _one(code: str, members: dict[str, str]) -> Answer:
    form = InviteOneForm()
    _offer(form, code)
    known: int | None = None
    if form.is_submitted() and form.validate() and (line := form.line()) is not None:
        try:
            invited = invite_people(session(), actor(), [line], _terms(form, code), now=now())
        except KnownAddressError as error:
            show(form, error)
            known = error.known[fold(line.email)]
        except BekalError as error:
            show(form, error)
        else:
            flash(gettext("The invitation is on its way to %(email)s.", email=line.email))
            return redirect(url_for("people.person", person_id=invited[0].id), 303)
    page = render_template(
        "people/invite.html",
        form=form,
        known=known,
        code=code,
        member_name=members[code],
        several_members=len(members) > 1,
    )
    return (page, 400) if form.is_submitted() else page


def _several(code: str, members: dict[str, str]) -> Answer:
    form = InviteSeveralForm()
    _offer(form, code)
    errors: list[ShownError] = []
    if form.is_submitted() and form.validate():
        lines, unread = form.read()
        own = find_by_emails(session(), actor(), [line.email for line in lines], Reach.OWN_MEMBER)
        known = {address: person.id for address, person in own.items()}
        errors = sorted(
            [*(_shown(error) for error in unread), *_known(lines, known)],
            key=lambda error: error.number,
        )
        if lines and not errors:
            try:
                invited = invite_people(session(), actor(), lines, _terms(form, code), now=now())
            except KnownAddressError as error:
                errors = _known(lines, error.known)
            except BekalError as error:
                show(form, error)
            else:
                flash(
                    ngettext(
                        "%(num)d invitation is on its way.",
                        "%(num)d invitations are on their way.",
                        len(invited),
                    )
                )
                return redirect(url_for("people.people", state="invited"), 303)
        if errors:
            form.lines.errors = (
                ngettext(
                    "One line has to be mended first. Nobody is invited yet.",
                    "%(num)d lines have to be mended first. Nobody is invited yet.",
                    len(errors),
                ),
            )
    page = render_template(
        "people/invite_several.html",
        form=form,
        line_errors=errors,
        code=code,
        member_name=members[code],
        several_members=len(members) > 1,
        most=MOST_LINES,
    )
    return (page, 400) if form.is_submitted() else page


def _members() -> dict[str, str]:
    """The members the actor invites for, by code, in the order of their names."""
    scopes = scopes_for(actor(), Permission.PERSON_INVITE)
    names = member_names(session())
    codes = set(names) if scopes.everywhere else set(scopes.of(ScopeKind.MEMBER))
    ids = sorted(int(agency) for agency in scopes.of(ScopeKind.AGENCY))
    if ids:
        of_agencies = select(Agency.member_code).where(Agency.id.in_(ids))
        codes |= set(session().execute(of_agencies).scalars())
    return dict(sorted(((code, names[code]) for code in codes), key=lambda pair: fold(pair[1])))


def _offer(form: InviteOneForm | InviteSeveralForm, code: str) -> None:
    """Fill in the agencies the actor invites for, and the languages of the interface."""
    whole = may_for_member(actor(), Permission.PERSON_INVITE, code)
    own = [
        (agency.id, agency.name)
        for agency in list_agencies(session(), actor(), [code])
        if may_for_agency(actor(), Permission.PERSON_INVITE, code, agency.id)
    ]
    form.agency_id.choices = [*([("", gettext("Not known yet"))] if whole else []), *own]
    form.language.choices = current_app.config["BEKAL_LANGUAGE_NAMES"]
    if not form.is_submitted():
        form.language.data = language()


def _terms(form: InviteOneForm | InviteSeveralForm, code: str) -> Terms:
    return Terms(
        member_code=code,
        agency_id=form.agency_id.data,
        post=clean_line(form.post.data or "")[:200],
        language=form.language.data,
        limits_listing=bool(form.limits_listing.data),
    )


def _shown(error: LineError) -> ShownError:
    return ShownError(error.number, error.typed, gettext(error.sentence, **error.values))


def _known(lines: list[Line], known: dict[str, int]) -> list[ShownError]:
    return [
        ShownError(line.number, line.typed, gettext(ALREADY_OWN), known[fold(line.email)])
        for line in lines
        if fold(line.email) in known
    ]
