"""Reading evidence."""

from __future__ import annotations

import datetime
import functools
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Result, Select, bindparam

from lms.access.own import of_oneself
from lms.access.reaches import Reach, scoped
from lms.core.actor import Actor
from lms.core.database import Session
from lms.core.errors import NotFoundError
from lms.core.text import N_
from lms.progress.models import Evidence
from lms.progress.rules import Known, that_stand


def known_of(
    session: Session,
    actor: Actor,
    reach: Reach,
    enrolment_ids: Sequence[int],
    *,
    as_of: datetime.datetime | None = None,
) -> dict[int, list[Known]]:
    """The facts of each enrolment that stand, without those a correction took back.

    `as_of`: what was recorded by that moment, with the corrections recorded by then. A
    correction stands in the enrolment of its fact, so one walk along the index by
    enrolment reads both, and what was taken back is left out here: a join on
    `corrects_id` would read the whole table, of everybody.
    """
    recorded: Result[Any]
    if reach is Reach.SELF and as_of is None:
        recorded = _own_facts(session, actor, enrolment_ids=list(enrolment_ids))
    else:
        statement = _facts_within(actor, reach)
        if as_of is not None:
            statement = statement.where(Evidence.recorded_at <= as_of)
        recorded = session.execute(statement, {"enrolment_ids": list(enrolment_ids)})
    found: dict[int, list[Known]] = defaultdict(list)
    for row in that_stand(recorded.all()):
        found[row.enrolment_id].append(Known(row.kind, row.activity_key))
    return found


def _facts(actor: Actor, reach: Reach) -> Select[*tuple[Any, ...]]:
    return (
        scoped(Evidence, actor, reach)
        .with_only_columns(
            Evidence.id,
            Evidence.corrects_id,
            Evidence.enrolment_id,
            Evidence.kind,
            Evidence.activity_key,
        )
        .where(Evidence.enrolment_id.in_(bindparam("enrolment_ids", expanding=True)))
        .order_by(Evidence.id)
    )


@functools.lru_cache(maxsize=16)
def _facts_within(actor: Actor, reach: Reach) -> Select[*tuple[Any, ...]]:
    """Built once for each who asks: the one who keeps completions asks at every fact."""
    return _facts(actor, reach)


@of_oneself
def _own_facts(actor: Actor) -> Select[*tuple[Any, ...]]:
    return _facts(actor, Reach.SELF)


def list_evidence(
    session: Session, actor: Actor, reach: Reach, enrolment_id: int
) -> Sequence[Evidence]:
    """Every row of an enrolment, corrections too, in the order they were recorded."""
    statement = (
        scoped(Evidence, actor, reach)
        .where(Evidence.enrolment_id == enrolment_id)
        .order_by(Evidence.id)
    )
    return session.execute(statement).scalars().all()


def get_evidence(session: Session, actor: Actor, reach: Reach, evidence_id: int) -> Evidence:
    """One row. Raises NotFoundError when this reach opens no such row to the actor."""
    statement = scoped(Evidence, actor, reach).where(Evidence.id == evidence_id)
    found = session.execute(statement).scalar_one_or_none()
    if found is None:
        raise NotFoundError(N_("There is no such record."))
    return found
