"""A person as a given viewer may see them. Every list, export and page of people uses this."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, cast

from sqlalchemy.orm import InstrumentedAttribute

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


class NameFacts(NamedTuple):
    """What disclosure asks of a person where the fields of `NOT_ON_A_LINE` are left out."""

    id: int
    member_code: str
    name: str
    own_script_name: str
    own_script_language: str
    list_name: str
    working_name: str
    limits_own_listing: bool
    limited_by_agency: bool


class PersonFacts(NamedTuple):
    """What disclosure asks of a person. Long lists read these columns and not a whole `Person`."""

    id: int
    member_code: str
    name: str
    own_script_name: str
    own_script_language: str
    list_name: str
    working_name: str
    post: str
    sector: Sector
    sex: Sex
    languages: list[str]
    email: str
    relay_address: str
    time_zone: str
    interface_language: str
    state: PersonState
    apparent_state: PersonState | None
    limits_own_listing: bool
    limited_by_agency: bool


class AgencyFacts(NamedTuple):
    """What disclosure asks of an agency."""

    id: int
    name: str
    type: AgencyType
    limits_listing: bool


PERSON_COLUMNS: tuple[InstrumentedAttribute[Any], ...] = tuple(
    getattr(Person, name) for name in PersonFacts._fields
)
"""The columns of PersonFacts, in their order."""
AGENCY_COLUMNS: tuple[InstrumentedAttribute[Any], ...] = tuple(
    getattr(Agency, name) for name in AgencyFacts._fields
)
"""The columns of AgencyFacts, in their order."""

NAME_COLUMNS: tuple[InstrumentedAttribute[Any], ...] = tuple(
    getattr(Person, name) for name in NameFacts._fields
)
"""The columns of NameFacts, in their order."""

NOT_ON_A_LINE = frozenset(
    {
        Field.POST,
        Field.SECTOR,
        Field.SEX,
        Field.LANGUAGES,
        Field.EMAIL,
        Field.ACCOUNT_STATE,
        Field.PREFERENCES,
    }
)
"""What NameFacts says nothing of: whoever discloses them leaves these fields out."""

AnyPerson = Person | PersonFacts | NameFacts
AnyAgency = Agency | AgencyFacts


def switches_of(person: AnyPerson, agency: AnyAgency | None) -> listing.Switches:
    """The three switches of limited listing."""
    return listing.Switches(
        own=person.limits_own_listing,
        by_focal_point=person.limited_by_agency,
        by_agency=agency is not None and agency.limits_listing,
    )


def disclose(
    person: AnyPerson,
    viewer: Viewer,
    agency: AnyAgency | None,
    *,
    consented: frozenset[Field] = frozenset(),
    but: frozenset[Field] = frozenset(),
) -> PersonView:
    """What this viewer sees of the person, alone on a page or in an answer.

    `agency` is the person's agency. `consented` are the fields the person has opened to
    fellow participants or alumni; without it they see none. `but` are fields the page
    leaves out for everybody: all of NOT_ON_A_LINE where `person` is NameFacts. A person with
    limited listing is "Official" without a member; for several people use `disclose_list`.
    """
    switches = switches_of(person, agency)
    if switches.is_limited and Field.NAME not in fields_seen(viewer):
        return PersonView(
            person_id=person.id,
            viewer=viewer,
            name=person.working_name or None,
            is_working_name=True,
        )
    seen = _seen(viewer, consented, but)
    is_named = Field.NAME in seen
    has_agency = agency is not None and Field.AGENCY in seen
    has_type = has_agency or shown(Field.AGENCY, viewer) is Shown.TYPE_ONLY
    has_preferences = Field.PREFERENCES in seen
    # Made in one go, and no copy for each field: the list of a course names thousands. Of
    # NameFacts without `but` a field that was not read is an AttributeError, and never a guess.
    whole = cast(Person | PersonFacts, person)
    return PersonView(
        person_id=person.id,
        viewer=viewer,
        name=person.name if is_named else None,
        own_script_name=person.own_script_name if is_named else "",
        own_script_language=person.own_script_language if is_named else "",
        list_name=person.list_name if is_named else "",
        member_code=person.member_code if Field.MEMBER in seen else None,
        agency_id=agency.id if agency is not None and has_agency else None,
        agency_name=agency.name if agency is not None and has_agency else None,
        agency_type=agency.type if agency is not None and has_type else None,
        post=whole.post if Field.POST in seen else None,
        sector=whole.sector if Field.SECTOR in seen else None,
        sex=whole.sex if Field.SEX in seen else None,
        languages=tuple(whole.languages) if Field.LANGUAGES in seen else None,
        address=None if Field.EMAIL in but else _address(whole, viewer, seen),
        state=_state(whole, viewer) if Field.ACCOUNT_STATE in seen else None,
        time_zone=whole.time_zone if has_preferences else None,
        interface_language=whole.interface_language if has_preferences else None,
        switches=switches if Field.LISTING in seen else None,
    )


def disclose_list(
    people: Iterable[tuple[AnyPerson, AnyAgency | None, Viewer]],
    *,
    consented: dict[int, frozenset[Field]] | None = None,
    but: frozenset[Field] = frozenset(),
) -> list[PersonView]:
    """What the viewer sees of each person of one list, in its order.

    `consented` (by person) and `but` as in `disclose`. People with limited listing whom the
    viewer does not know by name are "Official"; their member is named only where three or
    more of it are so listed.
    """
    opened = consented or {}
    rows = list(people)
    views = [
        disclose(person, viewer, agency, consented=opened.get(person.id, frozenset()), but=but)
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


@functools.lru_cache(maxsize=1024)
def _seen(viewer: Viewer, consented: frozenset[Field], but: frozenset[Field]) -> frozenset[Field]:
    """The fields shown because the viewer sees them, they are listed, the person agreed, or a
    purpose was stated, without those the page leaves out.

    Whoever passes fields that are shown for a purpose has recorded it.
    """
    asked = {Shown.OPT_IN, Shown.BY_CONSENT, Shown.FOR_PURPOSE}
    opened = (field for field in consented if shown(field, viewer) in asked)
    return _unasked(viewer).union(opened) - but


@functools.cache
def _unasked(viewer: Viewer) -> frozenset[Field]:
    """The fields shown to a viewer without any consent."""
    as_listed = (field for field in Field if shown(field, viewer) is Shown.AS_LISTED)
    return fields_seen(viewer).union(as_listed)


def _address(person: Person | PersonFacts, viewer: Viewer, seen: frozenset[Field]) -> str | None:
    if Field.EMAIL in seen:
        return person.email
    is_relayed = shown(Field.EMAIL, viewer) is Shown.RELAY
    return person.relay_address or None if is_relayed else None


def _state(person: Person | PersonFacts, viewer: Viewer) -> PersonState:
    if viewer is Viewer.SECRETARIAT:
        return person.state
    return apparent_state(person.state, person.apparent_state)
