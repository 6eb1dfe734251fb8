"""Selects of one's own rows that are built once: only the values change from request to request.

Building a select and working out the key of its compiled form costs the processor twice what
running it does (docs/performance.md), and every page asks for rows of the one who is signed in.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVarTuple

from sqlalchemy import Result, Select
from sqlalchemy.sql import visitors

from lms.access.reaches import OWN_PERSON
from lms.core.actor import Actor
from lms.core.database import Session

Columns = TypeVarTuple("Columns")

_ANYBODY = Actor(person_id=0, member_code=None, agency_id=None, grants=frozenset())
"""Stands for whoever asks while a select is built: a person without any role, so that no reach
but one's own opens a row."""


def of_oneself(
    build: Callable[[Actor], Select[*Columns]],
) -> Callable[..., Result[*Columns]]:
    """Turn a function that builds a select of Reach.SELF into one that runs it for an actor.

    The result takes the session, the actor and the values of the select's own `bindparam`s by
    name. Whoever is no person (`person_id` None) is given no row, as with Reach.SELF itself.
    Raises LookupError at the first use if the select is not limited to the actor's rows.
    """

    @functools.cache
    def built() -> Select[*Columns]:
        statement = build(_ANYBODY)
        names = {getattr(each, "key", None) for each in visitors.iterate(statement)}
        if OWN_PERSON not in names:
            raise LookupError(f"{build.__name__} is not limited to the rows of the actor.")
        return statement

    @functools.wraps(build)
    def run(session: Session, actor: Actor, **values: Any) -> Result[*Columns]:
        return session.execute(built(), {OWN_PERSON: actor.person_id, **values})

    return run
