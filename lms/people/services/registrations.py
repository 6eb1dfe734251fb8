"""Registering oneself: the form, the address proved by mail, then the wait for a decision."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, update

from lms.access.reaches import Reach, scoped, within
from lms.core.actor import Actor
from lms.core.audit.services import record
from lms.core.database import Session
from lms.core.errors import BadInputError, NotFoundError
from lms.core.jobs.services import enqueue
from lms.core.outbox.services import queue_mail
from lms.core.text import N_, clean_line, fold
from lms.people.models import Member, Person, Registration
from lms.people.models.persons import Sector, Sex
from lms.people.queries.accounts import find_account, find_person, list_open_members
from lms.people.queries.accounts import list_public_agencies as list_agencies
from lms.people.queries.sign_in import SIGN_IN, digest_of
from lms.people.rules.names import clean_name, search_text, sort_name
from lms.people.rules.persons import PersonState
from lms.people.rules.sign_in import REGISTRATION_LASTS
from lms.people.services.affiliations import begin_affiliation
from lms.people.services.invitations import send_invitation
from lms.people.services.tokens import new_token

REGISTER_JOB = "people.register_requested"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the form says. `agency_id` None means another agency, named in `agency_name`."""

    email: str
    name: str
    own_script_name: str
    own_script_language: str
    member_code: str
    agency_id: int | None
    agency_name: str
    post: str
    sector: Sector
    sex: Sex
    languages: list[str]
    limits_own_listing: bool


def register(session: Session, wish: Wish, *, language: str, now: datetime.datetime) -> None:
    """Write the form down; a job mails the address, whoever holds it, so nobody learns more.

    Raises BadInputError beside the field for a name that cannot be shown, a member that
    takes no registrations, or an agency that is not in its public list.
    """
    _check(session, wish)
    wanted = Registration(
        member_code=wish.member_code,
        email=wish.email.strip(),
        folded_email=fold(wish.email),
        name=clean_name(wish.name),
        own_script_name=clean_name(wish.own_script_name, field="own_script_name"),
        own_script_language=wish.own_script_language,
        agency_id=wish.agency_id,
        agency_name="" if wish.agency_id else clean_line(wish.agency_name),
        post=clean_line(wish.post),
        sector=wish.sector,
        sex=wish.sex,
        languages=wish.languages,
        limits_own_listing=wish.limits_own_listing,
        interface_language=language,
        created_at=now,
        expires_at=now + REGISTRATION_LASTS,
    )
    session.add(wanted)
    session.flush()
    enqueue(session, REGISTER_JOB, {"registration_id": wanted.id}, requested_by=SIGN_IN, now=now)


def answer_registration(
    session: Session, actor: Actor, registration_id: int, *, now: datetime.datetime
) -> None:
    """Mail the address: a link to confirm, or what helps who has an account already."""
    wanted = _get(session, Registration.id == registration_id)
    if wanted is None or wanted.digest is not None:
        return
    account = find_account(session, wanted.folded_email)
    if account is not None:
        person = find_person(session, account.person_id)
        if person is not None:
            _tell_known(session, actor, person, now=now)
        _delete(session, Registration.id == registration_id)
        return
    token = new_token()
    wanted.digest = digest_of(token)
    queue_mail(
        session,
        template="people/mail/registration",
        language=wanted.interface_language,
        address=wanted.email,
        person_id=None,
        facts={"path": f"/registrations/{token}"},
        now=now,
    )
    session.flush()


def confirm_registration(
    session: Session, token: str, *, password_hash: str, now: datetime.datetime
) -> Person:
    """Make the person, who now waits for a decision of the member; the address is proved.

    Raises NotFoundError if the link is unknown, used or too old, or the address has got
    an account meanwhile.
    """
    confirming = (
        update(Registration)
        .where(
            Registration.digest == digest_of(token),
            Registration.confirmed_at.is_(None),
            Registration.expires_at > now,
        )
        .values(confirmed_at=now)
        .returning(Registration.id)
        .execution_options(synchronize_session=False)
    )
    found = session.execute(
        within(confirming, Registration, SIGN_IN, Reach.ALL_MEMBERS)
    ).scalar_one_or_none()
    wanted = _get(session, Registration.id == found) if found is not None else None
    if wanted is None or find_account(session, wanted.folded_email) is not None:
        raise NotFoundError(N_("This link no longer works."))
    person = _make_person(session, wanted, password_hash, now=now)
    wanted.person_id = person.id
    wanted.email = wanted.folded_email = wanted.name = wanted.own_script_name = ""
    record(
        session,
        SIGN_IN,
        "registration.confirm",
        "person",
        person.id,
        now=now,
        subject_person_id=person.id,
    )
    session.flush()
    return person


def delete_stale_registrations(session: Session, *, now: datetime.datetime) -> None:
    """Delete what was never confirmed, when its link has expired."""
    _delete(session, Registration.confirmed_at.is_(None) & (Registration.expires_at < now))


def _check(session: Session, wish: Wish) -> None:
    if wish.member_code not in {member.code for member in list_open_members(session)}:
        raise BadInputError(N_("Choose a member of the list."), field="member")
    agencies = {agency.id for agency in list_agencies(session, wish.member_code)}
    if wish.agency_id is not None and wish.agency_id not in agencies:
        raise BadInputError(
            N_("There is no such agency of this member. Choose one of the list."), field="agency"
        )


def _make_person(
    session: Session, wanted: Registration, password_hash: str, *, now: datetime.datetime
) -> Person:
    person = Person(
        state=PersonState.AWAITING,
        member_code=wanted.member_code,
        email=wanted.email,
        folded_email=wanted.folded_email,
        name=wanted.name,
        own_script_name=wanted.own_script_name,
        own_script_language=wanted.own_script_language,
        sort_name=sort_name(wanted.name, ""),
        search_text=search_text(wanted.name, wanted.own_script_name, "", wanted.email),
        post=wanted.post,
        sector=wanted.sector,
        sex=wanted.sex,
        languages=wanted.languages,
        limits_own_listing=wanted.limits_own_listing,
        interface_language=wanted.interface_language,
        password_hash=password_hash,
        created_at=now,
    )
    session.add(person)
    session.flush()
    begin_affiliation(
        session,
        SIGN_IN,
        person,
        member_code=wanted.member_code,
        agency_id=wanted.agency_id,
        post=wanted.post,
        started_on=now.date(),
        now=now,
    )
    return person


def _tell_known(session: Session, actor: Actor, person: Person, *, now: datetime.datetime) -> None:
    """Somebody, most likely the holder, registered an address that has an account."""
    if person.state is PersonState.INVITED:
        send_invitation(session, actor, person, now=now)
        return
    waits = person.state is PersonState.AWAITING
    member = session.get_one(Member, person.member_code)
    queue_mail(
        session,
        template="people/mail/still_waiting" if waits else "people/mail/has_account",
        language=person.interface_language,
        address=person.email,
        person_id=person.id,
        facts={"member": member.name},
        now=now,
    )


def _get(session: Session, condition: ColumnElement[bool]) -> Registration | None:
    statement = scoped(Registration, SIGN_IN, Reach.ALL_MEMBERS).where(condition)
    return session.execute(statement).scalar_one_or_none()


def _delete(session: Session, condition: ColumnElement[bool]) -> None:
    statement = delete(Registration).where(condition).execution_options(synchronize_session=False)
    session.execute(within(statement, Registration, SIGN_IN, Reach.ALL_MEMBERS))
