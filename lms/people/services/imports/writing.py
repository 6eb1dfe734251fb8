"""Writing the rows of an import, chunk by chunk. Every row is judged anew with the same rules."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Table, select
from sqlalchemy.dialects import postgresql, sqlite

from lms.access.reaches import Reach, scoped
from lms.core.actor import Actor
from lms.core.audit.services import record
from lms.core.database import Session
from lms.core.errors import BekalError
from lms.people.models import Agency, ImportRow, ImportRun, Person
from lms.people.models.imports import RowOutcome
from lms.people.models.members import AgencyType, Member, MemberKind
from lms.people.models.persons import PersonState, Sector, Sex
from lms.people.queries.agencies import find_agency
from lms.people.queries.imports.ground import find_held, find_present
from lms.people.queries.imports.undoing import people_of
from lms.people.rules.imports.changes import Changes, compare
from lms.people.rules.imports.rows import Ground, Wanted, check_row, closed_agency
from lms.people.rules.names import search_text, sort_name
from lms.people.services.affiliations import begin_affiliation, change_affiliation
from lms.people.services.agencies import add_agency
from lms.people.services.invitations import send_invitations

CHUNK = 200

_INTERNATIONAL = frozenset(
    {MemberKind.ORGANISATION, MemberKind.OBSERVER_ORGANISATION, MemberKind.SECRETARIAT}
)
_NAMES = frozenset({"name", "own_script_name", "list_name"})


def add_agencies(
    session: Session, actor: Actor, run: ImportRun, *, now: datetime.datetime
) -> list[int]:
    """Add the agencies that were announced in the preview; the ids of those added now."""
    added: list[int] = []
    for member_code, name in run.counts.get("agencies", []):
        if find_agency(session, member_code, name) is None:
            agency = add_agency(
                session,
                actor,
                member_code=member_code,
                name=name,
                own_script_name="",
                type=AgencyType.OTHER,
                now=now,
            )
            added.append(agency.id)
    return added


def rows_to_write(
    session: Session, actor: Actor, run: ImportRun, *, after: int, limit: int = CHUNK
) -> list[ImportRow]:
    """The next rows that were previewed as new or changed and are not written yet."""
    statement = (
        scoped(ImportRow, actor, Reach.OWN_MEMBER)
        .where(
            ImportRow.import_run_id == run.id,
            ImportRow.number > after,
            ImportRow.outcome.in_([RowOutcome.NEW, RowOutcome.CHANGED]),
            ImportRow.is_written.is_(False),
        )
        .order_by(ImportRow.number)
        .limit(limit)
    )
    return list(session.execute(statement).scalars())


def write_rows(
    session: Session,
    actor: Actor,
    run: ImportRun,
    rows: Sequence[ImportRow],
    ground: Ground,
    *,
    now: datetime.datetime,
) -> Counter[str]:
    """Write one chunk of rows as they were previewed; counts of new, changed and left_out.

    A row that would now do anything else than its preview said is left out. New people
    whose address somebody holds wait for the secretariat, and count as new.
    """
    wanted = {}
    for row in rows:
        checked = check_row(row.number, row.values, ground)
        if checked.wanted is not None and not checked.wanted.new_agency:
            wanted[row.number] = checked.wanted
    present = find_present(session, actor, wanted.values(), for_change=True)
    new: list[tuple[ImportRow, Wanted]] = []
    changed: list[tuple[ImportRow, Wanted, Changes]] = []
    counts: Counter[str] = Counter()
    for row in rows:
        asked, known = wanted.get(row.number), present.get(row.number)
        is_new = known is None and row.outcome is RowOutcome.NEW
        if asked is not None and is_new and not closed_agency(asked):
            new.append((row, asked))
            continue
        if asked is not None and known is not None:
            changes, problems = compare(asked, known)
            if not problems and changes and _as_previewed(row, changes):
                row.person_id = known.id
                changed.append((row, asked, changes))
                continue
        row.outcome = RowOutcome.LEFT_OUT
        counts["left_out"] += 1
    counts["new"] = _write_new(session, actor, run, new, now=now)
    counts["left_out"] += len(new) - counts["new"]
    counts["changed"] = _write_changed(session, actor, run, changed, now=now)
    session.flush()
    return counts


def invite_people(
    session: Session, actor: Actor, people: Collection[Person], *, now: datetime.datetime
) -> None:
    """Mail each their invitation."""
    with _bodies_at_hand(session, people), session.no_autoflush:
        send_invitations(session, actor, people, now=now)
    session.flush()


@contextmanager
def _bodies_at_hand(session: Session, people: Collection[Person]) -> Iterator[None]:
    """Keep the members and agencies of these people loaded: the session holds rows weakly,
    and each person asks for theirs again."""
    members = select(Member).where(Member.code.in_({person.member_code for person in people}))
    ids = {person.agency_id for person in people if person.agency_id is not None}
    agencies = select(Agency).where(Agency.id.in_(ids))
    bodies = [*session.execute(members).scalars(), *session.execute(agencies).scalars()]
    yield
    bodies.clear()


def _as_previewed(row: ImportRow, changes: Changes) -> bool:
    """Whether the row still does what its preview said; ids of agencies added since aside."""
    shown = {name: change for name, change in row.changes.items() if name != "agency_id"}
    return shown == {name: change for name, change in changes.items() if name != "agency_id"}


def make_people(
    session: Session,
    actor: Actor,
    wanted: Sequence[Wanted],
    *,
    run_id: str,
    now: datetime.datetime,
) -> dict[int, Person]:
    """Make an account and an affiliation for each row, in few statements; by row number.

    Nobody is told (`invite_people`). An address that somebody holds gives a row that is
    being checked, and everything else alike. A row is missing only where the same address
    waits for the same member already. Agencies must be there and open.
    """
    held = find_held(session, {row.folded_email for row in wanted})
    international = _international(session, {row.member_code for row in wanted})
    values = [_values(row, run_id, held, row.member_code in international, now) for row in wanted]
    ids = _insert(session, values)
    # Somebody took an address between the two statements: then it is held, too.
    late = [each | {"state": PersonState.BEING_CHECKED} for each in values if _key(each) not in ids]
    if late:
        ids |= _insert(session, late)
    found = session.execute(
        scoped(Person, actor, Reach.OWN_MEMBER).where(Person.id.in_(sorted(ids.values())))
    ).scalars()
    people = {person.id: person for person in found}
    made: dict[int, Person] = {}
    with _bodies_at_hand(session, people.values()), session.no_autoflush:
        for row in wanted:
            person = people.get(ids.get((row.member_code, row.folded_email), 0))
            if person is not None:
                _follow(session, actor, run_id, person, now=now)
                made[row.number] = person
    session.flush()
    return made


def _write_new(
    session: Session,
    actor: Actor,
    run: ImportRun,
    new: Sequence[tuple[ImportRow, Wanted]],
    *,
    now: datetime.datetime,
) -> int:
    if not new:
        return 0
    made = make_people(session, actor, [wanted for _, wanted in new], run_id=run.run_id, now=now)
    for row, _ in new:
        person = made.get(row.number)
        if person is None:
            row.outcome = RowOutcome.LEFT_OUT
        else:
            row.person_id, row.is_written = person.id, True
    if run.sends_invitations:
        invite_people(session, actor, made.values(), now=now)
    return len(made)


def _follow(
    session: Session,
    actor: Actor,
    run_id: str,
    person: Person,
    *,
    now: datetime.datetime,
) -> None:
    begin_affiliation(
        session,
        actor,
        person,
        member_code=person.member_code,
        agency_id=person.agency_id,
        post=person.post,
        started_on=now.date(),
        now=now,
    )
    record(
        session,
        actor,
        "person.import",
        "person",
        person.id,
        now=now,
        subject_person_id=person.id,
        run_id=run_id,
        agency_id=person.agency_id,
    )


def _write_changed(
    session: Session,
    actor: Actor,
    run: ImportRun,
    changed: Sequence[tuple[ImportRow, Wanted, Changes]],
    *,
    now: datetime.datetime,
) -> int:
    people = people_of(session, actor, [row for row, _, _ in changed])
    written = 0
    for row, _wanted, changes in changed:
        person, _present = people[row.person_id or 0]
        after = {name: change[1] for name, change in changes.items() if name != "agency"}
        try:
            with session.begin_nested():
                set_fields(session, actor, person, after, now=now)
        except BekalError:
            # Such as an agency closed since the preview: the row is left out, the rest goes on.
            row.outcome = RowOutcome.LEFT_OUT
            continue
        row.changes, row.is_written = changes, True
        written += 1
        record(
            session,
            actor,
            "person.import-change",
            "person",
            person.id,
            now=now,
            subject_person_id=person.id,
            run_id=run.run_id,
            fields=sorted(after),
        )
    return written


def set_fields(
    session: Session,
    actor: Actor,
    person: Person,
    values: Mapping[str, Any],
    *,
    now: datetime.datetime,
) -> None:
    """Set fields of a person by the names of the columns; agency and post as a new affiliation."""
    values = dict(values)
    agency_id = values.pop("agency_id", person.agency_id)
    post = values.pop("post", person.post)
    if (agency_id, post) != (person.agency_id, person.post):
        change_affiliation(
            session,
            actor,
            person,
            agency_id=agency_id,
            post=post,
            started_on=now.date(),
            now=now,
            reason="import",
        )
    if "limited_listing" in values:
        person.limited_by_agency = values.pop("limited_listing")
    for name, value in values.items():
        setattr(person, name, _typed(name, value))
    if values.keys() & _NAMES:
        person.sort_name = sort_name(person.name, person.list_name)
        person.search_text = search_text(
            person.name, person.own_script_name, person.list_name, person.email
        )
    session.flush()


def _typed(name: str, value: Any) -> Any:
    return {"sex": Sex, "sector": Sector}[name](value) if name in {"sex", "sector"} else value


def _values(
    wanted: Wanted,
    run_id: str,
    held: Collection[str],
    is_international: bool,
    now: datetime.datetime,
) -> dict[str, Any]:
    given = wanted.values
    list_name, own_script = given.get("list_name", ""), given.get("own_script_name", "")
    usual = Sector.INTERNATIONAL_ORGANISATION if is_international else Sector.GOVERNMENT
    is_held = wanted.folded_email in held
    return {
        "member_code": wanted.member_code,
        "agency_id": wanted.agency.id if wanted.agency is not None else None,
        "state": PersonState.BEING_CHECKED if is_held else PersonState.INVITED,
        "email": wanted.email,
        "folded_email": wanted.folded_email,
        "name": given["name"],
        "own_script_name": own_script,
        "own_script_language": given.get("own_script_language", ""),
        "list_name": list_name,
        "sort_name": sort_name(given["name"], list_name),
        "search_text": search_text(given["name"], own_script, list_name, wanted.email),
        "post": given.get("post", ""),
        "sector": Sector(given.get("sector", usual)),
        "sex": Sex(given.get("sex", Sex.NOT_STATED)),
        "languages": given.get("languages", []),
        "time_zone": given.get("time_zone", "UTC"),
        "interface_language": given.get("interface_language", "en"),
        "limited_by_agency": given.get("limited_listing", False),
        "created_at": now,
        "run_id": run_id,
    }


def _insert(session: Session, values: Sequence[dict[str, Any]]) -> dict[tuple[str, str], int]:
    """Insert people unless their address is taken; ids by member and folded address."""
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    insert = postgresql.insert if is_postgresql else sqlite.insert
    table: Table = Person.metadata.tables[Person.__tablename__]
    statement = (
        insert(Person)
        .on_conflict_do_nothing()
        .returning(table.c.id, table.c.member_code, table.c.folded_email)
    )
    found = session.execute(statement, list(values))
    return {(member, email): person_id for person_id, member, email in found}


def _key(values: Mapping[str, Any]) -> tuple[str, str]:
    return values["member_code"], values["folded_email"]


def _international(session: Session, codes: Collection[str]) -> set[str]:
    statement = select(Member.code).where(
        Member.code.in_(sorted(codes)), Member.kind.in_(sorted(_INTERNATIONAL))
    )
    return set(session.execute(statement).scalars())
