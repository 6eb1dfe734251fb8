"""Quizzes: questions that exist, pools large enough, tests that are parallel."""

from __future__ import annotations

from lms.core.content.marked import Path
from lms.core.text import N_
from lms.courses.checks.subject import Subject
from lms.courses.folder import SourceFile
from lms.courses.values.question import EssayQuestion, FileQuestion
from lms.courses.values.quiz import Quiz

_NO_QUESTION = N_("There is no question with the key %(key)s in the bank.")


def check_quizzes(subject: Subject) -> None:
    """Every quiz, and the pair of pre-test and post-test."""
    for source, quiz in subject.reading.of(Quiz):
        _check_slots(subject, source, quiz)
        _check_purpose(subject, source, quiz)
        _check_essays(subject, source, quiz)
        _check_skips(subject, source, quiz)
    _check_pair(subject)


def _check_slots(subject: Subject, source: SourceFile, quiz: Quiz) -> None:
    known = subject.questions.keys() | subject.unread_keys
    seen: set[str] = set()
    for place, slot in enumerate(quiz.slots):
        here: Path = ("slots", place)
        for number, key in enumerate(slot.questions):
            path = (*here, "question") if slot.question else (*here, "from", number)
            if key not in known:
                subject.error(source, path, _NO_QUESTION, key=key)
            if key in seen:
                sentence = N_("%(key)s stands twice in this quiz. A learner could meet it twice.")
                subject.error(source, path, sentence, key=key)
            seen.add(key)
        if slot.pool is not None and slot.draw is not None:
            if len(slot.pool) < slot.draw:
                sentence = N_("%(draw)s are drawn from %(size)s. Add questions or draw fewer.")
                subject.error(source, here, sentence, draw=slot.draw, size=len(slot.pool))
            elif len(slot.pool) == slot.draw:
                sentence = N_("All questions of this pool are drawn. Nothing is random here.")
                subject.warn(source, here, sentence)


def _check_purpose(subject: Subject, source: SourceFile, quiz: Quiz) -> None:
    if quiz.purpose == "pre-test" and quiz.done_when == "passed":
        sentence = N_("A pre-test cannot ask to be passed. Write done_when: answered.")
        subject.error(source, ("done_when",), sentence)
    if quiz.purpose == "pre-test" and quiz.attempts != 1:
        sentence = N_("A pre-test compares before with after. Write attempts: 1.")
        subject.error(source, ("attempts",), sentence)
    if quiz.purpose == "final" and quiz.done_when != "passed":
        sentence = N_("A final quiz must be passed. Write done_when: passed and a pass_mark.")
        subject.error(source, ("done_when",), sentence)
    gives_away = quiz.attempts != 1 and "right-answer" in quiz.shown.after_attempt
    if gives_away and quiz.purpose != "knowledge-check":
        sentence = N_("Right answers shown after an attempt give away the next attempt.")
        subject.warn(source, ("review", "after_attempt"), sentence)


def _check_essays(subject: Subject, source: SourceFile, quiz: Quiz) -> None:
    """What a person marks stands in no test whose result is needed at once."""
    if quiz.purpose not in {"pre-test", "post-test"}:
        return
    for place, slot in enumerate(quiz.slots):
        for key in slot.questions:
            if isinstance(subject.questions.get(key), EssayQuestion | FileQuestion):
                sentence = N_(
                    "%(key)s is marked by a person. A pre-test and a post-test are compared at "
                    "once: ask it in another quiz."
                )
                subject.error(source, ("slots", place), sentence, key=key)


def _check_skips(subject: Subject, source: SourceFile, quiz: Quiz) -> None:
    modules = {module.key for _, module in subject.modules} | subject.unread_keys
    fixed = {slot.question for slot in quiz.slots}
    for place, skip in enumerate(quiz.test_out):
        here: Path = ("test_out", place)
        if quiz.purpose != "pre-test":
            subject.error(source, here, N_("Only a pre-test can let a learner leave out a module."))
        if skip.module not in modules:
            sentence = N_("There is no module with the key %(key)s.")
            subject.error(source, (*here, "module"), sentence, key=skip.module)
        for key in _tests_in(subject, skip.module):
            sentence = N_("The module %(module)s holds the test %(key)s, which nobody leaves out.")
            subject.error(source, (*here, "module"), sentence, module=skip.module, key=key)
        for number, key in enumerate(skip.questions):
            if key not in fixed:
                sentence = N_("%(key)s is not a fixed question of this quiz.")
                subject.error(source, (*here, "questions", number), sentence, key=key)
        if skip.right > len(skip.questions):
            sentence = N_("%(right)s right answers cannot be had from %(size)s questions.")
            path = (*here, "right")
            subject.error(source, path, sentence, right=skip.right, size=len(skip.questions))
        elif len(skip.questions) < 2:
            sentence = N_("One question is little ground for leaving out a module. Add another.")
            subject.warn(source, (*here, "questions"), sentence)


def _tests_in(subject: Subject, module_key: str) -> list[str]:
    """Keys of the tests that stand in a module: pre-test, post-test and final quiz."""
    return [
        key
        for key, module in subject.placed.items()
        if module.key == module_key
        and key in subject.activities
        and isinstance(quiz := subject.activities[key][1], Quiz)
        and quiz.purpose != "knowledge-check"
    ]


def _check_pair(subject: Subject) -> None:
    """Pre-test and post-test ask other questions for the same objectives, equally many."""
    quizzes = list(subject.reading.of(Quiz))
    before = [pair for pair in quizzes if pair[1].purpose == "pre-test"]
    after = [pair for pair in quizzes if pair[1].purpose == "post-test"]
    for group in (before, after):
        for source, quiz in group[1:]:
            sentence = N_("The course already has a %(purpose)s. Keep one.")
            subject.error(source, ("purpose",), sentence, purpose=quiz.purpose)
    if bool(before) != bool(after):
        source, quiz = (before or after)[0]
        sentence = N_("A pre-test and a post-test go together: the other one is missing.")
        subject.warn(source, ("purpose",), sentence)
    if not before or not after:
        return
    (_, first), (source, second) = before[0], after[0]
    if first.length != second.length:
        sentence = N_("The pre-test has %(first)s questions and this has %(second)s.")
        subject.error(source, ("slots",), sentence, first=first.length, second=second.length)
    shared = sorted(set(first.questions) & set(second.questions))
    if shared:
        sentence = N_("%(keys)s also stand in the pre-test. Parallel tests share no question.")
        subject.error(source, ("slots",), sentence, keys=", ".join(shared))
    if _objectives(subject, first) != _objectives(subject, second) and not subject.has_unread:
        sentence = N_("The post-test asks for other objectives than the pre-test.")
        subject.warn(source, ("slots",), sentence)


def _objectives(subject: Subject, quiz: Quiz) -> set[str]:
    return {subject.questions[key].objective for key in quiz.questions if key in subject.questions}
