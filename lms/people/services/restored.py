"""What ends when the platform is restored from a backup.

Since the backup was made a session may have been ended, a password changed, a link used: the
rows of the backup would bring them to life again. So everybody signs in anew, and links that
change a password or an address end. Invitations and registrations stay: who used one since
has no account in the backup, and needs it once more.
"""

from __future__ import annotations

import datetime

from sqlalchemy import update

from lms.access.reaches import Reach, within
from lms.core.actor import Actor
from lms.core.database import Session
from lms.people.models import PersonToken, SignInSession
from lms.people.models.sign_in import TokenPurpose


def end_what_may_have_ended(session: Session, actor: Actor, *, now: datetime.datetime) -> None:
    """End every open session, and every unused link that changes a way in."""
    sessions = (
        update(SignInSession)
        .where(SignInSession.ended_at.is_(None))
        .values(ended_at=now)
        .execution_options(synchronize_session=False)
    )
    session.execute(within(sessions, SignInSession, actor, Reach.ALL_MEMBERS))
    links = (
        update(PersonToken)
        .where(
            PersonToken.used_at.is_(None),
            PersonToken.purpose.in_([TokenPurpose.RESET, TokenPurpose.EMAIL_CHANGE]),
        )
        .values(used_at=now)
        .execution_options(synchronize_session=False)
    )
    session.execute(within(links, PersonToken, actor, Reach.ALL_MEMBERS))
