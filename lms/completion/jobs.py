"""The worker moves people to another edition, and tells them when theirs is closed."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import select

from lms.completion.rules.moving import chosen_groups
from lms.completion.services.moving import MOVE, count_chosen, move_some
from lms.completion.services.withdrawing import TELL, tell_some
from lms.core.errors import BekalError
from lms.core.jobs.work import Handler, Work
from lms.core.text import N_
from lms.courses.models import StoredEdition
from lms.courses.store import get_edition
from lms.people.queries.sign_in import actor_of

CHUNK = 200


def move(work: Work) -> None:
    """Move the groups chosen, in chunks, as the person who asked, with the roles held now.

    A chunk and the cursor are committed together, and who is moved is no longer found, so
    a kill at any moment moves nobody twice and leaves out nobody.
    """
    course_key, edition_id = str(work.payload["course"]), int(work.payload["edition"])
    groups = chosen_groups(work.payload["groups"])
    with work.reading() as session:
        total = work.total or count_chosen(session, course_key, edition_id, groups, now=work.now())
        # Parsed now, so that none is while SQLite's write lock is held.
        digests = select(StoredEdition.digest).where(StoredEdition.course_key == course_key)
        for digest in session.execute(digests).scalars():
            get_edition(session, digest)
    last: int | None = int(work.cursor.get("after", 0))
    while last is not None:
        with work.transaction() as session:
            actor = actor_of(session, work.requested_by or 0, now=work.now())
            if actor is None:
                raise BekalError(N_("Whoever asked for this has no active account any more."))
            outcomes, last = move_some(
                session,
                actor,
                course_key,
                edition_id,
                groups,
                after=last,
                run_id=work.run_id,
                now=work.now(),
            )
            counted = Counter(work.result.get("outcomes", {}))
            counted.update({outcome.value: number for outcome, number in outcomes.items()})
            work.advance(
                session,
                cursor={"after": last} if last is not None else None,
                done=work.done + outcomes.total(),
                total=total,
                result={
                    "outcomes": dict(counted),
                    "page": f"/teaching/{course_key}/editions",
                },
            )


def tell_of_closing(work: Work) -> None:
    """Tell everybody on an edition that it was closed, each once."""
    last: int | None = int(work.cursor.get("after", 0))
    while last is not None:
        with work.transaction() as session:
            edition_id = int(work.payload["edition"])
            last = tell_some(session, edition_id, after=last, limit=CHUNK, now=work.now())
            if last is not None:
                work.advance(session, cursor={"after": last})


HANDLERS: dict[str, Handler] = {MOVE: move, TELL: tell_of_closing}
PROMPT = frozenset({MOVE})
