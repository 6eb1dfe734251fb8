"""The list of people, the page of one person, and what is done to an account there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lms.access.disclosure import Field, Viewer, sees, viewer_of
from lms.access.permissions import Permission
from lms.access.policies import policy
from lms.access.roles import ROLE_NAMES
from lms.access.rules import may, may_for_agency, scopes_for
from lms.core.actor import ScopeKind
from lms.core.errors import BadInputError, NotPossibleError
from lms.core.request import actor, now, only_read_on, record_access, session
from lms.core.tables.as_csv import csv_bytes
from lms.core.tables.as_xlsx import xlsx_bytes
from lms.core.tables.files import MOST_AT_ONCE, FileForm
from lms.core.tables.values import Audience, Column, Table
from lms.core.text import N_, is_whole_number, whole_number
from lms.people.forms.persons import ListingForm, MoveForm
from lms.people.models import Agency
from lms.people.models.persons import SECTOR_NAMES, SEX_NAMES
from lms.people.queries.disclosed import PersonView, disclose, disclose_to
from lms.people.queries.exported import export_rows
from lms.people.queries.looked import list_looks
from lms.people.queries.members import member_names
from lms.people.queries.persons import (
    MOST_COUNTED,
    PeopleFilter,
    count_people,
    every_person,
    get_row,
    last_invited_at,
    list_affiliations,
    list_agencies,
    list_people,
    list_roles_held,
    place_of,
    reach_of,
    sees_checks,
    state_for,
)
from lms.people.routes.blueprint import blueprint
from lms.people.routes.entering import show
from lms.people.rules.imports.columns import FIELD_NAMES
from lms.people.rules.languages import language_names
from lms.people.rules.listing import SIDE_WORDS
from lms.people.rules.persons import (
    PERSON_STATE_NAMES,
    PersonState,
    Verb,
    possible,
)
from lms.people.services.persons import move_person
from lms.people.services.profile import Listing, limit_listing

NOW, ALL = "now", "all"
"""Two words of the filter by state beside the states: those present now, and all."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The filter as it stands in the address of the page, with what it means."""

    words: str
    state: str
    member: str
    agency: str

    @classmethod
    def of_request(cls) -> Wanted:
        given = request.args
        return cls(
            words=given.get("words", "")[:100].strip(),
            state=given.get("state", NOW),
            member=given.get("member", ""),
            agency=given.get("agency", ""),
        )

    @property
    def filter(self) -> PeopleFilter:
        if self.state == ALL:
            states = frozenset(PersonState)
        elif self.state in set(PersonState):
            states = frozenset({PersonState(self.state)})
        else:
            states = frozenset()
        return PeopleFilter(
            words=self.words,
            states=states,
            member_code=self.member,
            agency_id=int(self.agency) if is_whole_number(self.agency) else None,
        )

    @property
    def arguments(self) -> dict[str, Any]:
        """The filter as arguments of an address; what is not set is left out."""
        state = self.state if self.state != NOW else ""
        pairs = {
            "words": self.words,
            "state": state,
            "member": self.member,
            "agency": self.agency,
        }
        return {name: value for name, value in pairs.items() if value}


@blueprint.get("/people")
@policy(Permission.PERSON_LIST, recorded=True)
def people() -> str:
    """Own people for focal points, all for secretariat and administrators, by name."""
    wanted = Wanted.of_request()
    after = place_of(session(), actor(), request.args.get("after", type=whole_number))
    rows, following = list_people(session(), actor(), wanted.filter, after=after)
    views = disclose_to(actor(), rows)
    record_access([view.person_id for view in views])
    everywhere = may(actor(), Permission.PERSON_READ_ALL)
    names = member_names(session()) if everywhere else {}
    return render_template(
        "people/people.html",
        people=views,
        wanted=wanted,
        total=count_people(session(), actor(), wanted.filter),
        next_page=url_for("people.people", **wanted.arguments, after=following.person_id)
        if following is not None
        else None,
        is_first=after is None,
        members=names,
        states=_state_options(),
        member_options=_member_options(names),
        agency_options=_agency_options(wanted.member),
        may_invite=may(actor(), Permission.PERSON_INVITE),
        may_import=may(actor(), Permission.IMPORT_RUN),
        may_decide=may(actor(), Permission.PERSON_DECIDE),
        may_export=may(actor(), Permission.PERSON_READ_OWN_MEMBER),
        everywhere=everywhere,
        may_follow=everywhere and may(actor(), Permission.ENROLMENT_READ_OWN_MEMBER),
        state_names=PERSON_STATE_NAMES,
        most=MOST_COUNTED,
    )


@blueprint.get("/people/export.csv")
@policy(Permission.PERSON_READ_OWN_MEMBER, recorded=True)
def people_csv() -> Response:
    """The people of the filter as CSV, bare, as an import reads them back."""
    return _file(csv_bytes(_exported(), about=False), FileForm.CSV)


@blueprint.get("/people/export.xlsx")
@policy(Permission.PERSON_READ_OWN_MEMBER, recorded=True)
def people_xlsx() -> Response:
    """The same as a workbook, with a second sheet that says what it is."""
    return _file(xlsx_bytes(_exported()), FileForm.XLSX)


@blueprint.get("/people/<int:person_id>")
@policy(Permission.PERSON_LIST, recorded=True)
def person(person_id: int) -> str:
    """One person, as far as the actor's role sees them."""
    return _page(person_id)


@blueprint.post("/people/<int:person_id>/state")
@policy(Permission.PERSON_INVITE, recorded=True)
def move(person_id: int) -> Response | tuple[str, int]:
    """Do one thing of the table of transitions to an account."""
    form = MoveForm()
    verb = Verb(form.verb.data) if form.verb.data in set(Verb) else None
    if verb is None:
        only_read_on()
        return _page(person_id), 400
    try:
        step = move_person(session(), actor(), person_id, verb, reason=form.chosen(), now=now())
    except BadInputError as error:
        only_read_on()
        return _page(person_id, refused={verb: gettext(error.sentence, **error.values)}), 400
    flash(gettext(step.done))
    return redirect(url_for("people.person", person_id=person_id), 303)


@blueprint.post("/people/<int:person_id>/listing")
@policy(Permission.LISTING_LIMIT, recorded=True)
def limit(person_id: int) -> Response | tuple[str, int]:
    """Set or lift the focal point's switch of limited listing, with the names vouched for."""
    form = ListingForm()
    wanted = Listing(
        is_limited=bool(form.is_limited.data),
        working_name=form.working_name.data or "",
        relay_address=form.relay_address.data or "",
    )
    try:
        limit_listing(session(), actor(), person_id, wanted, now=now())
    except BadInputError as error:
        only_read_on()
        status = show(form, error)
        return _page(person_id, listing=form), status
    flash(gettext("The listing of this person is saved."))
    return redirect(url_for("people.person", person_id=person_id), 303)


def _exported() -> Table:
    """The people of the filter, recorded as an export. NotPossibleError if they are too many."""
    wanted = Wanted.of_request()
    if count_people(session(), actor(), wanted.filter, most=MOST_AT_ONCE) > MOST_AT_ONCE:
        raise NotPossibleError(
            N_(
                "These are more than %(most)s persons, too many for one file. "
                "Choose a member, an agency or a state first."
            ),
            most=MOST_AT_ONCE,
        )
    found = every_person(session(), actor(), wanted.filter, most=MOST_AT_ONCE)
    rows, ids = export_rows(actor(), found, member_names(session()))
    record_access(ids, is_export=True)
    return Table(
        title=gettext("People"),
        definition=gettext("A row is one person, in the present agency and post."),
        columns=[Column(name) for name in FIELD_NAMES],
        rows=rows,
        as_of=now(),
        audience=Audience.NAMED,
        filters=list(wanted.arguments.items()),
    )


def _file(content: bytes, form: FileForm) -> Response:
    response = Response(content, content_type=form.content_type)
    response.headers["Content-Disposition"] = f"attachment; filename=people.{form.value}"
    return response


def _page(
    person_id: int, *, refused: dict[Verb, str] | None = None, listing: ListingForm | None = None
) -> str:
    reach = reach_of(actor())
    found, agency = get_row(session(), actor(), person_id, reach)
    viewer = viewer_of(
        actor(), person_id=found.id, member_code=found.member_code, agency_id=found.agency_id
    )
    view = disclose(found, viewer or Viewer.ADMINISTRATOR, agency)
    record_access([person_id])
    steps = possible(
        state_for(actor(), found),
        actor(),
        member_code=found.member_code,
        agency_id=found.agency_id,
        person_id=found.id,
    )
    may_limit = may_for_agency(
        actor(), Permission.LISTING_LIMIT, found.member_code, found.agency_id
    )
    vouched = {"working_name": found.working_name, "relay_address": found.relay_address}
    if listing is None:
        listing = ListingForm(
            formdata=None, data={"is_limited": found.limited_by_agency, **vouched}
        )
    forms = [
        (step, MoveForm.of(step, formdata=None), (refused or {}).get(step.verb, ""))
        for step in steps
    ]
    return render_template(
        "people/person.html",
        person=view,
        member_name=member_names(session()).get(found.member_code, found.member_code),
        affiliations=list_affiliations(session(), actor(), person_id, reach)
        if sees(Field.AFFILIATIONS, view.viewer)
        else [],
        members=member_names(session()),
        roles=list_roles_held(session(), actor(), person_id, reach, day=now().date()),
        invited_at=last_invited_at(session(), actor(), person_id, reach)
        if view.state is PersonState.INVITED
        else None,
        forms=forms,
        listing=listing if may_limit and view.switches is not None else None,
        looks=_looks(view),
        is_self=view.viewer is Viewer.SELF,
        actions=_further_steps(view),
        spoken=[(code, language_names().get(code, code)) for code in view.languages or ()],
        state_names=PERSON_STATE_NAMES,
        sector_names=SECTOR_NAMES,
        sex_names=SEX_NAMES,
        side_words=SIDE_WORDS,
        role_names=ROLE_NAMES,
    )


def _further_steps(view: PersonView) -> list[tuple[str, str]]:
    """Links to what is done to a person elsewhere, for those whose role may."""
    steps = (
        (
            Permission.ENROLMENT_READ_OWN_MEMBER,
            gettext("Courses and how they stand"),
            "learning.own_person",
        ),
        (Permission.AFFILIATION_CHANGE, gettext("Agency and post"), "people.affiliation"),
        (
            Permission.TRANSFER_RELEASE,
            gettext("Transfer to another member"),
            "people.transfer_start",
        ),
        (Permission.ROLE_READ, gettext("Roles and terms"), "people.person_roles"),
        (Permission.MERGE_PROPOSE, gettext("Two accounts of one person"), "people.merge_propose"),
        (
            Permission.SECOND_FACTOR_REMOVE,
            gettext("Lost phone and printed codes"),
            "people.take_away_second_factor",
        ),
    )
    if view.state is not PersonState.ACTIVE:
        return []
    return [
        (words, url_for(endpoint, person_id=view.person_id))
        for permission, words, endpoint in steps
        if may(actor(), permission)
    ]


def _looks(view: PersonView) -> list[object] | None:
    """Who looked, where the person's listing is limited and the viewer may know; else None."""
    limited = view.switches is not None and view.switches.is_limited
    if not limited or not sees(Field.WHO_LOOKED, view.viewer):
        return None
    with_names = view.viewer is Viewer.OWN_FOCAL_POINT
    return list(list_looks(session(), actor(), view.person_id, with_names=with_names))


def _state_options() -> list[tuple[str, str]]:
    hidden = set() if sees_checks(actor()) else {PersonState.BEING_CHECKED}
    return [
        (NOW, gettext("Those here now")),
        *(
            (state.value, gettext(name))
            for state, name in PERSON_STATE_NAMES.items()
            if state not in hidden
        ),
        (ALL, gettext("All, former ones too")),
    ]


def _member_options(names: dict[str, str]) -> list[tuple[str, str]]:
    options = sorted(names.items(), key=lambda pair: pair[1].casefold())
    return [("", gettext("All members")), *options] if names else []


def _agency_options(member_code: str) -> list[tuple[str, str]]:
    """The agencies to filter by: of the member chosen, or of the actor's own."""
    if not may(actor(), Permission.PERSON_READ_OWN_MEMBER):
        return []
    own = scopes_for(actor(), Permission.PERSON_READ_OWN_MEMBER)
    codes = {member_code} if own.everywhere else set(own.of(ScopeKind.MEMBER))
    found: list[Agency] = list_agencies(session(), actor(), codes - {""})
    if not found:
        return []
    options = [(str(agency.id), agency.name) for agency in found]
    return [("", gettext("All agencies")), *options]
