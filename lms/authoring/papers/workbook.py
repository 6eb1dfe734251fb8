"""What the participant's workbook holds. No answers of a quiz, and nobody's notes."""

from __future__ import annotations

from collections.abc import Iterator

from lms.authoring.papers.parts import Box, Grid, Heading, Lines, Part, Text
from lms.authoring.papers.questions import asked
from lms.authoring.papers.shared import Book, plain
from lms.courses.values.course import Module
from lms.courses.values.edition import Activity
from lms.courses.values.page import Page
from lms.courses.values.quiz import Quiz
from lms.courses.values.scenario import Scenario
from lms.courses.values.task import Reflection, Session

_ROOM = {"long": 9, "short": 2, "list": 5, "date": 1}
"""Lines to write for each kind of answer."""


def workbook_parts(book: Book) -> Iterator[Part]:
    """The whole workbook, after its cover and table of contents."""
    yield from _beginning(book)
    numbers = iter(range(1, 1000))
    for place, module in enumerate(book.edition.modules, 1):
        yield from _module(book, module, place, numbers)
    yield from book.glossary()
    yield from book.wellbeing(next(numbers))
    yield book.own(1, book.words.gettext("Your own notes"))
    yield Lines(28)


def _beginning(book: Book) -> Iterator[Part]:
    _ = book.words.gettext
    course, language = book.shown(book.edition.course)
    yield book.own(1, _("How to use this workbook"))
    yield book.say(
        _(
            "Read a lesson, do what it asks, and write. Nothing you write here is collected or "
            "marked. Write no names of real people, and nothing by which one could be found."
        )
    )
    yield book.say(
        _(
            "What stands on the screen and not on paper: tests, stories to their end, and the "
            "notes of your member. To complete the course, do its activities there."
        )
    )
    yield book.say(
        _("Some lessons speak of violence and loss. You may stop at any time, and go on later.")
    )
    yield book.own(2, _("What you will be able to do"))
    yield book.items([objective.text for objective in course.objectives], language)
    yield book.own(2, _("The course at a glance"))
    yield Grid(
        "",
        (_("Module"), _("What is in it"), _("Time")),
        tuple(
            (
                plain(f"{place}. {book.line(book.shown(module)[0].title)}"),
                plain(book.line(book.shown(module)[0].summary)),
                book.minutes(sum(a.minutes for a in book.activities_of(module)) or 1),
            )
            for place, module in enumerate(book.edition.modules, 1)
            if module.activities
        ),
        language,
        (30, 52, 18),
    )


def _module(book: Book, module: Module, place: int, numbers: Iterator[int]) -> Iterator[Part]:
    _ = book.words.gettext
    if not module.activities:
        return
    shown, language = book.shown(module)
    yield book.heading(1, module, number=str(place))
    yield book.summary(shown.summary, language)
    answers: list[tuple[Activity, list[Part]]] = []
    lighter: list[Page] = []
    for activity in book.activities_of(module):
        anchor = f"activity-{activity.key}"
        yield book.heading(2, activity, anchor=anchor)
        kept: list[Part] = []
        yield from _activity(book, activity, numbers, kept)
        if kept:
            answers.append((activity, kept))
        other = book.edition.alternative_of(activity.key)
        if other is not None:
            lighter.append(other)
    if answers:
        yield book.own(2, _("Answers to the tasks of this module"))
        for activity, parts in answers:
            yield book.heading(3, activity)
            yield from parts
    if lighter:
        yield book.own(2, _("Lighter versions"))
        yield book.say(_("The same lessons without their hard details. They give the same credit."))
        for page in lighter:
            yield book.heading(3, page, anchor=f"activity-{page.key}")
            yield from _page(book, page, numbers, [], shift=2)


def _activity(
    book: Book, activity: Activity, numbers: Iterator[int], answers: list[Part]
) -> Iterator[Part]:
    _ = book.words.gettext
    kind, time = book.kind_of(activity), book.minutes(activity.minutes)
    yield book.say(_("%(kind)s, about %(time)s", kind=kind, time=time), "small")
    shown, language = book.shown(activity)
    match shown:
        case Page():
            yield from _page(book, shown, numbers, answers, shift=1)
        case Quiz():
            yield from _quiz(book, shown, language)
        case Scenario():
            yield from _scenario(book, shown, language)
        case Reflection():
            yield from _reflection(book, shown, language)
        case Session():
            yield from book.body(shown.intro, language, next(numbers), shift=1)
            yield Lines(10, _("Notes from the meeting"))
        case _:
            yield book.say(_("This is done on the screen."))


def _page(
    book: Book, page: Page, numbers: Iterator[int], answers: list[Part], *, shift: int
) -> Iterator[Part]:
    _ = book.words.gettext
    shown, language = book.shown(page)
    number = next(numbers)
    yield book.summary(shown.summary, language)
    rendered = book.rendered(shown, language, number)
    for block in rendered.blocks:
        yield from book.block(block, language, shift=shift)
        if block.kind == "task":
            yield Lines(6)
            if block.answer:
                name = block.title or _("One answer")
                answers.append(Box("answer", _("One answer"), name, block.answer, language))
        elif block.kind == "jurisdiction":
            yield Lines(4, _("How it is where you work"))
        elif block.kind == "content-note" and book.edition.alternative_of(page.key):
            yield book.say(
                _("A lighter version stands at the end of this module. It gives the same credit.")
            )
    yield from book.sources(rendered, number)


def _quiz(book: Book, quiz: Quiz, language: str) -> Iterator[Part]:
    _ = book.words.gettext
    keys = book.asked_only_in_checks(quiz)
    # As on the screen, a quiz is in one language from its first to its last question.
    own = book.edition.course.language
    spoken = language if language in book.edition.quiz_languages(quiz) else own
    if not keys:
        yield book.say(_("This test is taken on the screen. Its questions are on no paper."))
        yield Lines(3, _("What I want to look at again before it"))
        return
    questions = book.edition.questions_in(quiz, spoken)
    yield book.say(
        _("Answer here first; then compare on the screen, where each answer is explained.")
    )
    for place, key in enumerate(keys, 1):
        yield Heading(3, _("Question %(number)s", number=place), book.words.language)
        yield from asked(book, questions[key], spoken)


def _scenario(book: Book, scenario: Scenario, language: str) -> Iterator[Part]:
    _ = book.words.gettext
    yield book.summary(scenario.summary, language)
    yield from _note(book, scenario, language)
    yield Text(book.prose(scenario.intro, language), language)
    start = next((node for node in scenario.nodes if node.key == scenario.start), None)
    if start is not None:
        yield Heading(3, book.line(start.title), language)
        yield Text(book.prose(start.text, language), language)
        yield book.items([choice.text for choice in start.choices if not choice.when], language)
    yield Lines(5, _("What would you do first, and why?"))
    yield book.say(_("The story goes on on the screen. Play it, then come back."))
    yield Lines(6, _("What I would do otherwise next time"))


def _reflection(book: Book, reflection: Reflection, language: str) -> Iterator[Part]:
    yield from _note(book, reflection, language)
    yield Text(book.prose(reflection.intro, language), language)
    for number, prompt in enumerate(reflection.prompts, 1):
        yield Box(
            "plain",
            str(number),
            "",
            book.prose(prompt.text, language)
            + (book.prose(prompt.help, language) if prompt.help else ""),
            language,
        )
        yield Lines(_ROOM[prompt.answer])


def _note(book: Book, activity: Scenario | Reflection, language: str) -> Iterator[Part]:
    """What is said before hard matter, if anything."""
    note = activity.content_note
    if note is not None:
        html = book.prose(note.text, language)
        yield Box("content-note", book.box_name("content-note"), "", html, language)
