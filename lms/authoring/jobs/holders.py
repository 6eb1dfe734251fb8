"""The worker tells those who hold certificates that a guide behind them has a new edition."""

from __future__ import annotations

from collections.abc import Mapping

from lms.authoring.services.work import TELL, tell_some
from lms.core.jobs.work import Handler, Work

CHUNK = 200


def tell_holders(work: Work) -> None:
    """Tell everybody, in chunks; a worker that is killed tells nobody twice."""
    item_id = int(work.payload["work_item_id"])
    after: int | None = int(work.cursor.get("after", 0))
    while after is not None:
        with work.transaction() as session:
            after, told = tell_some(session, item_id, after=after, limit=CHUNK, now=work.now())
            cursor = {"after": after} if after is not None else None
            work.advance(session, cursor=cursor, done=work.done + told)


HANDLERS: Mapping[str, Handler] = {TELL: tell_holders}
