"""Questions: one right answer where one is asked for, and none that craft alone solves."""

from __future__ import annotations

import re
from collections import Counter
from typing import Literal

from lms.core.content.marked import Path
from lms.core.text import N_, fold
from lms.courses.checks.subject import Subject
from lms.courses.folder import SourceFile
from lms.courses.values.question import (
    GAP_MARK,
    Bank,
    EssayQuestion,
    FileQuestion,
    GapSelectQuestion,
    MatchingQuestion,
    MultipleQuestion,
    Option,
    Question,
    ShortAnswerQuestion,
    SingleQuestion,
)

_CATCH_ALL = re.compile(r"\b(all|none) of (the )?(above|these)\b", re.IGNORECASE)
_LINK = re.compile(r"\]\([^)]*\)")
_NO_OBJECTIVE = N_("%(key)s is not an objective of course.yaml.")


def check_questions(subject: Subject) -> None:
    """Every question of the bank."""
    asked = _asked_anywhere(subject)
    for source, bank in subject.reading.of(Bank):
        for place, question in enumerate(bank.questions):
            path: Path = ("questions", place)
            if subject.course and question.objective not in subject.objectives:
                here = (*path, "objective")
                subject.error(source, here, _NO_OBJECTIVE, key=question.objective)
            if question.key not in asked and not subject.has_unread:
                sentence = N_("No quiz asks %(key)s yet.")
                subject.warn(source, (*path, "key"), sentence, key=question.key)
            _check_question(subject, source, path, question)
    for source, bank in subject.reading.of(Bank, translated=True):
        for place, question in enumerate(bank.questions):
            if isinstance(question, GapSelectQuestion):
                _check_gaps(subject, source, ("questions", place), question)


def _asked_anywhere(subject: Subject) -> set[str]:
    return {
        key
        for _, activity in subject.activities.values()
        if activity.kind == "quiz"
        for key in activity.questions
    }


def _check_question(subject: Subject, source: SourceFile, path: Path, question: Question) -> None:
    if isinstance(question, SingleQuestion):
        _check_options(subject, source, path, question.options, "single")
    elif isinstance(question, MultipleQuestion):
        _check_options(subject, source, path, question.options, "multiple")
    elif isinstance(question, MatchingQuestion):
        _check_matching(subject, source, path, question)
    elif isinstance(question, ShortAnswerQuestion):
        _check_answers(subject, source, path, question)
    elif isinstance(question, GapSelectQuestion):
        _check_gaps(subject, source, path, question)
    elif isinstance(question, EssayQuestion | FileQuestion):
        _check_rubric(subject, source, path, question)


def _check_options(
    subject: Subject,
    source: SourceFile,
    path: Path,
    options: tuple[Option, ...],
    kind: Literal["single", "multiple"],
) -> None:
    here = (*path, "options")
    right = [option for option in options if option.right]
    if kind == "single" and len(right) != 1:
        sentence = N_("Exactly one option must be right; %(number)s are marked right: yes.")
        subject.error(source, here, sentence, number=len(right))
    if kind == "multiple" and not right:
        subject.error(source, here, N_("Mark at least one option with right: yes."))
    if kind == "multiple" and len(right) == len(options):
        subject.error(source, here, N_("All options are right. Add one that is not."))
    seen: set[str] = set()
    for place, option in enumerate(options):
        text = fold(option.text)
        if text in seen:
            subject.error(source, (*here, place, "text"), N_("Two options say the same."))
        seen.add(text)
        if _CATCH_ALL.search(option.text):
            sentence = N_('"All of these" can be solved without knowing. Write a real option.')
            subject.warn(source, (*here, place, "text"), sentence)
    _check_length(subject, source, here, options)


def _check_length(
    subject: Subject, source: SourceFile, path: Path, options: tuple[Option, ...]
) -> None:
    """A right option that is much longer than the others gives itself away."""
    right = [len(option.text) for option in options if option.right]
    wrong = [len(option.text) for option in options if not option.right]
    if len(right) == 1 and wrong and right[0] > 1.8 * max(wrong) and right[0] > 40:
        sentence = N_("The right option is much longer than the others, which gives it away.")
        subject.warn(source, path, sentence)


def _check_matching(
    subject: Subject, source: SourceFile, path: Path, question: MatchingQuestion
) -> None:
    choices = {choice.key for choice in question.choices}
    for place, item in enumerate(question.items):
        if item.choice not in choices:
            sentence = N_("%(key)s is not one of the choices of this question.")
            subject.error(source, (*path, "items", place, "choice"), sentence, key=item.choice)


def _check_answers(
    subject: Subject, source: SourceFile, path: Path, question: ShortAnswerQuestion
) -> None:
    here = (*path, "answers")
    if not any(answer.right for answer in question.answers):
        subject.error(source, here, N_("Mark at least one answer with right: yes."))
    seen: set[str] = set()
    for place, answer in enumerate(question.answers):
        text = fold(answer.text)
        if text in seen:
            subject.error(source, (*here, place, "text"), N_("Two answers say the same."))
        seen.add(text)


def _check_gaps(
    subject: Subject, source: SourceFile, path: Path, question: GapSelectQuestion
) -> None:
    """Each gap stands in the words once; its list has one right answer and says nothing twice."""
    marks = Counter(GAP_MARK.findall(_LINK.sub("", question.prompt)))
    keys = [gap.key for gap in question.gaps]
    for mark in sorted(marks.keys() - set(keys)):
        sentence = N_("{%(key)s} stands in the text, and there is no gap with this key.")
        subject.error(source, (*path, "prompt"), sentence, key=mark)
    for place, gap in enumerate(question.gaps):
        here = (*path, "gaps", place)
        if keys.index(gap.key) != place:
            subject.error(source, (*here, "key"), N_("Two gaps have this key."))
        elif marks[gap.key] != 1:
            sentence = N_(
                "Write {%(key)s} once in the prompt, where the gap is, and not in a link."
            )
            subject.error(source, (*path, "prompt"), sentence, key=gap.key)
        right = sum(option.right for option in gap.options)
        if right != 1:
            sentence = N_("Exactly one option must be right; %(number)s are marked right: yes.")
            subject.error(source, (*here, "options"), sentence, number=right)
        texts = [fold(option.text) for option in gap.options]
        for number, text in enumerate(texts):
            if text in texts[:number]:
                path_of_text = (*here, "options", number, "text")
                subject.error(source, path_of_text, N_("Two options say the same."))


def _check_rubric(
    subject: Subject, source: SourceFile, path: Path, question: EssayQuestion | FileQuestion
) -> None:
    for place, criterion in enumerate(question.rubric):
        if max(level.points for level in criterion.levels) == 0:
            sentence = N_("No level of this criterion has points. Give the best one some.")
            subject.error(source, (*path, "rubric", place, "levels"), sentence)
