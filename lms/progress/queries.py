"""Reading evidence."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from lms.access.reaches import Reach, scoped
from lms.core.actor import Actor
from lms.core.database import Session
from lms.progress.models import Evidence
from lms.progress.rules import Known


def known_of(
    session: Session, actor: Actor, reach: Reach, enrolment_ids: Sequence[int]
) -> dict[int, list[Known]]:
    """The facts of each enrolment that stand, without those a correction took back.

    A correction stands in the enrolment of its fact, so one walk along the index by
    enrolment reads both, and what was taken back is left out here: a join on
    `corrects_id` would read the whole table, of everybody.
    """
    statement = (
        scoped(Evidence, actor, reach)
        .with_only_columns(
            Evidence.id,
            Evidence.corrects_id,
            Evidence.enrolment_id,
            Evidence.kind,
            Evidence.activity_key,
        )
        .where(Evidence.enrolment_id.in_(enrolment_ids))
        .order_by(Evidence.id)
    )
    rows = session.execute(statement).all()
    taken_back = {row.corrects_id for row in rows}
    found: dict[int, list[Known]] = defaultdict(list)
    for row in rows:
        if row.corrects_id is None and row.id not in taken_back:
            found[row.enrolment_id].append(Known(row.kind, row.activity_key))
    return found
