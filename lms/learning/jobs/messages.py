"""The worker tells people of a trainer's message."""

from __future__ import annotations

from lms.core.actor import ANONYMOUS
from lms.core.jobs.work import Handler, Work
from lms.learning.services.teaching_messages import SEND, tell_some
from lms.people.queries.sign_in import actor_of

CHUNK = 200


def send(work: Work) -> None:
    """Tell everybody the message is for, in chunks, as the trainer who wrote it."""
    message_id = int(work.payload["message_id"])
    after: int | None = int(work.cursor.get("after", 0))
    while after is not None:
        with work.transaction() as session:
            sender = actor_of(session, work.requested_by or 0, now=work.now()) or ANONYMOUS
            after = tell_some(session, sender, message_id, after=after, limit=CHUNK, now=work.now())
            if after is not None:
                work.advance(session, cursor={"after": after}, done=work.done + CHUNK)


HANDLERS: dict[str, Handler] = {SEND: send}
