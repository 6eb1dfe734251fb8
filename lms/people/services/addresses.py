"""Changing one's e-mail address: proved by a link to the new one, told to the old one."""

from __future__ import annotations

import datetime

from sqlalchemy import update

from lms.access.reaches import Reach, scoped, within
from lms.core.actor import Actor
from lms.core.audit.services import record
from lms.core.database import Session
from lms.core.errors import BadInputError, NotFoundError, RefusedError
from lms.core.outbox.services import queue_mail
from lms.core.text import N_, fold
from lms.people.models import Person, PersonToken
from lms.people.models.sign_in import TokenPurpose
from lms.people.queries.accounts import find_account
from lms.people.queries.persons import get_person
from lms.people.queries.sign_in import digest_of
from lms.people.rules.invitations import clean_address
from lms.people.services.profile import set_names
from lms.people.services.tokens import end_tokens, new_token

LASTS = datetime.timedelta(hours=24)
"""How long the link to the new address works."""


def ask_address_change(
    session: Session, actor: Actor, typed: str, *, now: datetime.datetime
) -> str:
    """Mail a link to the new address and tell the old one; the new address as it will be kept.

    An address that somebody holds is answered alike: as many rows, and the mail to it
    tells its holder instead. Links sent before stop working. Raises BadInputError on
    `email` if it is no address, or the present one.
    """
    person = _own(session, actor)
    address = clean_address(typed)
    if fold(address) == person.folded_email:
        raise BadInputError(N_("This is your address already."), field="email")
    is_held = find_account(session, fold(address)) is not None
    end_tokens(session, person.id, TokenPurpose.EMAIL_CHANGE, now=now)
    token = new_token()
    session.add(
        PersonToken(
            digest=digest_of(token),
            person_id=person.id,
            purpose=TokenPurpose.EMAIL_CHANGE,
            email=address,
            created_by=person.id,
            created_at=now,
            expires_at=now + LASTS,
        )
    )
    _mail(
        session,
        person,
        "people/mail/address_held" if is_held else "people/mail/address_new",
        address,
        {"path": "" if is_held else f"/profile/address/{token}"},
        now=now,
    )
    _mail(session, person, "people/mail/address_asked", person.email, {}, now=now)
    _record(session, actor, person, "address.ask", now=now)
    session.flush()
    return address


def find_address_change(
    session: Session, actor: Actor, token: str, *, now: datetime.datetime
) -> str | None:
    """The address the actor's link would set; None if it is unknown, used or too old."""
    statement = (
        scoped(PersonToken, actor, Reach.SELF)
        .with_only_columns(PersonToken.email)
        .where(
            PersonToken.digest == digest_of(token),
            PersonToken.purpose == TokenPurpose.EMAIL_CHANGE,
            PersonToken.used_at.is_(None),
            PersonToken.expires_at > now,
        )
    )
    return session.execute(statement).scalar_one_or_none()


def confirm_address_change(
    session: Session, actor: Actor, token: str, *, now: datetime.datetime
) -> str:
    """Set the address the link was sent to, once, and tell the old one; the new address.

    Raises NotFoundError if the link is unknown, used, too old, somebody else's, or the
    address was taken meanwhile; nobody can tell which.
    """
    person = _own(session, actor)
    using = (
        update(PersonToken)
        .where(
            PersonToken.digest == digest_of(token),
            PersonToken.purpose == TokenPurpose.EMAIL_CHANGE,
            PersonToken.used_at.is_(None),
            PersonToken.expires_at > now,
        )
        .values(used_at=now)
        .returning(PersonToken.email)
        .execution_options(synchronize_session=False)
    )
    address = session.execute(within(using, PersonToken, actor, Reach.SELF)).scalar_one_or_none()
    if address is None or find_account(session, fold(address)) is not None:
        raise NotFoundError(N_("This link no longer works. Ask for the change once more."))
    former = person.email
    person.email, person.folded_email = address, fold(address)
    set_names(person)
    end_tokens(session, person.id, TokenPurpose.RESET, now=now)
    _mail(session, person, "people/mail/address_changed", former, {}, now=now)
    _record(session, actor, person, "address.change", now=now)
    session.flush()
    return address


def _own(session: Session, actor: Actor) -> Person:
    if actor.person_id is None:
        raise RefusedError(N_("Only a person has an address."))
    return get_person(session, actor, actor.person_id, Reach.SELF, for_change=True)


def _mail(
    session: Session,
    person: Person,
    template: str,
    address: str,
    facts: dict[str, str],
    *,
    now: datetime.datetime,
) -> None:
    queue_mail(
        session,
        template=template,
        language=person.interface_language,
        address=address,
        person_id=person.id,
        facts=facts,
        now=now,
    )


def _record(
    session: Session, actor: Actor, person: Person, verb: str, *, now: datetime.datetime
) -> None:
    record(
        session,
        actor,
        verb,
        "person",
        person.id,
        now=now,
        subject_person_id=person.id,
        fields=["email"],
    )
