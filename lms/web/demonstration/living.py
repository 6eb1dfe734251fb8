"""Living a story: every step through the service that a page of the product would call."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from fractions import Fraction
from random import Random
from typing import Any

from lms.assessments.models import Attempt
from lms.assessments.rules.marking import right_answer
from lms.assessments.rules.plays import ON, Moment, replay
from lms.assessments.services import attempts, plays
from lms.assessments.services.attempts import drawing_of
from lms.assessments.services.writings import write
from lms.completion.services.crediting import credit
from lms.core.actor import Actor
from lms.core.database import Session
from lms.courses.store import get_edition
from lms.courses.values.edition import Activity, Edition
from lms.courses.values.page import Page
from lms.courses.values.question import (
    GapSelectQuestion,
    MatchingQuestion,
    MultipleQuestion,
    NumericQuestion,
    OrderingQuestion,
    Question,
    SingleQuestion,
    TrueFalseQuestion,
)
from lms.courses.values.quiz import Quiz
from lms.courses.values.scenario import Scenario
from lms.courses.values.task import Reflection
from lms.enrolments.models import Enrolment
from lms.enrolments.queries.own import lock_own
from lms.enrolments.rules import EnrolmentState, WithdrawalReason
from lms.enrolments.services.taking import withdraw
from lms.progress.rules import EvidenceKind, Fact
from lms.web.demonstration.stories import Chapter, moments

LONGEST_PLAY = 40
"""Steps after which a scenario is left as it stands."""
WRITTEN = (
    "I ask in a quiet place, with an interpreter who does not belong to the group.",
    "Before every interview I write down who is in the room and why.",
    "I call the shelter first and the reporter never. The number hangs beside my desk.",
    "With my team I go through the indicators once a month, with a case of our own.",
    "When somebody says that all is well, I ask once more, alone, on another day.",
    "I learn the three sentences on the card in two more languages.",
)


@dataclass(frozen=True, slots=True)
class Learner:
    """One of the cohort at work on one course."""

    session: Session
    actor: Actor
    rng: Random
    enrolment: Enrolment
    edition: Edition
    language: str

    @property
    def ability(self) -> float:
        """How well this person does, in standard deviations; the same on every course."""
        own = Random(f"bekal ability {self.enrolment.person_id}")  # noqa: S311 - invented lives
        return max(-2.0, min(2.0, own.gauss(0, 1)))

    def credit(self, kind: EvidenceKind, key: str, of: str, at: datetime.datetime) -> None:
        """Report what was done, as the page of that activity does."""
        fact = Fact(f"{kind.value}:{self.enrolment.id}:{of}", kind, key, at, {})
        credit(self.session, self.actor, self.enrolment.id, fact, now=at)


def work_on(
    session: Session,
    actor: Actor,
    chapter: Chapter,
    rng: Random,
    *,
    language: str,
    now: datetime.datetime,
) -> None:
    """Do what the chapter says on a course the actor is on. `now` is the day of loading."""
    enrolment, stored = lock_own(session, actor, chapter.course_key)
    edition = get_edition(session, stored.digest)
    learner = Learner(session, actor, rng, enrolment, edition, language)
    keys = [key for key in edition.order if edition.activity(key).required]
    count = round(len(keys) * chapter.share)
    begun, last = (now - datetime.timedelta(days=days) for days in (chapter.begun, chapter.last))
    if count:
        begun += datetime.timedelta(minutes=3)
    for key, at in zip(keys, moments(rng, begun, last, count), strict=False):
        if _do(learner, chapter, edition.activity(key), at):
            break
    if chapter.leaves and enrolment.state is EnrolmentState.ACTIVE:
        reason = rng.choice(list(WithdrawalReason))
        at = last + datetime.timedelta(days=rng.uniform(1, 6))
        withdraw(session, actor, chapter.course_key, reason=reason, now=at)


def _do(learner: Learner, chapter: Chapter, activity: Activity, at: datetime.datetime) -> bool:
    """One activity; whether the story of this course ends here."""
    if isinstance(activity, Page):
        _read(learner, activity, at)
    elif isinstance(activity, Quiz):
        return _take(learner, chapter, activity, at)
    elif isinstance(activity, Scenario):
        _play(learner, activity, at)
    elif isinstance(activity, Reflection):
        _reflect(learner, activity, at)
    return False


def _read(learner: Learner, page: Page, at: datetime.datetime) -> None:
    """Read it, or now and then its version without the hard details."""
    other = learner.edition.alternative_of(page.key)
    read = other if other is not None and learner.rng.random() < 0.15 else page
    learner.credit(EvidenceKind.READ, read.key, page.key, at)


def _take(learner: Learner, chapter: Chapter, quiz: Quiz, at: datetime.datetime) -> bool:
    """Take a quiz, the final one as often as the story says. Earlier attempts lie before `at`."""
    is_final = quiz.done_when == "passed"
    fails = min(chapter.fails, (quiz.attempts or 3) - 1) if is_final else 0
    between = datetime.timedelta(minutes=quiz.delay_minutes) + datetime.timedelta(hours=3)
    for number in range(fails):
        before = fails - 1 - number if chapter.ends_failed else fails - number
        _attempt(learner, quiz, at - before * between, good=False)
    if is_final and chapter.ends_failed:
        return True
    attempt = _attempt(learner, quiz, at, good=True)
    kind = EvidenceKind.PASSED if is_final else EvidenceKind.ANSWERED
    if attempt.is_passed or not is_final:
        fact = Fact(
            f"attempt:{attempt.id}",
            kind,
            quiz.key,
            at,
            {"attempt": attempt.number, "percent": attempt.percent},
        )
        credit(learner.session, learner.actor, learner.enrolment.id, fact, now=at)
    return False


def _attempt(learner: Learner, quiz: Quiz, at: datetime.datetime, *, good: bool) -> Attempt:
    """One attempt, answered well enough to pass or not well enough, and handed in at `at`."""
    started = at - datetime.timedelta(minutes=min(quiz.minutes, 12))
    attempt = attempts.begin(
        learner.session,
        learner.actor,
        learner.enrolment,
        learner.edition,
        quiz,
        language=learner.language,
        now=started,
    )
    drawing = drawing_of(attempt)
    questions = learner.edition.questions_in(quiz, drawing.language)
    drawn = [questions[each.question] for each in drawing.questions]
    wrong = _wrongly_answered(learner.rng, quiz, drawn, learner.ability, good=good)
    given = {
        number: wrong_answer(question, learner.rng)
        if number in wrong
        else dict(right_answer(question))
        for number, question in enumerate(drawn, 1)
    }
    return attempts.hand_in(
        learner.session, learner.actor, attempt.id, learner.edition, quiz, given, now=at
    )


def _wrongly_answered(
    rng: Random, quiz: Quiz, questions: list[Question], ability: float, *, good: bool
) -> frozenset[int]:
    """Numbers of the questions to get wrong: what the mark allows, or one more than that.

    Hard questions go wrong first, and for the able fewer do; otherwise statistics of items
    would be those of coins. Before a course about half of the answers may be wrong.
    """
    possible = sum(question.points for question in questions)
    if quiz.pass_mark is not None:
        may_miss = 100.0 - quiz.pass_mark
    else:
        may_miss = 50.0 if quiz.purpose == "pre-test" else 20.0
    spare = Fraction(possible) * Fraction(round(may_miss), 100)
    if good:
        spare *= Fraction(round(100 * max(0.0, min(1.0, 0.55 - 0.45 * ability))), 100)
    hardest_first = sorted(
        range(1, len(questions) + 1),
        key=lambda number: difficulty_of(questions[number - 1]) + rng.gauss(0, 0.7),
        reverse=True,
    )
    wrong: set[int] = set()
    lost = 0
    for number in hardest_first:
        points = questions[number - 1].points
        if not good and lost > spare:
            break
        if good and lost + points > spare:
            continue
        wrong.add(number)
        lost += points
    return frozenset(wrong)


def difficulty_of(question: Question) -> float:
    """How hard a question is for everybody, in standard deviations; it follows from its key."""
    return Random(f"bekal difficulty {question.key}").gauss(0, 0.6)  # noqa: S311 - invented lives


def wrong_answer(question: Question, rng: Random) -> dict[str, Any]:
    """An answer that earns nothing, as people give it: another option, the order turned round.

    Of the wrong options the first tempts most.
    """
    if isinstance(question, SingleQuestion):
        wrong = [option.key for option in question.options if not option.right]
        return {"option": rng.choices(wrong, [2**-place for place in range(len(wrong))])[0]}
    if isinstance(question, MultipleQuestion):
        return {"options": [option.key for option in question.options if not option.right][:1]}
    if isinstance(question, TrueFalseQuestion):
        return {"answer": "false" if question.answer == "true" else "true"}
    if isinstance(question, MatchingQuestion):
        keys = [choice.key for choice in question.choices]
        return {
            "pairs": {
                item.key: keys[(keys.index(item.choice) + 1) % len(keys)] for item in question.items
            }
        }
    if isinstance(question, OrderingQuestion):
        return {"order": [step.key for step in reversed(question.steps)]}
    if isinstance(question, GapSelectQuestion):
        return {
            "gaps": {
                gap.key: next(option.key for option in gap.options if not option.right)
                for gap in question.gaps
            }
        }
    if isinstance(question, NumericQuestion):
        return {"text": f"{question.answer + 1 + 2 * question.tolerance:g}"}
    return {"text": "I am not sure"}


def _play(learner: Learner, scenario: Scenario, at: datetime.datetime) -> None:
    """Play to an end, now and then by a harmful choice first, and debrief."""
    session, actor, enrolment = learner.session, learner.actor, learner.enrolment
    begun = at - datetime.timedelta(minutes=scenario.minutes)
    play = plays.begin_play(session, actor, enrolment, scenario, now=begun)
    chosen: set[tuple[str, str]] = set()
    errs = learner.rng.random() < 0.4
    while play.ended_at is None and len(play.path) < LONGEST_PLAY:
        moment = replay(scenario, play.path)
        word = _choice(moment, chosen, errs=errs)
        errs = errs and not chosen
        moved = plays.step(
            session, actor, enrolment.id, scenario, at=len(play.path), word=word, now=at
        )
        if moved is None:
            break
        play = moved
    if play.ended_at is not None:
        learner.credit(EvidenceKind.PLAYED, scenario.key, f"play-{play.id}", at)


def _choice(moment: Moment, chosen: set[tuple[str, str]], *, errs: bool) -> str:
    """The best choice not made before at this place, or the worst for who errs."""
    order = {"good": 0, "tolerable": 1, "harmful": 2}
    if not moment.choices:
        return ON
    fresh = [
        choice for choice in moment.choices if (moment.node.key, choice.key) not in chosen
    ] or list(moment.choices)
    fresh.sort(key=lambda choice: order[choice.quality], reverse=errs)
    chosen.add((moment.node.key, fresh[0].key))
    return fresh[0].key


def _reflect(learner: Learner, reflection: Reflection, at: datetime.datetime) -> None:
    """Write a sentence to each prompt and send it."""
    answers = {
        prompt.key: (at + datetime.timedelta(days=30)).date().isoformat()
        if prompt.answer == "date"
        else learner.rng.choice(WRITTEN)
        for prompt in reflection.prompts
    }
    writing = write(
        learner.session,
        learner.actor,
        learner.enrolment,
        reflection,
        answers,
        send=True,
        now=at,
    )
    if reflection.done_when == "reflected":
        learner.credit(EvidenceKind.REFLECTED, reflection.key, f"writing-{writing.id}", at)
