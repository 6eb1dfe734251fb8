"""`lms people grant`: roles from the command line."""

from __future__ import annotations

import datetime

import click

from lms.access.reaches import Reach
from lms.access.roles import Role
from lms.core import clock
from lms.core.actor import Actor, ScopeKind
from lms.core.database import Session
from lms.core.errors import BadInputError
from lms.core.extensions import db
from lms.people.cli.group import people
from lms.people.models import Person
from lms.people.models.persons import PersonState
from lms.people.queries.agencies import find_agency
from lms.people.queries.members import find_member
from lms.people.queries.persons import find_by_emails
from lms.people.rules.roles import GRANTABLE, FocalKind
from lms.people.services.grantable import Grantable
from lms.people.services.roles import grant_role

COMMAND = Actor.system("command")
DAY = click.DateTime(["%Y-%m-%d"])


@people.command()
@click.argument("email")
@click.argument("role", type=click.Choice([role.value for role in GRANTABLE]))
@click.option("--member", help="For a focal point: name, code or alias of the member.")
@click.option("--agency", help="For a focal point of one agency: its name.")
@click.option("--scope", default="", help="For other roles: short name or number, as of a course.")
@click.option("--from", "first", type=DAY, help="First day, such as 2026-11-22; today if left out.")
@click.option("--until", type=DAY, help="Last day; none if left out.")
@click.option("--deputy", is_flag=True, help="As deputy focal point.")
def grant(
    email: str,
    role: str,
    member: str | None,
    agency: str | None,
    scope: str,
    first: datetime.datetime | None,
    until: datetime.datetime | None,
    deputy: bool,
) -> None:
    """Grant ROLE to the person with EMAIL. This is how the first administrator is made."""
    now = clock.now()
    with Session(db.engine) as session, session.begin():
        person = _person(session, email)
        kind: FocalKind | None = None
        if Role(role) is Role.FOCAL_POINT:
            kind, scope = _focal_point(session, person, member, agency)
        held = grant_role(
            session,
            COMMAND,
            person.id,
            Grantable(
                role=Role(role),
                scope=scope,
                focal_kind=kind,
                is_deputy=deputy,
                started_on=first.date() if first else now.date(),
                ended_on=until.date() if until else None,
            ),
            now=now,
        )
        said = "all members" if held.scope_kind is ScopeKind.ALL else held.scope
        click.echo(f"Granted: {role} for {said}, from {held.started_on.isoformat()}.")


def _person(session: Session, email: str) -> Person:
    found = find_by_emails(session, COMMAND, [email], Reach.ALL_MEMBERS).values()
    person = next((each for each in found if each.state is not PersonState.BEING_CHECKED), None)
    if person is None:
        raise BadInputError("Nobody has this address. Invite or import the person first.")
    return person


def _focal_point(
    session: Session, person: Person, member: str | None, agency: str | None
) -> tuple[FocalKind, str]:
    """Kind and scope of a focal point; the person's own member if none is named."""
    code = person.member_code
    if member is not None:
        found = find_member(session, member)
        if found is None:
            raise BadInputError("There is no member “%(name)s”.", name=member)
        code = found.code
    if agency is None:
        return FocalKind.NATIONAL, code
    body = find_agency(session, code, agency)
    if body is None:
        raise BadInputError("The member has no agency “%(name)s”.", name=agency)
    return FocalKind.AGENCY, str(body.id)
