"""Before and after: what the pre-test and the post-test of a course say together."""

from __future__ import annotations

from collections.abc import Mapping

from lms.assessments.models import Answer, Attempt
from lms.assessments.queries.attempts import answers_of, list_attempts
from lms.assessments.rules.attempts import AttemptState
from lms.assessments.rules.comparing import Compared, compared
from lms.assessments.services.attempts import drawing_of
from lms.core.actor import Actor
from lms.core.database import Session
from lms.courses.models import StoredEdition
from lms.courses.store import get_edition
from lms.courses.values.edition import Edition
from lms.courses.values.quiz import Quiz


def compare_with_pre_test(
    session: Session,
    actor: Actor,
    edition: Edition,
    quiz: Quiz,
    attempt: Attempt,
    answers: Mapping[int, Answer],
) -> list[Compared]:
    """Each objective before and after, for a post-test handed in; empty where there is no pair.

    Two statements more, and only for a post-test. Names no question and no answer.
    """
    before = next(
        (a for a in edition.activities if isinstance(a, Quiz) and a.purpose == "pre-test"), None
    )
    if quiz.purpose != "post-test" or before is None or attempt.state is AttemptState.OPEN:
        return []
    earlier = list_attempts(session, actor, attempt.enrolment_id, before.key)
    first = next((one for one in earlier if one.state is AttemptState.HANDED_IN), None)
    if first is None:
        return []
    # Whoever moved to another edition between the two met the questions of the earlier one.
    earlier_edition = edition
    if first.edition_id is not None and first.edition_id != attempt.edition_id:
        stored = session.get_one(StoredEdition, first.edition_id)
        earlier_edition = get_edition(session, stored.digest)
    questions = {
        question.key: question
        for one in (earlier_edition, edition)
        for bank in one.bank
        for question in bank.questions
    }
    return compared(
        questions,
        [objective.key for objective in edition.course.objectives],
        (drawing_of(first), _shares(answers_of(session, actor, first))),
        (drawing_of(attempt), _shares(answers)),
    )


def _shares(answers: Mapping[int, Answer]) -> dict[int, str | None]:
    return {number: answer.share for number, answer in answers.items()}
