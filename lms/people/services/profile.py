"""What people change about themselves, and the switches of limited listing."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from lms.access.permissions import Permission
from lms.access.reaches import Reach
from lms.access.rules import may_for_agency
from lms.core.actor import Actor
from lms.core.audit.services import record
from lms.core.database import Session
from lms.core.errors import BadInputError, RefusedError
from lms.core.text import N_, clean_line
from lms.people.models import Person
from lms.people.models.persons import Sex
from lms.people.queries.persons import get_person
from lms.people.rules.invitations import clean_address
from lms.people.rules.names import clean_name, search_text, sort_name
from lms.people.services.affiliations import change_affiliation


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What a person says about themselves, as typed."""

    name: str
    own_script_name: str
    own_script_language: str
    list_name: str
    post: str
    sex: Sex
    languages: tuple[str, ...]
    time_zone: str
    interface_language: str


def save_profile(
    session: Session, actor: Actor, wanted: Profile, *, now: datetime.datetime
) -> list[str]:
    """Save the actor's own profile; the names of the fields that changed.

    Names are kept in NFC and never split. Raises BadInputError on `name`,
    `own_script_name` or `list_name` naming the character that cannot be shown, or on
    `name` if it is empty.
    """
    person = _own(session, actor)
    names = {
        field: clean_name(getattr(wanted, field), field=field)
        for field in ("name", "own_script_name", "list_name")
    }
    if not names["name"]:
        raise BadInputError(N_("Write your name as it should stand on certificates."), field="name")
    values: dict[str, object] = {
        **names,
        "own_script_language": wanted.own_script_language if names["own_script_name"] else "",
        "sex": wanted.sex,
        "languages": list(wanted.languages),
        "time_zone": wanted.time_zone,
        "interface_language": wanted.interface_language,
    }
    changed = [field for field, value in values.items() if getattr(person, field) != value]
    for field in changed:
        setattr(person, field, values[field])
    if changed:
        set_names(person)
        _record(session, actor, "profile.save", person, now=now, fields=changed)
    session.flush()
    post = clean_line(wanted.post)
    if post != person.post:
        change_affiliation(
            session,
            actor,
            person,
            agency_id=person.agency_id,
            post=post,
            started_on=now.date(),
            now=now,
        )
        changed.append("post")
    return changed


def limit_own_listing(
    session: Session, actor: Actor, is_limited: bool, *, now: datetime.datetime
) -> None:
    """Set or lift the actor's own switch. No reason is asked or kept; a repeat does nothing."""
    person = _own(session, actor)
    if person.limits_own_listing == is_limited:
        return
    person.limits_own_listing = is_limited
    _record(session, actor, "listing.own", person, now=now, is_limited=is_limited)
    session.flush()


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What a focal point says about the listing of one of their people."""

    is_limited: bool
    working_name: str
    relay_address: str


def limit_listing(
    session: Session, actor: Actor, person_id: int, wanted: Listing, *, now: datetime.datetime
) -> None:
    """Set or lift the focal point's switch, and vouch for a working name and relay address.

    The person's own switch and the agency's stay as they are. Raises NotFoundError
    outside the reach, RefusedError if the actor may not for this agency, BadInputError
    on `working_name` or `relay_address`.
    """
    person = get_person(session, actor, person_id, Reach.OWN_MEMBER, for_change=True)
    if not may_for_agency(actor, Permission.LISTING_LIMIT, person.member_code, person.agency_id):
        raise RefusedError(N_("Only a focal point of this agency or member may do this."))
    relay = wanted.relay_address.strip()
    values: dict[str, object] = {
        "limited_by_agency": wanted.is_limited,
        "working_name": clean_name(wanted.working_name, field="working_name"),
        "relay_address": clean_address(relay, field="relay_address") if relay else "",
    }
    changed = [field for field, value in values.items() if getattr(person, field) != value]
    if not changed:
        return
    for field in changed:
        setattr(person, field, values[field])
    _record(
        session,
        actor,
        "listing.limit",
        person,
        now=now,
        fields=changed,
        is_limited=wanted.is_limited,
    )
    session.flush()


def set_names(person: Person) -> None:
    """Bring what is derived from the names and the address up to date; call after a change."""
    person.sort_name = sort_name(person.name, person.list_name)
    person.search_text = search_text(
        person.name, person.own_script_name, person.list_name, person.email
    )


def _own(session: Session, actor: Actor) -> Person:
    if actor.person_id is None:
        raise RefusedError(N_("Only a person has a profile."))
    return get_person(session, actor, actor.person_id, Reach.SELF, for_change=True)


def _record(
    session: Session,
    actor: Actor,
    verb: str,
    person: Person,
    *,
    now: datetime.datetime,
    **facts: Any,
) -> None:
    record(session, actor, verb, "person", person.id, now=now, subject_person_id=person.id, **facts)
