"""Setting up, giving and taking away the second factor.

`key` is `core.sealing.derive_key(secret_key, PURPOSE)`: it seals the secret and digests
the printed codes, so that the tables alone are of no use to a thief.
"""

from __future__ import annotations

import datetime

from sqlalchemy import delete, insert, select, update

from lms.access.reaches import Reach, within
from lms.core.actor import Actor
from lms.core.audit.services import record
from lms.core.database import Session
from lms.core.errors import BadInputError, NotPossibleError, RefusedError
from lms.core.outbox.services import queue_mail
from lms.core.sealing import keyed_digest, seal, unseal
from lms.core.text import N_
from lms.people.mails import happened_at
from lms.people.models import OneTimeCode, Person, SecondFactor
from lms.people.queries.accounts import find_own_factor, find_person, has_factor
from lms.people.queries.sign_in import SIGN_IN
from lms.people.rules.second_factor import (
    PRINTED,
    new_printed_code,
    new_secret,
    printed_form,
    step_of,
)
from lms.people.services.sessions import end_all_sessions

PURPOSE = "second factor"
WRONG_CODE = N_(
    "This code does not fit. Wait for the next one in your app, and type its six digits."
)


def begin_set_up(session: Session, actor: Actor, *, key: bytes, now: datetime.datetime) -> None:
    """Make a secret for the actor, not yet in force. A set-up left unfinished starts anew.

    Raises NotPossibleError if a second factor is in force.
    """
    person_id = _own_id(actor)
    factor = find_own_factor(session, actor)
    if factor is not None and factor.confirmed_at is not None:
        raise NotPossibleError(N_("You have a second factor already. Remove it first."))
    sealed = seal(key, new_secret(), owner=str(person_id))
    if factor is None:
        factor = SecondFactor(person_id=person_id)
        session.add(factor)
    factor.sealed_secret, factor.created_at, factor.last_step = sealed, now, 0
    session.flush()


def read_secret(factor: SecondFactor, *, key: bytes) -> str:
    """The secret, to show it while it is being set up."""
    return unseal(key, factor.sealed_secret, owner=str(factor.person_id))


def confirm_set_up(
    session: Session, actor: Actor, code: str, *, key: bytes, now: datetime.datetime
) -> list[str]:
    """Put the second factor in force by a first code; the printed codes, shown once.

    Raises BadInputError on `code` if it does not fit, NotPossibleError if no set-up is begun.
    """
    factor = find_own_factor(session, actor)
    if factor is None or factor.confirmed_at is not None:
        raise NotPossibleError(N_("No set-up is under way. Start it again from your account."))
    step = step_of(read_secret(factor, key=key), code, now=now)
    if step is None or not _move_step(session, actor, factor, step):
        raise BadInputError(WRONG_CODE, field="code")
    factor.confirmed_at = now
    _record(session, actor, "second_factor.confirm", now=now)
    _tell(session, actor, "people/mail/second_factor_on", now=now)
    return print_codes(session, actor, key=key, now=now)


def print_codes(session: Session, actor: Actor, *, key: bytes, now: datetime.datetime) -> list[str]:
    """Ten new printed codes; those printed before stop working."""
    person_id = _own_id(actor)
    _delete(session, actor, OneTimeCode)
    codes = [new_printed_code() for _ in range(PRINTED)]
    rows = [
        {
            "person_id": person_id,
            "digest": _digest(key, person_id, printed_form(code) or ""),
            "created_at": now,
        }
        for code in codes
    ]
    session.execute(insert(OneTimeCode), rows)
    _record(session, actor, "second_factor.print_codes", now=now)
    return codes


def give(session: Session, actor: Actor, code: str, *, key: bytes, now: datetime.datetime) -> bool:
    """Accept a code of the app or a printed one, each once; whether it was a printed one.

    Raises BadInputError on `code` for one that does not fit or was used before.
    """
    factor = find_own_factor(session, actor)
    if factor is None or factor.confirmed_at is None:
        raise NotPossibleError(N_("You have no second factor."))
    printed = printed_form(code)
    if printed is not None and _use_printed(session, actor, printed, key=key, now=now):
        _record(session, actor, "second_factor.use_printed_code", now=now)
        return True
    step = step_of(read_secret(factor, key=key), code, now=now)
    if step is None or not _move_step(session, actor, factor, step):
        raise BadInputError(WRONG_CODE, field="code")
    return False


def fits(session: Session, actor: Actor, code: str, *, key: bytes, now: datetime.datetime) -> bool:
    """Whether a code would be accepted now; for asking before the write transaction begins."""
    factor = find_own_factor(session, actor)
    if factor is None:
        return False
    step = step_of(read_secret(factor, key=key), code, now=now)
    if step is not None and step > factor.last_step:
        return True
    printed = printed_form(code)
    if printed is None or factor.confirmed_at is None:
        return False
    unused = within(
        select(OneTimeCode.id).where(
            OneTimeCode.digest == _digest(key, _own_id(actor), printed),
            OneTimeCode.used_at.is_(None),
        ),
        OneTimeCode,
        actor,
        Reach.SELF,
    )
    return session.execute(unused).first() is not None


def remove(session: Session, actor: Actor, *, now: datetime.datetime) -> None:
    """Take away the actor's second factor and printed codes, and tell them by mail.

    The caller has asked for the password again.
    """
    _delete(session, actor, OneTimeCode)
    _delete(session, actor, SecondFactor)
    _record(session, actor, "second_factor.remove", now=now)
    _tell(session, actor, "people/mail/second_factor_off", now=now)


def take_away(session: Session, actor: Actor, person: Person, *, now: datetime.datetime) -> None:
    """Open the way in for a person who lost phone and printed codes; the password stays.

    Who does it has made sure, as carefully as at the invitation, that it is this person
    (ASVS 6.4.4). All their sessions end and they are told by mail. Raises RefusedError
    for oneself, and NotPossibleError if there is no second factor.
    """
    if actor.person_id == person.id:
        raise RefusedError(N_("Remove your own second factor from your account."))
    if not has_factor(session, person.id):
        raise NotPossibleError(N_("This person has no second factor."))
    for table in (OneTimeCode, SecondFactor):
        statement = delete(table).where(table.person_id == person.id)
        statement = statement.execution_options(synchronize_session=False)
        session.execute(within(statement, table, SIGN_IN, Reach.ALL_MEMBERS))
    end_all_sessions(session, person.id, now=now)
    record(
        session,
        actor,
        "second_factor.take_away",
        "person",
        person.id,
        now=now,
        subject_person_id=person.id,
    )
    _mail(session, person, "people/mail/second_factor_off", now=now)


def _own_id(actor: Actor) -> int:
    if actor.person_id is None:
        raise LookupError("Only a person has a second factor.")
    return actor.person_id


def _digest(key: bytes, person_id: int, code: str) -> str:
    return keyed_digest(key, f"{person_id}:{code}")


def _move_step(session: Session, actor: Actor, factor: SecondFactor, step: int) -> bool:
    """Note the step as used; False if it, or a later one, was used before."""
    moving = (
        update(SecondFactor)
        .where(SecondFactor.id == factor.id, SecondFactor.last_step < step)
        .values(last_step=step)
        .returning(SecondFactor.id)
        .execution_options(synchronize_session=False)
    )
    moved = session.execute(within(moving, SecondFactor, actor, Reach.SELF)).scalar_one_or_none()
    return moved is not None


def _use_printed(
    session: Session, actor: Actor, code: str, *, key: bytes, now: datetime.datetime
) -> bool:
    using = (
        update(OneTimeCode)
        .where(
            OneTimeCode.digest == _digest(key, _own_id(actor), code),
            OneTimeCode.used_at.is_(None),
        )
        .values(used_at=now)
        .returning(OneTimeCode.id)
        .execution_options(synchronize_session=False)
    )
    used = session.execute(within(using, OneTimeCode, actor, Reach.SELF)).scalar_one_or_none()
    return used is not None


def _delete(session: Session, actor: Actor, table: type[OneTimeCode] | type[SecondFactor]) -> None:
    statement = delete(table).execution_options(synchronize_session=False)
    session.execute(within(statement, table, actor, Reach.SELF))


def _record(session: Session, actor: Actor, verb: str, *, now: datetime.datetime) -> None:
    person_id = _own_id(actor)
    record(session, actor, verb, "person", person_id, now=now, subject_person_id=person_id)


def _tell(session: Session, actor: Actor, template: str, *, now: datetime.datetime) -> None:
    person = find_person(session, _own_id(actor))
    if person is not None:
        _mail(session, person, template, now=now)


def _mail(session: Session, person: Person, template: str, *, now: datetime.datetime) -> None:
    queue_mail(
        session,
        template=template,
        language=person.interface_language,
        address=person.email,
        person_id=person.id,
        facts={"happened_at": happened_at(person, now)},
        now=now,
    )
