"""The check anybody may make: what is told of a number, and of a page that is shared."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from lms.access.reaches import Reach, scoped
from lms.certificates.models import Certificate, CredentialKey
from lms.certificates.rules import (
    NAMING,
    ShownField,
    Snapshot,
    Standing,
    fields_on_check,
    fields_shared,
    read_number,
    standing_of,
)
from lms.core.actor import Actor
from lms.core.database import Session
from lms.core.errors import NotFoundError
from lms.core.text import N_
from lms.people.models import Agency, Person
from lms.people.queries.disclosed import switches_of
from lms.people.rules.listing import Side, Switches

_CHECKER = Actor.system("certificates.check")


@dataclass(frozen=True, slots=True)
class Checked:
    """What somebody who checks is told. All but `standing` is None or empty for an unknown one.

    Fields the holder does not show are None. `successor` is the number of the certificate
    that replaced this one; `revoked_on` the day it was withdrawn, never why.
    """

    standing: Standing
    number: str = ""
    kind: str = ""
    title: str = ""
    edition_number: int | None = None
    courses: tuple[str, ...] = ()
    authority: str = ""
    issued_on: datetime.date | None = None
    completed_on: datetime.date | None = None
    expires_on: datetime.date | None = None
    revoked_on: datetime.date | None = None
    replaced_on: datetime.date | None = None
    successor: str | None = None
    name: str | None = None
    name_own_script: str | None = None
    own_script_language: str | None = None
    member: str | None = None
    agency: str | None = None
    hours: float | None = None


UNKNOWN = Checked(Standing.UNKNOWN)


def check_number(session: Session, typed: str, *, now: datetime.datetime) -> Checked:
    """What is told of a number as somebody typed it; UNKNOWN for what is not one of ours.

    A held certificate is unknown, and costs the same one statement as a number nobody has.
    """
    number = read_number(typed)
    if number is None:
        return UNKNOWN
    statement = scoped(Certificate, _CHECKER, Reach.PUBLIC).where(Certificate.number == number)
    certificate = session.execute(statement).scalar_one_or_none()
    if certificate is None:
        return UNKNOWN
    switches = _switches(session, certificate.person_id)
    shown = fields_on_check(certificate.shown_on_check, is_limited=switches.is_limited)
    return _told(session, certificate, shown, now=now)


def check_shared(session: Session, token: str, *, now: datetime.datetime) -> Checked:
    """What a holder shares under this token. Raises NotFoundError once it is withdrawn."""
    statement = scoped(Certificate, _CHECKER, Reach.PUBLIC).where(Certificate.share_token == token)
    certificate = session.execute(statement).scalar_one_or_none()
    if certificate is None:
        raise NotFoundError(N_("Nothing is shared here, or it is not shared any more."))
    others = set(_switches(session, certificate.person_id).sides) - {Side.PERSON}
    shown = fields_shared(certificate.share_fields, is_limited_by_others=bool(others))
    return _told(session, certificate, shown, now=now)


def limits_of(session: Session, person_id: int) -> Switches:
    """The switches of limited listing that bear upon a check."""
    return _switches(session, person_id)


def _switches(session: Session, person_id: int) -> Switches:
    statement = (
        scoped(Person, _CHECKER, Reach.ALL_MEMBERS)
        .outerjoin(Agency, Agency.id == Person.agency_id)
        .add_columns(Agency)
        .where(Person.id == person_id)
    )
    person, agency = session.execute(statement).one()
    return switches_of(person, agency)


def _told(
    session: Session,
    certificate: Certificate,
    shown: frozenset[ShownField],
    *,
    now: datetime.datetime,
) -> Checked:
    frozen: Snapshot = certificate.frozen
    standing = standing_of(certificate.state, certificate.expires_on, today=now.date())
    if standing in {Standing.REVOKED, Standing.SUPERSEDED}:
        # What no longer counts leads to nobody: no conclusion is to be drawn about a person.
        shown = shown - NAMING

    return Checked(
        standing=standing,
        number=certificate.number,
        kind=frozen.kind.value,
        title=frozen.title,
        edition_number=frozen.edition_number,
        courses=frozen.courses,
        authority=frozen.authority,
        issued_on=frozen.issued_on,
        completed_on=frozen.completed_on,
        expires_on=frozen.expires_on,
        revoked_on=_day(certificate.revoked_at),
        replaced_on=_day(certificate.replaced_at),
        successor=_successor_number(session, certificate, standing),
        name=frozen.name if ShownField.NAME in shown else None,
        name_own_script=frozen.name_own_script if ShownField.OWN_SCRIPT in shown else None,
        # The language of a name leads to the member, so it goes with that name.
        own_script_language=frozen.own_script_language if ShownField.OWN_SCRIPT in shown else None,
        member=frozen.member if ShownField.MEMBER in shown else None,
        agency=frozen.agency if ShownField.AGENCY in shown else None,
        hours=frozen.hours if ShownField.HOURS in shown else None,
    )


def _successor_number(session: Session, certificate: Certificate, standing: Standing) -> str | None:
    if standing is not Standing.SUPERSEDED:
        return None
    statement = (
        scoped(Certificate, _CHECKER, Reach.PUBLIC)
        .where(Certificate.replaces_id == certificate.id)
        .with_only_columns(Certificate.number)
    )
    return session.execute(statement).scalar_one_or_none()


def _day(moment: datetime.datetime | None) -> datetime.date | None:
    return moment.date() if moment is not None else None


def list_keys(session: Session) -> Sequence[CredentialKey]:
    """Every key that ever signed a credential, oldest first."""
    return session.execute(select(CredentialKey).order_by(CredentialKey.id)).scalars().all()
