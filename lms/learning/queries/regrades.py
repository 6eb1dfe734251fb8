"""Who is behind a correction: the attempts it changes, with people as the trainer sees them."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from lms.access.reaches import Reach, scoped
from lms.assessments.models import Regrade
from lms.assessments.queries.corrections import list_regrades
from lms.core.actor import Actor
from lms.core.database import Session
from lms.learning.queries.learner_lines import see_learners
from lms.learning.queries.taught import KEEPER
from lms.learning.rules.teaching import viewer_of_course
from lms.people.models import Agency, Person
from lms.people.queries.disclosed import PersonView


@dataclass(frozen=True, slots=True)
class RegradeLine:
    """One attempt a correction changes."""

    regrade: Regrade
    view: PersonView | None
    before: Fraction
    after: Fraction


def regrade_lines(
    session: Session, actor: Actor, course_key: str, correction_id: int, *, after: int | None
) -> tuple[list[RegradeLine], int | None]:
    """A page of changes with names, in two statements, and where the next page begins."""
    found, following = list_regrades(session, actor, correction_id, after=after)
    statement = (
        scoped(Person, KEEPER, Reach.ALL_MEMBERS)
        .where(Person.id.in_({each.person_id for each in found}))
        .outerjoin(Agency, Agency.id == Person.agency_id)
        .add_columns(Agency)
    )
    people = [(row[0], row[1]) for row in session.execute(statement)] if found else []
    views = see_learners(people, viewer_of_course(actor, course_key))
    by_id = {view.person_id: view for view in views}
    lines = [
        RegradeLine(each, by_id.get(each.person_id), Fraction(each.before), Fraction(each.after))
        for each in found
    ]
    return lines, following
