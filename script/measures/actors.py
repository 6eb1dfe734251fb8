"""People of the demonstration, as the product knows them when they act."""

import datetime

from lms.access.reaches import Reach
from lms.core.actor import Actor
from lms.core.database import Session
from lms.people.queries.persons import find_by_emails
from lms.people.queries.sign_in import actor_of
from lms.web.demonstration.loading import DEMONSTRATION


def actor_with(session: Session, email: str, now: datetime.datetime) -> Actor:
    """The person with this address; RuntimeError where they have no account."""
    (person,) = find_by_emails(session, DEMONSTRATION, [email], Reach.ALL_MEMBERS).values()
    actor = actor_of(session, person.id, now=now)
    if actor is None:
        raise RuntimeError(f"{email} has no account.")
    return actor
