"""Reading the access record: who saw or exported whom. It is written in `apart.py`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from lms.core.apart import AccessRecord, AccessRecordPerson
from lms.core.database import Session

PAGE = 50
SHOWN = 4
"""How many of the people of one record a page names; an export may have thousands."""


@dataclass(frozen=True, slots=True)
class AccessPage:
    """Records, newest first, with the ids of the first people of each."""

    records: Sequence[AccessRecord]
    people: Mapping[int, Sequence[int]]
    after: int | None


def list_accesses(
    session: Session,
    *,
    viewer_person_id: int | None = None,
    person_id: int | None = None,
    only_exports: bool = False,
    below: int | None = None,
) -> AccessPage:
    """One page: by this viewer, of this person, of exports only, or all."""
    statement = select(AccessRecord).order_by(AccessRecord.id.desc()).limit(PAGE + 1)
    if viewer_person_id is not None:
        statement = statement.where(AccessRecord.viewer_person_id == viewer_person_id)
    if person_id is not None:
        of_person = select(AccessRecordPerson.access_record_id).where(
            AccessRecordPerson.person_id == person_id
        )
        statement = statement.where(AccessRecord.id.in_(of_person))
    if only_exports:
        statement = statement.where(AccessRecord.is_export.is_(True))
    if below is not None:
        statement = statement.where(AccessRecord.id < below)
    records = session.execute(statement).scalars().all()
    shown = records[:PAGE]
    return AccessPage(
        records=shown,
        people=_first_people(session, [record.id for record in shown]),
        after=shown[-1].id if len(records) > PAGE else None,
    )


def _first_people(session: Session, record_ids: Sequence[int]) -> Mapping[int, Sequence[int]]:
    place = func.row_number().over(
        partition_by=AccessRecordPerson.access_record_id, order_by=AccessRecordPerson.id
    )
    numbered = (
        select(
            AccessRecordPerson.access_record_id,
            AccessRecordPerson.person_id,
            place.label("place"),
        )
        .where(AccessRecordPerson.access_record_id.in_(record_ids))
        .subquery()
    )
    first = select(numbered).where(numbered.c.place <= SHOWN).order_by(numbered.c.place)
    people: dict[int, list[int]] = defaultdict(list)
    for row in session.execute(first):
        people[row.access_record_id].append(row.person_id)
    return people
