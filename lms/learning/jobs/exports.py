"""Long lists of learners as files in storage, made for the trainer who asked."""

from __future__ import annotations

import datetime

from lms.core.errors import NotFoundError
from lms.core.jobs.periodic import Periodic
from lms.core.jobs.work import Handler, Work
from lms.core.tables.files import FileForm, store_table
from lms.learning.queries.learner_table import learner_table
from lms.learning.queries.learners import every_learner
from lms.learning.queries.taught import get_taught
from lms.learning.rules.teaching import Narrowed
from lms.learning.services.exports import EXPORT, FILES
from lms.people.queries.members import member_names
from lms.people.queries.sign_in import actor_of

FORGET = "learning.forget_exports"


def export(work: Work) -> None:
    """Write the list to storage, in the order of names, with who is in it beside.

    Read as the trainer who asked: whose role has ended meanwhile gets nothing. Repeated
    after a kill it writes the same file anew.
    """
    payload = work.payload
    course_key = str(payload["course_key"])
    form = FileForm(payload["form"])
    as_of = datetime.datetime.fromisoformat(payload["as_of"])
    named: list[int] = []
    with work.reading() as session:
        actor = actor_of(session, work.requested_by or 0, now=work.now())
        if actor is None:
            raise NotFoundError("The person who asked is gone.")
        edition = get_taught(session, actor, course_key)
        learners = every_learner(
            session, actor, course_key, Narrowed.of(payload["narrowed"]),
            as_of=as_of, now=work.now(),
        )  # fmt: skip
        table = learner_table(
            learners,
            edition.course.title,
            member_names(session),
            payload["words"],
            filters=[(name, value) for name, value in payload["filters"]],
            as_of=as_of,
            named=named,
        )
        store_table(table, form, work.storage, FILES.file_key(work.run_id, form))
    FILES.keep_people(work, named)
    with work.transaction() as session:
        page = f"/teaching/{course_key}/exports/{work.run_id}"
        work.advance(session, done=len(named), total=len(named), result={"page": page})


HANDLERS: dict[str, Handler] = {EXPORT: export, FORGET: FILES.forget}
PERIODIC = (Periodic(FORGET, datetime.timedelta(days=1), datetime.timedelta(hours=3, minutes=2)),)
