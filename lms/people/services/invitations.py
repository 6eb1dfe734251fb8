"""Inviting a person by mail, and accepting."""

from __future__ import annotations

import datetime
from collections.abc import Collection

from sqlalchemy import func

from lms.access.permissions import Permission
from lms.access.reaches import Reach, scoped
from lms.access.rules import may_for_agency
from lms.core.actor import Actor
from lms.core.audit.services import record
from lms.core.database import Session
from lms.core.errors import NotFoundError, NotPossibleError, RefusedError
from lms.core.outbox.services import queue_mail
from lms.core.text import N_
from lms.people.models import Member, Person, PersonToken
from lms.people.models.sign_in import TokenPurpose
from lms.people.queries.sign_in import SIGN_IN
from lms.people.rules.documents import Document
from lms.people.rules.names import clean_name, search_text, sort_name
from lms.people.rules.persons import PersonState
from lms.people.rules.sign_in import INVITATION_LASTS, RESEND_PAUSE
from lms.people.services.documents import accept_documents
from lms.people.services.tokens import end_tokens_of_many, issue_token, use_token


def send_invitation(
    session: Session, actor: Actor, person: Person, *, now: datetime.datetime
) -> None:
    """Mail the person a link that opens an account; good for 21 days, used once.

    Links sent before stop working.
    For a row that is `being_checked` the holder of the address is told that the
    secretariat looks at it: as many rows, and as much time, as for a new address. Raises
    RefusedError if the actor may not invite for this member and agency, NotPossibleError
    if the person has an account already.
    """
    send_invitations(session, actor, [person], now=now)


def send_invitations(
    session: Session, actor: Actor, people: Collection[Person], *, now: datetime.datetime
) -> None:
    """`send_invitation` for many people, in few statements. All of them or none."""
    for person in people:
        _check_may_invite(actor, person)
    ids = [person.id for person in people]
    end_tokens_of_many(session, ids, TokenPurpose.INVITATION, now=now)
    for person in people:
        _send(session, actor, person, now=now)


def _check_may_invite(actor: Actor, person: Person) -> None:
    if not may_for_agency(actor, Permission.PERSON_INVITE, person.member_code, person.agency_id):
        raise RefusedError(N_("Only a focal point of this member may invite this person."))
    if person.state not in {PersonState.INVITED, PersonState.BEING_CHECKED}:
        raise NotPossibleError(N_("This person has an account already."))


def _send(session: Session, actor: Actor, person: Person, *, now: datetime.datetime) -> None:
    token = issue_token(
        session,
        person.id,
        TokenPurpose.INVITATION,
        lasts=INVITATION_LASTS,
        now=now,
        created_by=actor.person_id,
    )
    member = session.get_one(Member, person.member_code)
    is_checked = person.state is PersonState.BEING_CHECKED
    queue_mail(
        session,
        template="people/mail/being_checked" if is_checked else "people/mail/invitation",
        language=person.interface_language,
        address=person.email,
        person_id=person.id,
        facts={"member": member.name, "path": "" if is_checked else f"/invitations/{token}"},
        now=now,
    )
    record(
        session,
        actor,
        "invitation.send",
        "person",
        person.id,
        now=now,
        subject_person_id=person.id,
    )


def resend(session: Session, actor: Actor, person: Person, *, now: datetime.datetime) -> None:
    """Send the invitation once more.

    Raises what `send_invitation` raises, and NotPossibleError within ten minutes of the
    last one.
    """
    last: datetime.datetime | None = session.execute(
        scoped(PersonToken, SIGN_IN, Reach.ALL_MEMBERS)
        .with_only_columns(func.max(PersonToken.created_at))
        .where(PersonToken.person_id == person.id, PersonToken.purpose == TokenPurpose.INVITATION)
    ).scalar_one_or_none()
    if last is not None and last > now - RESEND_PAUSE:
        raise NotPossibleError(
            N_("An invitation was sent less than ten minutes ago. Give it time to arrive.")
        )
    send_invitation(session, actor, person, now=now)


def accept_invitation(
    session: Session,
    token: str,
    *,
    name: str,
    own_script_name: str,
    password_hash: str,
    documents: tuple[Document, ...],
    language: str,
    now: datetime.datetime,
) -> Person:
    """Open the account: the person's own spelling of the name, password, documents accepted.

    Raises NotFoundError if the link is unknown, used or too old, or the person is no
    longer invited; nobody can tell which. BadInputError for a name that cannot be shown.
    """
    person_id = use_token(session, token, TokenPurpose.INVITATION, now=now)
    person = session.execute(
        scoped(Person, SIGN_IN, Reach.ALL_MEMBERS)
        .where(Person.id == person_id, Person.state == PersonState.INVITED)
        .with_for_update()
    ).scalar_one_or_none()
    if person is None:
        raise NotFoundError(N_("This link no longer works."))
    person.state = PersonState.ACTIVE
    person.name = clean_name(name)
    person.own_script_name = clean_name(own_script_name, field="own_script_name")
    person.sort_name = sort_name(person.name, person.list_name)
    person.search_text = search_text(
        person.name, person.own_script_name, person.list_name, person.email
    )
    person.password_hash = password_hash
    person.interface_language = language
    accept_documents(session, person.id, documents, language=language, now=now)
    record(
        session,
        SIGN_IN,
        "invitation.accept",
        "person",
        person.id,
        now=now,
        subject_person_id=person.id,
        fields=["name", "own_script_name", "password", "interface_language"],
    )
    session.flush()
    return person
