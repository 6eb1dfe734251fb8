"""What the rows of an import are checked against, and the people who are there already."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import select

from lms.access.permissions import Permission
from lms.access.reaches import Reach, scoped
from lms.access.rules import may_for_member, scopes_for
from lms.core.actor import Actor
from lms.core.database import Session
from lms.core.text import fold
from lms.people.models import Agency, ImportRun, Person
from lms.people.models.persons import PersonState
from lms.people.queries.disclosed import switches_of
from lms.people.queries.members import member_codes_by_alias, member_names
from lms.people.queries.sign_in import SIGN_IN
from lms.people.rules.imports.changes import PLAIN, Present
from lms.people.rules.imports.rows import Bounds, Ground, KnownAgency, Wanted


def read_ground(session: Session, actor: Actor, run: ImportRun) -> Ground:
    """All names of members and agencies, and what this importer may do in this run."""
    bound = None if run.covers_all else run.member_code
    return Ground(
        bounds=Bounds(
            member_code=bound,
            agency_id=run.agency_id,
            may_add_agencies=may_add_agencies(actor, bound),
        ),
        members=member_codes_by_alias(session),
        member_names=member_names(session),
        agencies=_agencies(session, bound),
    )


def may_add_agencies(actor: Actor, member_code: str | None) -> bool:
    """Whether agencies the file names and we do not know may be added by this importer."""
    if member_code is None:
        return scopes_for(actor, Permission.AGENCY_EDIT).everywhere
    return may_for_member(actor, Permission.AGENCY_EDIT, member_code)


def find_present(
    session: Session, actor: Actor, rows: Collection[Wanted], *, for_change: bool = False
) -> dict[int, Present]:
    """Who of these rows is there already, by row number, within the importer's reach.

    Of two people with one address (one of them being checked) the one of the row's member
    counts. `for_change` locks them.
    """
    by_email = people_by_email(session, actor, {row.folded_email for row in rows}, for_change)
    agencies = _agencies_of(session, [each for found in by_email.values() for each in found])
    names = member_names(session)
    present: dict[int, Present] = {}
    for row in rows:
        found = by_email.get(row.folded_email)
        if found:
            person = min(found, key=lambda each: _distance(each, row))
            agency = agencies.get(person.agency_id) if person.agency_id else None
            present[row.number] = present_of(person, agency, names[person.member_code])
    return present


def people_by_email(
    session: Session, actor: Actor, folded: Iterable[str], for_change: bool = False
) -> dict[str, list[Person]]:
    """The people of these folded addresses within the importer's reach, declined ones left out."""
    statement = scoped(Person, actor, Reach.OWN_MEMBER).where(
        Person.folded_email.in_(sorted(folded)), Person.state != PersonState.DECLINED
    )
    if for_change:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    found: dict[str, list[Person]] = {}
    for person in session.execute(statement.order_by(Person.id)).scalars():
        found.setdefault(person.folded_email, []).append(person)
    return found


def find_held(session: Session, folded: Collection[str]) -> set[str]:
    """Which of these folded addresses anybody of any member holds. For writing only.

    Asked for every chunk alike, whatever it holds, so that time tells nothing.
    """
    statement = (
        scoped(Person, SIGN_IN, Reach.ALL_MEMBERS)
        .with_only_columns(Person.folded_email)
        .where(
            Person.folded_email.in_(sorted(folded)),
            Person.state.not_in([PersonState.BEING_CHECKED, PersonState.DECLINED]),
        )
    )
    return set(session.execute(statement).scalars())


def present_of(person: Person, agency: Agency | None, member_name: str) -> Present:
    """A person as rows are compared with them."""
    return Present(
        id=person.id,
        state=person.state,
        member_code=person.member_code,
        member_name=member_name,
        agency_id=person.agency_id,
        agency_name=agency.name if agency is not None else "",
        is_limited=switches_of(person, agency).is_limited,
        values={name: _plain(getattr(person, name)) for name in PLAIN}
        | {"limited_listing": person.limited_by_agency},
    )


def _plain(value: Any) -> Any:
    """Enumerations as their stored words, for comparing with cells and for JSON."""
    return str(value.value) if hasattr(value, "value") else value


def _distance(person: Person, row: Wanted) -> tuple[bool, bool]:
    return person.member_code != row.member_code, person.state is PersonState.BEING_CHECKED


def _agencies(session: Session, member_code: str | None) -> dict[tuple[str, str], KnownAgency]:
    statement = select(Agency)
    if member_code is not None:
        statement = statement.where(Agency.member_code == member_code)
    known: dict[tuple[str, str], KnownAgency] = {}
    for agency in session.execute(statement.order_by(Agency.id)).scalars():
        entry = KnownAgency(
            agency.id, agency.member_code, agency.name, is_closed=agency.closed_at is not None
        )
        known[agency.member_code, agency.folded_name] = entry
        if agency.own_script_name:
            known.setdefault((agency.member_code, fold(agency.own_script_name)), entry)
    return known


def _agencies_of(session: Session, people: Iterable[Person]) -> dict[int, Agency]:
    ids = sorted({person.agency_id for person in people if person.agency_id is not None})
    statement = select(Agency).where(Agency.id.in_(ids))
    return {agency.id: agency for agency in session.execute(statement).scalars()}
