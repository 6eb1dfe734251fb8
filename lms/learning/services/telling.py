"""Telling the people who look after a course that something waits for them."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping

from lms.access.reaches import Reach, scoped
from lms.access.roles import Role
from lms.core.actor import Actor, ScopeKind
from lms.core.database import Session
from lms.notices.rules import NoticeKind
from lms.notices.services import tell
from lms.people.models import RoleHeld
from lms.people.queries.roles import holds

KEEPER = Actor.system("learning")


def tell_course(
    session: Session,
    course_key: str,
    kind: NoticeKind,
    facts: Mapping[str, str | int],
    *,
    roles: Collection[Role],
    but_not: int | None,
    now: datetime.datetime,
) -> None:
    """Tell everybody who holds one of these roles for the course today, once a day at most.

    Where nobody holds one the secretariat is told, so that nothing waits unseen. `but_not`
    is the person whose own deed it is.
    """
    people = _holders(session, course_key, roles, now)
    if not people - {but_not}:
        people = _secretariat(session, now)
    for person_id in sorted(people - {but_not}):
        tell(
            session,
            KEEPER,
            person_id=person_id,
            kind=kind,
            facts=facts,
            now=now,
            once_key=f"{kind.name}@{course_key}@{now.date()}",
        )


def _holders(
    session: Session, course_key: str, roles: Collection[Role], now: datetime.datetime
) -> set[int]:
    statement = scoped(RoleHeld, KEEPER, Reach.ALL_MEMBERS).where(
        RoleHeld.role.in_(sorted(roles)),
        RoleHeld.scope_kind == ScopeKind.COURSE,
        RoleHeld.scope == course_key,
        holds(now.date()),
    )
    found = session.execute(statement.with_only_columns(RoleHeld.person_id)).scalars()
    return set(found)


def _secretariat(session: Session, now: datetime.datetime) -> set[int]:
    statement = scoped(RoleHeld, KEEPER, Reach.ALL_MEMBERS).where(
        RoleHeld.role == Role.SECRETARIAT, holds(now.date())
    )
    found = session.execute(statement.with_only_columns(RoleHeld.person_id)).scalars()
    return set(found)
