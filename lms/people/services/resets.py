"""Asking for a new password. Nobody who asks learns whether there is such an account."""

from __future__ import annotations

import datetime

from lms.core.actor import Actor
from lms.core.audit.services import record
from lms.core.database import Session
from lms.core.jobs.services import enqueue
from lms.core.outbox.services import queue_mail
from lms.people.models import Member, Person, ResetRequest
from lms.people.models.sign_in import TokenPurpose
from lms.people.queries.accounts import find_account, find_expired_invitation, find_person
from lms.people.queries.sign_in import SIGN_IN, digest_of
from lms.people.rules.persons import PersonState
from lms.people.rules.sign_in import RESET_LASTS
from lms.people.services.invitations import send_invitation
from lms.people.services.tokens import issue_token

RESET_JOB = "people.reset_requested"
ASK_AGAIN_JOB = "people.invitation_asked_again"


def ask_for_reset(
    session: Session, folded_email: str, *, language: str, now: datetime.datetime
) -> None:
    """Write down that somebody asked, and leave the looking up to a job."""
    asked = ResetRequest(folded_email=folded_email, language=language, created_at=now)
    session.add(asked)
    session.flush()
    enqueue(session, RESET_JOB, {"reset_request_id": asked.id}, requested_by=SIGN_IN, now=now)


def answer_reset_request(
    session: Session, actor: Actor, reset_request_id: int, *, now: datetime.datetime
) -> None:
    """Mail what helps the holder of the address; delete the request. Done once.

    Active: a link that sets a password, good for two hours. Invited: the invitation
    again. Waiting for a decision: that it waits. Anybody else: nothing.
    """
    asked = session.get(ResetRequest, reset_request_id)
    if asked is None:
        return
    account = find_account(session, asked.folded_email)
    session.delete(asked)
    person = find_person(session, account.person_id) if account is not None else None
    if person is None:
        return
    if person.state is PersonState.ACTIVE:
        _mail_reset(session, actor, person, now=now)
    elif person.state is PersonState.INVITED:
        send_invitation(session, actor, person, now=now)
    elif person.state is PersonState.AWAITING:
        _mail(
            session,
            person,
            "people/mail/still_waiting",
            {"member": session.get_one(Member, person.member_code).name},
            now=now,
        )
    session.flush()


def ask_for_invitation(session: Session, token: str, *, now: datetime.datetime) -> None:
    """Ask, with a link that no longer works, for a new invitation; a job looks it up."""
    enqueue(
        session,
        ASK_AGAIN_JOB,
        {"digest": digest_of(token)},
        requested_by=SIGN_IN,
        now=now,
        once_key=f"{ASK_AGAIN_JOB}:{digest_of(token)[:32]}",
    )


def answer_invitation_request(
    session: Session, actor: Actor, digest: str, *, now: datetime.datetime
) -> None:
    """Invite again whoever held the link with this digest, if still invited."""
    person = find_expired_invitation(session, digest)
    if person is not None:
        send_invitation(session, actor, person, now=now)


def _mail_reset(session: Session, actor: Actor, person: Person, *, now: datetime.datetime) -> None:
    token = issue_token(session, person.id, TokenPurpose.RESET, lasts=RESET_LASTS, now=now)
    _mail(session, person, "people/mail/reset", {"path": f"/reset/{token}"}, now=now)
    record(
        session,
        actor,
        "password.reset_link",
        "person",
        person.id,
        now=now,
        subject_person_id=person.id,
    )


def _mail(
    session: Session,
    person: Person,
    template: str,
    facts: dict[str, str],
    *,
    now: datetime.datetime,
) -> None:
    queue_mail(
        session,
        template=template,
        language=person.interface_language,
        address=person.email,
        person_id=person.id,
        facts=facts,
        now=now,
    )
