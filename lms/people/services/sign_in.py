"""Signing in, once the password has been found right."""

from __future__ import annotations

import datetime

from sqlalchemy import update

from lms.access.reaches import Reach, scoped, within
from lms.core.audit.services import record
from lms.core.database import Session
from lms.core.errors import NotPossibleError
from lms.core.outbox.services import queue_mail
from lms.core.text import N_
from lms.people.mails import happened_at
from lms.people.models import Person, SignInSession
from lms.people.queries.accounts import Account
from lms.people.queries.sign_in import SIGN_IN
from lms.people.rules.persons import PersonState
from lms.people.services.sessions import Begun, begin_session


def sign_in(
    session: Session,
    account: Account,
    *,
    new_hash: str | None,
    browser: str,
    is_new_browser: bool,
    now: datetime.datetime,
) -> Begun:
    """Open a session for the account whose password was found right.

    `new_hash` replaces a hash made with older parameters. A person who has signed in
    before is told by mail of a browser that is new. Raises NotPossibleError if password
    or state changed since they were read.
    """
    person = session.execute(
        scoped(Person, SIGN_IN, Reach.ALL_MEMBERS)
        .where(Person.id == account.person_id)
        .with_for_update()
    ).scalar_one()
    if person.state is not PersonState.ACTIVE or person.password_hash != account.password_hash:
        raise NotPossibleError(N_("Your account changed this moment. Sign in once more."))
    if new_hash is not None:
        person.password_hash = new_hash
    if is_new_browser and _has_signed_in_before(session, person.id):
        queue_mail(
            session,
            template="people/mail/new_browser",
            language=person.interface_language,
            address=person.email,
            person_id=person.id,
            facts={"browser": browser, "happened_at": happened_at(person, now)},
            now=now,
        )
    return open_session(session, person, browser=browser, second_factor=False, now=now)


def open_session(
    session: Session,
    person: Person,
    *,
    browser: str,
    second_factor: bool,
    now: datetime.datetime,
) -> Begun:
    """Begin a session and write it into the audit."""
    begun = begin_session(session, person, browser=browser, second_factor=second_factor, now=now)
    record(
        session,
        SIGN_IN,
        "session.begin",
        "sign_in_session",
        begun.session_id,
        now=now,
        subject_person_id=person.id,
    )
    return begun


def renew_session(
    session: Session, session_id: int, *, second_factor: bool, now: datetime.datetime
) -> Begun:
    """Put a new session in the place of this one: its token changes with what it may do.

    `second_factor`: it was given just now; otherwise what the old session had stays.
    """
    ending = (
        update(SignInSession)
        .where(SignInSession.id == session_id)
        .values(ended_at=now)
        .returning(SignInSession.person_id, SignInSession.browser, SignInSession.second_factor_at)
        .execution_options(synchronize_session=False)
    )
    person_id, browser, given_at = session.execute(
        within(ending, SignInSession, SIGN_IN, Reach.ALL_MEMBERS)
    ).one()
    person = session.execute(
        scoped(Person, SIGN_IN, Reach.ALL_MEMBERS).where(Person.id == person_id)
    ).scalar_one()
    given = second_factor or given_at is not None
    return open_session(session, person, browser=browser, second_factor=given, now=now)


def _has_signed_in_before(session: Session, person_id: int) -> bool:
    earlier = (
        scoped(SignInSession, SIGN_IN, Reach.ALL_MEMBERS)
        .with_only_columns(SignInSession.id)
        .where(SignInSession.person_id == person_id)
        .limit(1)
    )
    return session.execute(earlier).first() is not None
