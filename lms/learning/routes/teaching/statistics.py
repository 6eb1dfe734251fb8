"""How the questions of a course do."""

from __future__ import annotations

from dataclasses import dataclass

from flask import render_template
from flask_babel import gettext
from markupsafe import Markup

from lms.access.permissions import Permission
from lms.access.policies import policy
from lms.assessments.queries.statistics import ItemKey, item_sums_of
from lms.assessments.rules.statistics import (
    FEWEST,
    ITEM_VERDICT_NAMES,
    ITEM_VERDICT_SENTENCES,
    ItemSums,
    ItemVerdict,
    total,
    verdict,
)
from lms.core.request import session, settings
from lms.courses.routes import page_language
from lms.courses.values.edition import Edition
from lms.courses.values.question import (
    MatchingQuestion,
    MultipleQuestion,
    Question,
    SingleQuestion,
    TrueFalseQuestion,
)
from lms.courses.values.quiz import Quiz
from lms.learning.pages import words
from lms.learning.routes.blueprint import blueprint
from lms.learning.routes.teaching.shared import course_page, course_title, module_titles


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """One answer of a question: its words, whether it is right, how often it was chosen."""

    html: Markup
    is_right: bool
    times: int


@dataclass(frozen=True, slots=True)
class ItemLine:
    """One question of a quiz, over all languages, and each language by itself."""

    key: str
    prompt: Markup
    sums: ItemSums
    verdict: ItemVerdict
    answers: tuple[AnswerLine, ...]
    languages: tuple[tuple[str, ItemSums], ...]


@blueprint.get("/teaching/<string:course_key>/questions/statistics")
@policy(Permission.COURSE_TEACH)
def teaching_statistics(course_key: str) -> str:
    """Facility, discrimination and choices of every question in use."""
    page = course_page(course_key)
    language = page_language()
    found = item_sums_of(session(), course_key)
    quizzes = [
        (page.edition.in_language(activity, language)[0], _lines(page.edition, activity, found))
        for key in page.edition.order
        if isinstance(activity := page.edition.activity(key), Quiz)
    ]
    return render_template(
        "learning/teaching/statistics.html",
        course_key=course_key,
        title=course_title(page.edition),
        quizzes=quizzes,
        modules=module_titles(page.edition),
        verdict_names=ITEM_VERDICT_NAMES,
        verdict_sentences=ITEM_VERDICT_SENTENCES,
        fewest=FEWEST,
        in_doubt=sum(
            1 for _, lines in quizzes for line in lines if line.verdict is ItemVerdict.KEY_IN_DOUBT
        ),
    )


def _lines(edition: Edition, quiz: Quiz, found: dict[ItemKey, ItemSums]) -> list[ItemLine]:
    """The questions of a quiz in their present versions, those in most need first."""
    guides = settings().content_folder / "guides"
    lines = []
    languages = edition.quiz_languages(quiz)
    spoken = page_language() if page_language() in languages else edition.course.language
    shown = words(edition, spoken, guides)
    questions = edition.questions_in(quiz, spoken)
    for key, question in questions.items():
        by_language = {
            item.language: sums
            for item, sums in found.items()
            if (item.activity_key, item.question_key) == (quiz.key, key)
            and item.version == question.version
        }
        sums = total(by_language.values())
        lines.append(
            ItemLine(
                key=key,
                prompt=shown(question.prompt),
                sums=sums,
                verdict=verdict(sums, is_before_teaching=quiz.purpose == "pre-test"),
                answers=tuple(
                    AnswerLine(
                        shown(text), is_right, sums.chosen[code].times if code in sums.chosen else 0
                    )
                    for code, text, is_right in _answers(question)
                )
                if sums.asked >= FEWEST
                else (),
                languages=tuple(sorted(by_language.items())) if len(by_language) > 1 else (),
            )
        )
    return sorted(lines, key=lambda line: _URGENCY.index(line.verdict))


_URGENCY = (
    ItemVerdict.KEY_IN_DOUBT,
    ItemVerdict.TOO_HARD,
    ItemVerdict.TELLS_LITTLE,
    ItemVerdict.TOO_EASY,
    ItemVerdict.FINE,
    ItemVerdict.TOO_FEW,
)


def _answers(question: Question) -> list[tuple[str, str, bool]]:
    """What can be chosen: how it is counted, its words, and whether it is right."""
    if isinstance(question, SingleQuestion | MultipleQuestion):
        return [(option.key, option.text, option.right) for option in question.options]
    if isinstance(question, TrueFalseQuestion):
        names = {"true": gettext("True"), "false": gettext("False")}
        return [(key, name, question.answer == key) for key, name in names.items()]
    if isinstance(question, MatchingQuestion):
        return [
            (f"{item.key}={choice.key}", f"{item.text} → {choice.text}", item.choice == choice.key)
            for item in question.items
            for choice in question.choices
        ]
    return []
