"""Reporting a problem on a page, and moving the report to its end."""

from __future__ import annotations

import datetime

from lms.access.reaches import Reach, scoped
from lms.access.roles import Role
from lms.core.actor import Actor
from lms.core.audit.services import record
from lms.core.database import Session, insert_once
from lms.core.errors import BadInputError, NotPossibleError, RefusedError
from lms.core.text import N_
from lms.courses.models import StoredEdition
from lms.courses.store import get_edition
from lms.learning.models import PageProblem, PageProblemStep
from lms.learning.queries.places import Place
from lms.learning.queries.problems import lock_problem
from lms.learning.rules.problems import (
    LONGEST_REPORT,
    LONGEST_WORD_BACK,
    ProblemKind,
    ProblemState,
    ProblemVerb,
    problem_step,
)
from lms.learning.services.telling import KEEPER, tell_course
from lms.notices.rules import Category, NoticeKind
from lms.notices.services import tell

REPORTED = NoticeKind(
    name="problem.reported",
    category=Category.TASKS,
    sentence=N_("Learners reported problems on pages of “%(title)s”."),
    path="/teaching/%(course)s/problems",
    facts={"title": None, "course": None},
)
SETTLED: dict[ProblemState, NoticeKind] = {
    state: NoticeKind(
        name=f"problem.{state.value}",
        category=Category.LEARNING,
        sentence=sentence,
        path="/learning/%(course)s/%(activity)s/problems",
        facts={"title": None, "course": None, "activity": None},
    )
    for state, sentence in (
        (
            ProblemState.IN_WORK,
            N_("The problem you reported on “%(title)s” is being looked into."),
        ),
        (ProblemState.MENDED, N_("The problem you reported on “%(title)s” is mended.")),
        (
            ProblemState.DECLINED,
            N_("What you reported on “%(title)s” stays as it is. The page says why."),
        ),
    )
}


def report(
    session: Session,
    actor: Actor,
    place: Place,
    *,
    client_id: str,
    kind: ProblemKind,
    text: str,
    language: str,
    now: datetime.datetime,
) -> int | None:
    """Report what is wrong with a page; the id, or None for a repeat of the same form.

    Keeps the page, the edition and the `language` the page was read in; nothing of what
    the reporter answered there. Raises BadInputError on `text`.
    """
    if actor.person_id is None or actor.member_code is None:
        raise RefusedError(N_("Sign in to report a problem."))
    words = _checked(text, LONGEST_REPORT)
    problem_id = insert_once(
        session,
        PageProblem,
        {
            "client_id": f"{actor.person_id}:{client_id}",
            "person_id": actor.person_id,
            "member_code": actor.member_code,
            "course_key": place.course_key,
            "activity_key": place.activity.key,
            "edition_id": place.edition_id,
            "language": language,
            "kind": kind,
            "text": words,
            "state": ProblemState.OPEN,
            "reported_at": now,
            "word_back": "",
        },
        unique=("client_id",),
    )
    if problem_id is None:
        return None
    record(
        session,
        actor,
        "problem.report",
        "page_problem",
        problem_id,
        now=now,
        subject_person_id=actor.person_id,
        kind=kind.value,
    )
    tell_course(
        session,
        place.course_key,
        REPORTED,
        {"title": place.edition.course.title, "course": place.course_key},
        roles=(Role.TRAINER,),
        but_not=actor.person_id,
        now=now,
    )
    return problem_id


def move_problem(
    session: Session,
    actor: Actor,
    course_key: str,
    problem_id: int,
    verb: ProblemVerb,
    *,
    answer: str,
    now: datetime.datetime,
) -> PageProblem:
    """Take a report into work, or end it, with a word back to who reported it.

    A decline needs one. A repeat of what is done already changes nothing. Raises
    NotPossibleError where the table of transitions has no such step.
    """
    if actor.person_id is None:
        raise RefusedError(N_("Only a person settles a report."))
    problem = lock_problem(session, actor, course_key, problem_id)
    step = problem_step(problem.state, verb)
    if step is None:
        if verb in {ProblemVerb.TAKE, ProblemVerb.REOPEN} or problem.word_back != answer.strip():
            raise NotPossibleError(N_("Somebody has moved this report meanwhile. Look again."))
        return problem
    words = answer.strip()
    if verb is ProblemVerb.DECLINE and not words:
        raise BadInputError(N_("Say to the reporter why it stays as it is."), field="answer")
    if len(words) > LONGEST_WORD_BACK:
        raise BadInputError(
            N_("Shorten it to %(most)s characters."), field="answer", most=LONGEST_WORD_BACK
        )
    problem.state, problem.word_back = step.after, words
    session.add(
        PageProblemStep(
            problem_id=problem.id,
            verb=verb,
            after=step.after,
            person_id=actor.person_id,
            happened_at=now,
            word_back=words,
        )
    )
    session.flush()
    record(
        session,
        actor,
        f"problem.{verb.value}",
        "page_problem",
        problem.id,
        now=now,
        subject_person_id=problem.person_id,
    )
    _tell_reporter(session, problem, now=now)
    return problem


def _tell_reporter(session: Session, problem: PageProblem, *, now: datetime.datetime) -> None:
    kind = SETTLED.get(problem.state)
    if kind is None:
        return
    stored = session.get(StoredEdition, problem.edition_id)
    edition = get_edition(session, stored.digest) if stored is not None else None
    titles = {each.key: each.title for each in edition.activities} if edition else {}
    steps = (
        scoped(PageProblemStep, KEEPER, Reach.ALL_MEMBERS)
        .where(PageProblemStep.problem_id == problem.id)
        .with_only_columns(PageProblemStep.id)
        .order_by(PageProblemStep.id.desc())
        .limit(1)
    )
    tell(
        session,
        KEEPER,
        person_id=problem.person_id,
        kind=kind,
        facts={
            "title": titles.get(problem.activity_key, problem.activity_key),
            "course": problem.course_key,
            "activity": problem.activity_key,
        },
        now=now,
        once_key=f"problem@{problem.id}@{session.execute(steps).scalar_one()}",
    )


def _checked(text: str, most: int) -> str:
    words = text.strip()
    if not words:
        raise BadInputError(N_("Say what is wrong, then send."), field="text")
    if len(words) > most:
        raise BadInputError(N_("Shorten it to %(most)s characters."), field="text", most=most)
    return words
