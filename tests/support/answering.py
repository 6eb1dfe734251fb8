"""Quizzes answered in a browser by somebody who has the key: by typing, clicking and choosing."""

from __future__ import annotations

import re
from typing import assert_never

from playwright.sync_api import Locator, Page

from lms.courses.values.edition import Edition
from lms.courses.values.question import (
    GAP_MARK,
    EssayQuestion,
    FileQuestion,
    GapSelectQuestion,
    MatchingQuestion,
    MultipleQuestion,
    NumericQuestion,
    OrderingQuestion,
    Question,
    ShortAnswerQuestion,
    SingleQuestion,
    TrueFalseQuestion,
)
from lms.courses.values.quiz import Quiz

NOT_THE_ANSWER = "nothing of this"


def answer_attempt(page: Page, edition: Edition, quiz: Quiz, language: str, *, right: bool) -> int:
    """Answer every question of the open attempt; how many there were.

    Questions are found again by their words in `language`. KeyError for one that the quiz
    cannot draw.
    """
    questions = edition.questions_in(quiz, language).values()
    fields = page.locator("fieldset.field").all()
    for field in fields:
        legend = plain(field.locator("legend").inner_text())
        found = [each for each in questions if plain(each.prompt) in legend]
        if not found:
            raise KeyError(f"{quiz.key}: no question reads “{legend[:80]}”.")
        give(field, max(found, key=lambda each: len(each.prompt)), right=right)
    return len(fields)


def give(field: Locator, question: Question, *, right: bool) -> None:
    """Answer one question, rightly or wrongly."""
    match question:
        case SingleQuestion() | MultipleQuestion():
            options = [option for option in question.options if option.right == right]
            for option in options[: 1 if isinstance(question, SingleQuestion) else None]:
                labelled(field, option.text).check()
        case TrueFalseQuestion():
            is_true = (question.answer == "true") == right
            field.get_by_role("radio").nth(0 if is_true else 1).check()
        case OrderingQuestion():
            steps = question.steps if right else question.steps[::-1]
            for place, step in enumerate(steps, 1):
                labelled(field, step.text).select_option(str(place))
        case MatchingQuestion():
            for item in question.items:
                fits = [each for each in question.choices if (each.key == item.choice) == right]
                box = labelled(field, item.text)
                offered = box.locator("option").all_inner_texts()
                wanted = plain(fits[0].text)
                box.select_option(index=[plain(each) for each in offered].index(wanted))
        case GapSelectQuestion():
            fill_gaps(field, question, right=right)
        case EssayQuestion() | ShortAnswerQuestion():
            field.get_by_role("textbox").fill(words_for(question) if right else NOT_THE_ANSWER)
        case FileQuestion():
            raise LookupError("A file cannot be written by hand.")
        case NumericQuestion():
            wrong = question.answer + question.tolerance * 2 + 1
            field.get_by_role("textbox").fill(f"{question.answer if right else wrong:g}")
        case _ as never:
            assert_never(never)


def words_for(question: EssayQuestion | ShortAnswerQuestion) -> str:
    """What to type; of an essay anything, since a person judges it."""
    if isinstance(question, EssayQuestion):
        return "What I think of it."
    return next(each.text for each in question.answers if each.right)


def fill_gaps(field: Locator, question: GapSelectQuestion, *, right: bool) -> None:
    """Choose a word for each gap, in the order of the text."""
    gaps = {gap.key: gap for gap in question.gaps}
    for place, key in enumerate(GAP_MARK.findall(question.prompt)):
        word = next(option.text for option in gaps[key].options if option.right == right)
        field.get_by_role("combobox").nth(place).select_option(label=word)


def labelled(field: Locator, text: str) -> Locator:
    """The control whose label says this text, whatever marks or spaces stand in either."""
    labels = field.locator("label").all()
    said = [plain(label.inner_text()) for label in labels]
    target = labels[said.index(plain(text))].get_attribute("for")
    return field.locator(f'[id="{target}"]')


def plain(text: str) -> str:
    """Letters, marks and digits only: what stands in a source and on a page alike."""
    return re.sub(r"[\W_]+", "", text.casefold())
