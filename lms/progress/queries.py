"""Reading evidence."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy.orm import aliased

from lms.access.reaches import Reach, scoped, vouched
from lms.core.actor import Actor
from lms.core.database import Session
from lms.progress.models import Evidence
from lms.progress.rules import Known


def known_of(
    session: Session, actor: Actor, reach: Reach, enrolment_ids: Sequence[int]
) -> dict[int, list[Known]]:
    """The facts of each enrolment that stand, without those a correction took back."""
    correction = aliased(Evidence)
    statement = (
        scoped(Evidence, actor, reach)
        .outerjoin(correction, correction.corrects_id == Evidence.id)
        .with_only_columns(Evidence.enrolment_id, Evidence.kind, Evidence.activity_key)
        .where(
            Evidence.enrolment_id.in_(enrolment_ids),
            Evidence.corrects_id.is_(None),
            correction.id.is_(None),
        )
        .order_by(Evidence.id)
    )
    found: dict[int, list[Known]] = defaultdict(list)
    for enrolment_id, kind, activity_key in session.execute(vouched(statement, Evidence)):
        found[enrolment_id].append(Known(kind, activity_key))
    return found
