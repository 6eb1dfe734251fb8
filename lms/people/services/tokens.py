"""Links sent by mail: made, and used once. The raw token is in the mail and nowhere else."""

from __future__ import annotations

import datetime
import secrets
from collections.abc import Collection

from sqlalchemy import update

from lms.access.reaches import Reach, within
from lms.core.database import Session
from lms.people.models import PersonToken
from lms.people.models.sign_in import TokenPurpose
from lms.people.queries.sign_in import SIGN_IN, digest_of


def new_token() -> str:
    """A token nobody can guess: 256 random bits, safe in an address."""
    return secrets.token_urlsafe(32)


def issue_token(
    session: Session,
    person_id: int,
    purpose: TokenPurpose,
    *,
    lasts: datetime.timedelta,
    now: datetime.datetime,
    created_by: int | None = None,
) -> str:
    """Make a token for the person and give it back raw, for the mail.

    Nothing is flushed here, so that an import sends many together.
    """
    token = new_token()
    session.add(
        PersonToken(
            digest=digest_of(token),
            person_id=person_id,
            purpose=purpose,
            created_by=created_by,
            created_at=now,
            expires_at=now + lasts,
        )
    )
    return token


def use_token(
    session: Session, token: str, purpose: TokenPurpose, *, now: datetime.datetime
) -> int | None:
    """Use a token up; the person's id, or None if it is unknown, used or too old.

    One conditional UPDATE, so of two uses at once only one succeeds. The person's
    other tokens of the purpose end with it.
    """
    one = (
        update(PersonToken)
        .where(
            PersonToken.digest == digest_of(token),
            PersonToken.purpose == purpose,
            PersonToken.used_at.is_(None),
            PersonToken.expires_at > now,
        )
        .values(used_at=now)
        .returning(PersonToken.person_id)
        .execution_options(synchronize_session=False)
    )
    person_id = session.execute(
        within(one, PersonToken, SIGN_IN, Reach.ALL_MEMBERS)
    ).scalar_one_or_none()
    if person_id is not None:
        end_tokens(session, person_id, purpose, now=now)
    return person_id


def end_tokens(
    session: Session, person_id: int, purpose: TokenPurpose, *, now: datetime.datetime
) -> None:
    """End all unused tokens of the person for this purpose."""
    end_tokens_of_many(session, [person_id], purpose, now=now)


def end_tokens_of_many(
    session: Session, person_ids: Collection[int], purpose: TokenPurpose, *, now: datetime.datetime
) -> None:
    """`end_tokens` for many people in one statement."""
    others = (
        update(PersonToken)
        .where(
            PersonToken.person_id.in_(sorted(person_ids)),
            PersonToken.purpose == purpose,
            PersonToken.used_at.is_(None),
        )
        .values(used_at=now)
        .execution_options(synchronize_session=False)
    )
    session.execute(within(others, PersonToken, SIGN_IN, Reach.ALL_MEMBERS))
