"""What the worker decides about notices: mail now, in a digest later, or never."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from lms.access.reaches import Reach, scoped
from lms.core.actor import Actor
from lms.core.database import Session
from lms.core.outbox.services import queue_mail
from lms.notices.models import Notice
from lms.notices.queries import choices_of, list_due
from lms.notices.rules import Channel, Frequency, next_digest
from lms.people.models import Person
from lms.people.models.persons import PersonState

WORKER = Actor.system("notices")
CHUNK = 200


def dispatch(session: Session, *, now: datetime.datetime, limit: int = CHUNK) -> int:
    """Decide about up to `limit` notices that are due, in the transaction in hand; how many.

    Mail goes into the outbox in the same transaction, so a kill at any moment mails
    nothing twice and loses nothing. What was read meanwhile is not mailed any more.
    """
    due = list_due(session, WORKER, now=now, limit=limit)
    by_person: dict[int, list[Notice]] = defaultdict(list)
    for notice in due:
        by_person[notice.person_id].append(notice)
    people = _people(session, list(by_person))
    choices = choices_of(session, WORKER, Reach.ALL_MEMBERS, list(by_person))
    for person_id, notices in by_person.items():
        person = people[person_id]
        digest: list[Notice] = []
        for notice in notices:
            _decide(session, person, notice, choices[person_id][notice.category], digest, now)
        if digest:
            _mail(session, person, "notices/mail/digest", digest, now)
    session.flush()
    return len(due)


def _people(session: Session, ids: Sequence[int]) -> dict[int, Person]:
    statement = scoped(Person, WORKER, Reach.ALL_MEMBERS).where(Person.id.in_(ids))
    return {person.id: person for person in session.execute(statement).scalars()}


def _decide(
    session: Session,
    person: Person,
    notice: Notice,
    frequency: Frequency,
    digest: list[Notice],
    now: datetime.datetime,
) -> None:
    """Settle one notice, or put it off until its digest."""
    moment = next_digest(notice.created_at, frequency, person.time_zone)
    if moment is None or notice.read_at is not None or person.state is not PersonState.ACTIVE:
        notice.channel, notice.due_at = Channel.PAGE, None
    elif moment > now:
        notice.due_at = moment
    elif frequency is Frequency.AT_ONCE:
        notice.channel, notice.due_at = Channel.MAIL, None
        _mail(session, person, "notices/mail/notice", [notice], now)
    else:
        notice.channel, notice.due_at = Channel.DIGEST, None
        digest.append(notice)


def _mail(
    session: Session,
    person: Person,
    template: str,
    notices: Iterable[Notice],
    now: datetime.datetime,
) -> None:
    """Queue one mail. With limited listing it names nothing: mail boxes are read by others."""
    is_limited = person.limits_own_listing or person.limited_by_agency
    items: list[dict[str, Any]] = [
        {"sentence": notice.sentence, "facts": notice.facts, "path": notice.path}
        for notice in notices
    ]
    queue_mail(
        session,
        template="notices/mail/plain" if is_limited else template,
        language=person.interface_language,
        address=person.email,
        person_id=person.id,
        facts={"count": len(items)} if is_limited else {"items": items},
        now=now,
        is_notice=True,
    )
