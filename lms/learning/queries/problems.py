"""Problems reported on pages: one's own, and those of a course for who mends them."""

from __future__ import annotations

from collections.abc import Sequence

from lms.access.reaches import Reach, scoped
from lms.core.actor import Actor
from lms.core.database import Session
from lms.core.errors import NotFoundError
from lms.core.text import N_
from lms.learning.models import PageProblem
from lms.learning.queries.places import Place
from lms.learning.rules.problems import ProblemState

PAGE = 30
MOST_OWN = 20


def list_problems(
    session: Session,
    actor: Actor,
    course_key: str,
    state: ProblemState,
    *,
    after: int | None,
) -> tuple[Sequence[PageProblem], int | None]:
    """A page of the reports of a course in one state, oldest first, and where the next begins."""
    statement = scoped(PageProblem, actor, Reach.TAUGHT).where(
        PageProblem.course_key == course_key, PageProblem.state == state
    )
    if after is not None:
        statement = statement.where(PageProblem.id > after)
    found = session.execute(statement.order_by(PageProblem.id).limit(PAGE + 1)).scalars().all()
    return found[:PAGE], found[PAGE - 1].id if len(found) > PAGE else None


def list_own_problems(session: Session, actor: Actor, place: Place) -> Sequence[PageProblem]:
    """What the actor reported on this page, newest first; the latest twenty."""
    statement = (
        scoped(PageProblem, actor, Reach.SELF)
        .where(
            PageProblem.course_key == place.course_key,
            PageProblem.activity_key == place.activity.key,
        )
        .order_by(PageProblem.id.desc())
        .limit(MOST_OWN)
    )
    return session.execute(statement).scalars().all()


def lock_problem(session: Session, actor: Actor, course_key: str, problem_id: int) -> PageProblem:
    """A report of a course the actor looks after, locked. Raises NotFoundError."""
    statement = (
        scoped(PageProblem, actor, Reach.TAUGHT)
        .where(PageProblem.id == problem_id, PageProblem.course_key == course_key)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    problem = session.execute(statement).scalar_one_or_none()
    if problem is None:
        raise NotFoundError(N_("There is no such report."))
    return problem
