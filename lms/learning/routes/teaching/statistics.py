"""How the questions of a course do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from flask import render_template
from flask_babel import gettext
from markupsafe import Markup

from lms.access.permissions import Permission
from lms.access.policies import policy
from lms.assessments.queries.corrections import keys_in_force
from lms.assessments.queries.statistics import ItemKey, item_sums_of
from lms.assessments.rules.corrections import Choosable, Corrections, codes_of, keyed
from lms.assessments.rules.judging import (
    HINT_SENTENCES,
    ITEM_VERDICT_NAMES,
    ITEM_VERDICT_SENTENCES,
    JUDGED_FROM,
    Hint,
    Hinted,
    ItemVerdict,
    harder_languages,
    hints,
    verdict,
)
from lms.assessments.rules.marking import marked_by_person
from lms.assessments.rules.statistics import (
    FEWEST,
    ItemSums,
    total,
)
from lms.core.languages import own_name
from lms.core.request import session, settings
from lms.courses.routes import page_language
from lms.courses.values.edition import Edition
from lms.courses.values.question import Question
from lms.courses.values.quiz import Quiz
from lms.learning.pages import words
from lms.learning.routes.blueprint import blueprint
from lms.learning.routes.teaching.question_words import in_words, text_of
from lms.learning.routes.teaching.shared import course_page, course_title, module_titles


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """One answer of a question: its words, whether it is right, how often it was chosen, and
    how choosing it goes with the rest of the attempt."""

    text: str
    is_right: bool
    times: int
    point_biserial: float | None


@dataclass(frozen=True, slots=True)
class ItemLine:
    """One question of a quiz, over all languages, and each language by itself.

    `is_corrected`: another key than the edition's is in force.
    """

    key: str
    prompt: Markup
    sums: ItemSums
    verdict: ItemVerdict
    hints: tuple[str, ...]
    answers: tuple[AnswerLine, ...]
    languages: tuple[tuple[str, ItemSums], ...]
    is_corrected: bool
    may_be_corrected: bool


@blueprint.get("/teaching/<string:course_key>/questions/statistics")
@policy(Permission.COURSE_TEACH)
def teaching_statistics(course_key: str) -> str:
    """Facility, discrimination and choices of every question in use."""
    page = course_page(course_key)
    language = page_language()
    found: dict[tuple[str, str, int], dict[str, ItemSums]] = defaultdict(dict)
    for item, sums in item_sums_of(session(), course_key).items():
        found[_place(item)][item.language] = sums
    corrections = keys_in_force(session(), course_key)
    quizzes = [
        (
            page.edition.in_language(activity, language)[0],
            _lines(page.edition, activity, found, corrections),
        )
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
        judged_from=JUDGED_FROM,
        own_name=own_name,
        in_doubt=sum(
            1 for _, lines in quizzes for line in lines if line.verdict is ItemVerdict.KEY_IN_DOUBT
        ),
    )


def _place(item: ItemKey) -> tuple[str, str, int]:
    return item.activity_key, item.question_key, item.version


def _lines(
    edition: Edition,
    quiz: Quiz,
    found: Mapping[tuple[str, str, int], Mapping[str, ItemSums]],
    corrections: Corrections,
) -> list[ItemLine]:
    """The questions of a quiz in their present versions, those in most need first."""
    languages = edition.quiz_languages(quiz)
    spoken = page_language() if page_language() in languages else edition.course.language
    shown = words(edition, spoken, settings().content_folder / "guides")
    keys = keyed(edition.questions_in(quiz, spoken), corrections)
    is_before = quiz.purpose == "pre-test"
    lines = []
    for key, question in keys.questions.items():
        by_language = found.get((quiz.key, key, question.version), {})
        sums = total(by_language.values())
        choosable = codes_of(question)
        lines.append(
            ItemLine(
                key=key,
                prompt=shown(in_words(question)),
                sums=sums,
                verdict=verdict(sums, is_before_teaching=is_before),
                hints=tuple(
                    _sentence(hint, question)
                    for hint in (
                        *hints(sums, _groups(choosable), is_before_teaching=is_before),
                        *(Hinted(Hint.HARDER_IN, each) for each in harder_languages(by_language)),
                    )
                ),
                answers=_answers(question, sums) if sums.asked >= FEWEST else (),
                languages=tuple(sorted(by_language.items())) if len(by_language) > 1 else (),
                is_corrected=key in keys.changed,
                may_be_corrected=not marked_by_person(question),
            )
        )
    return sorted(lines, key=lambda line: _URGENCY.index(line.verdict))


_URGENCY = (
    ItemVerdict.KEY_IN_DOUBT,
    ItemVerdict.TOO_HARD,
    ItemVerdict.TELLS_LITTLE,
    ItemVerdict.TOO_EASY,
    ItemVerdict.FINE,
    ItemVerdict.NOT_YET,
    ItemVerdict.TOO_FEW,
)


def _groups(choosable: tuple[Choosable, ...]) -> dict[str, dict[str, bool]]:
    groups: dict[str, dict[str, bool]] = defaultdict(dict)
    for each in choosable:
        groups[each.group][each.code] = each.is_right
    return groups


def _answers(question: Question, sums: ItemSums) -> tuple[AnswerLine, ...]:
    return tuple(
        AnswerLine(
            text_of(question, each),
            each.is_right,
            sums.chosen[each.code].times if each.code in sums.chosen else 0,
            sums.point_biserial(each.code),
        )
        for each in codes_of(question)
    )


def _sentence(hinted: Hinted, question: Question) -> str:
    """The hint with the words of the answer, or the name of the language, it is about."""
    if hinted.hint is Hint.HARDER_IN:
        return gettext(HINT_SENTENCES[hinted.hint], language=own_name(hinted.about))
    answer = next(each for each in codes_of(question) if each.code == hinted.about)
    return gettext(HINT_SENTENCES[hinted.hint], answer=text_of(question, answer))
