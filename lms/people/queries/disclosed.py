"""A person as a given viewer may see them. Every list, export and page of people uses this."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from lms.access.disclosure import Field, Shown, Viewer, fields_seen, shown, viewer_of
from lms.core.actor import Actor
from lms.people.models import Agency, Person
from lms.people.models.members import AgencyType
from lms.people.models.persons import PersonState, Sector, Sex
from lms.people.rules import listing
from lms.people.rules.persons import apparent_state


@dataclass(frozen=True, slots=True)
class PersonView:
    """What one viewer sees of one person; None is what they do not see.

    `name` is None where even the name is not shown: then print `listing.OFFICIAL`, with
    the member if `member_code` is given. `is_working_name` says that the name is one the
    agency vouches for. `address` is where they may be written to: their own, or a relay.
    """

    person_id: int
    viewer: Viewer
    name: str | None = None
    own_script_name: str = ""
    own_script_language: str = ""
    list_name: str = ""
    is_working_name: bool = False
    member_code: str | None = None
    agency_id: int | None = None
    agency_name: str | None = None
    agency_type: AgencyType | None = None
    post: str | None = None
    sector: Sector | None = None
    sex: Sex | None = None
    languages: tuple[str, ...] | None = None
    address: str | None = None
    state: PersonState | None = None
    time_zone: str | None = None
    interface_language: str | None = None
    switches: listing.Switches | None = None

    @property
    def shown_in_lists(self) -> str | None:
        """The form for lists where the person gave one, else the name."""
        return self.list_name or self.name


def switches_of(person: Person, agency: Agency | None) -> listing.Switches:
    """The three switches of limited listing."""
    return listing.Switches(
        own=person.limits_own_listing,
        by_focal_point=person.limited_by_agency,
        by_agency=agency is not None and agency.limits_listing,
    )


def disclose(
    person: Person,
    viewer: Viewer,
    agency: Agency | None,
    *,
    consented: frozenset[Field] = frozenset(),
) -> PersonView:
    """What this viewer sees of the person, alone on a page or in an answer.

    `agency` is the person's agency. `consented` are the fields the person has opened to
    fellow participants or alumni; without it they see none. A person with limited listing
    is "Official" without a member; for several people use `disclose_list`.
    """
    seen = fields_seen(viewer) | _opened(viewer, consented)
    switches = switches_of(person, agency)
    view = PersonView(person_id=person.id, viewer=viewer)
    if switches.is_limited and Field.NAME not in fields_seen(viewer):
        return replace(view, name=person.working_name or None, is_working_name=True)
    if Field.NAME in seen:
        view = replace(
            view,
            name=person.name,
            own_script_name=person.own_script_name,
            own_script_language=person.own_script_language,
            list_name=person.list_name,
        )
    if Field.MEMBER in seen:
        view = replace(view, member_code=person.member_code)
    if agency is not None and shown(Field.AGENCY, viewer) is Shown.TYPE_ONLY:
        view = replace(view, agency_type=agency.type)
    if Field.AGENCY in seen and agency is not None:
        view = replace(view, agency_id=agency.id, agency_name=agency.name, agency_type=agency.type)
    return _add_facts(view, person, seen, switches)


def disclose_list(
    people: Iterable[tuple[Person, Agency | None, Viewer]],
    *,
    consented: dict[int, frozenset[Field]] | None = None,
) -> list[PersonView]:
    """What the viewer sees of each person of one list, in its order.

    People with limited listing whom the viewer does not know by name are "Official"; their
    member is named only where three or more of it are so listed.
    """
    opened = consented or {}
    rows = list(people)
    views = [
        disclose(person, viewer, agency, consented=opened.get(person.id, frozenset()))
        for person, agency, viewer in rows
    ]
    hidden = [
        view.name is None and shown(Field.MEMBER, view.viewer) is not Shown.NO for view in views
    ]
    named = listing.members_named(
        person.member_code
        for (person, _agency, _viewer), is_hidden in zip(rows, hidden, strict=True)
        if is_hidden
    )
    return [
        replace(view, member_code=person.member_code)
        if is_hidden and person.member_code in named
        else view
        for view, (person, _agency, _viewer), is_hidden in zip(views, rows, hidden, strict=True)
    ]


def disclose_to(actor: Actor, people: Sequence[tuple[Person, Agency | None]]) -> list[PersonView]:
    """`disclose_list` for an actor looking by role: each person as the nearest role sees them.

    For rows read within the actor's reach; a person whom no role reaches is left out.
    """
    with_viewer = [
        (person, agency, viewer)
        for person, agency in people
        if (
            viewer := viewer_of(
                actor,
                person_id=person.id,
                member_code=person.member_code,
                agency_id=person.agency_id,
            )
        )
        is not None
    ]
    return disclose_list(with_viewer)


def _opened(viewer: Viewer, consented: frozenset[Field]) -> frozenset[Field]:
    """The fields shown because they are listed, the person agreed, or a purpose was stated.

    Whoever passes fields that are shown for a purpose has recorded it.
    """
    asked = {Shown.OPT_IN, Shown.BY_CONSENT, Shown.FOR_PURPOSE}
    opened = {field for field in consented if shown(field, viewer) in asked}
    opened |= {field for field in Field if shown(field, viewer) is Shown.AS_LISTED}
    return frozenset(opened)


def _add_facts(
    view: PersonView, person: Person, seen: frozenset[Field], switches: listing.Switches
) -> PersonView:
    if Field.POST in seen:
        view = replace(view, post=person.post)
    if Field.SECTOR in seen:
        view = replace(view, sector=person.sector)
    if Field.SEX in seen:
        view = replace(view, sex=person.sex)
    if Field.LANGUAGES in seen:
        view = replace(view, languages=tuple(person.languages))
    if Field.EMAIL in seen:
        view = replace(view, address=person.email)
    elif person.relay_address and shown(Field.EMAIL, view.viewer) is Shown.RELAY:
        view = replace(view, address=person.relay_address)
    if Field.PREFERENCES in seen:
        view = replace(
            view, time_zone=person.time_zone, interface_language=person.interface_language
        )
    if Field.LISTING in seen:
        view = replace(view, switches=switches)
    if Field.ACCOUNT_STATE in seen:
        is_told = view.viewer is Viewer.SECRETARIAT
        state = person.state if is_told else apparent_state(person.state, person.apparent_state)
        view = replace(view, state=state)
    return view
