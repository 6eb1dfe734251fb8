"""What the facilitator's guide holds: how to teach each module in a room, with every answer."""

from __future__ import annotations

from collections.abc import Iterator

from lms.authoring.papers.parts import Box, Facts, Grid, Heading, Lines, Part, Text
from lms.authoring.papers.questions import keyed
from lms.authoring.papers.shared import Book, plain
from lms.core.text import N_
from lms.courses.catalogue import AUDIENCE_NAMES, LEVEL_NAMES
from lms.courses.markdown import parts_of, printed
from lms.courses.values.course import Module
from lms.courses.values.edition import Activity
from lms.courses.values.page import FacilitatorNote, Page
from lms.courses.values.quiz import Quiz
from lms.courses.values.scenario import Node, Scenario, ScenarioChoice
from lms.courses.values.task import Reflection, Session, Survey

PURPOSES = {
    "knowledge-check": N_("Knowledge check"),
    "pre-test": N_("Test before the course"),
    "post-test": N_("Test after the course"),
    "final": N_("Final quiz"),
}
QUALITIES = {"good": N_("Good"), "tolerable": N_("Tolerable"), "harmful": N_("Harmful")}
ENDINGS = {"good": N_("A good ending"), "mixed": N_("A mixed ending"), "poor": N_("A poor ending")}


def guide_parts(book: Book) -> Iterator[Part]:
    """The whole guide, after its cover and table of contents."""
    numbers = iter(range(1, 1000))
    yield from _beginning(book, numbers)
    for place, module in enumerate(book.edition.modules, 1):
        yield from _module(book, module, place, numbers)
    yield from book.glossary()
    yield from book.wellbeing(next(numbers))


def _beginning(book: Book, numbers: Iterator[int]) -> Iterator[Part]:
    _ = book.words.gettext
    course, language = book.shown(book.edition.course)
    yield book.own(1, _("The course at a glance"))
    yield Text(book.prose(course.summary, language), language)
    yield Facts(
        (
            (_("Level"), _(LEVEL_NAMES[course.level])),
            (_("Time"), book.minutes(course.minutes)),
            (_("Made for"), ", ".join(_(AUDIENCE_NAMES[key]) for key in course.audience)),
        )
    )
    yield book.own(2, _("What participants will be able to do"))
    yield book.items([objective.text for objective in course.objectives], language)
    yield book.own(2, _("Modules and time"))
    rows = []
    for place, module in enumerate(book.edition.modules, 1):
        alone = sum(activity.minutes for activity in book.activities_of(module))
        in_room = sum(note.minutes for note in _notes_of(book, module.key))
        rows.append(
            (
                plain(f"{place}. {book.line(book.shown(module)[0].title)}"),
                book.minutes(alone) if alone else "–",
                book.minutes(in_room) if in_room else "–",
            )
        )
    head = (_("Module"), _("Alone, on the screen"), _("In a room"))
    yield Grid("", head, tuple(rows), language, (56, 22, 22))
    yield book.own(2, _("Before the day"))
    yield book.items(_materials(book, book.edition.activities), book.words.language)
    for note in _notes_of(book, None):
        shown, spoken = book.shown(note)
        yield book.heading(1, note)
        yield from _facilitation(book, shown, spoken, numbers, shift=0)


def _module(book: Book, module: Module, place: int, numbers: Iterator[int]) -> Iterator[Part]:
    _ = book.words.gettext
    if not module.activities:
        return
    shown, language = book.shown(module)
    activities = book.activities_of(module)
    yield book.heading(1, module, number=str(place))
    yield book.own(2, _("Aim"))
    yield book.summary(shown.summary, language)
    course, spoken = book.shown(book.edition.course)
    aims = [o.text for o in course.objectives if o.key in module.objectives]
    if aims:
        yield book.items(aims, spoken)
    yield book.own(2, _("Timing"))
    yield _timing(book, activities, language)
    yield book.own(2, _("Materials"))
    yield book.items(_materials(book, activities), book.words.language)
    for note in _notes_of(book, module.key):
        note_shown, spoken = book.shown(note)
        yield book.own(2, _("In the room"))
        yield from _facilitation(book, note_shown, spoken, numbers, shift=1)
    pages = [activity for activity in activities if isinstance(activity, Page)]
    if pages:
        yield book.own(2, _("The lessons in short"))
        for page in pages:
            yield from _page(book, page, numbers)
    for activity in activities:
        if not isinstance(activity, Page):
            yield from _other(book, activity, numbers)


def _timing(book: Book, activities: list[Activity], language: str) -> Grid:
    _ = book.words.gettext
    total = sum(activity.minutes for activity in activities)
    rows = [
        (
            plain(book.line(book.shown(activity)[0].title)),
            book.kind_of(activity),
            book.minutes(activity.minutes),
        )
        for activity in activities
    ]
    rows.append((f"<strong>{_('Together')}</strong>", "", book.minutes(total)))
    return Grid("", (_("Activity"), _("Kind"), _("Time")), tuple(rows), language, (58, 22, 20))


def _materials(book: Book, activities: list[Activity] | tuple[Activity, ...]) -> list[str]:
    """What to bring or print, from what the activities hold."""
    _ = book.words.gettext
    found = [_("The participant workbook, one for each person")]
    for activity in activities:
        shown, _language = book.shown(activity)
        title = book.line(shown.title)
        match shown:
            case Page():
                found += [
                    _("The recording “%(title)s”, and a loudspeaker heard by all", title=heard)
                    for heard in _recordings(shown)
                ]
                found += [
                    _("The figure “%(caption)s”, large enough to be seen by all", caption=caption)
                    for caption in _captions(shown)
                ]
            case Scenario():
                found.append(
                    _("The story “%(title)s”: its steps read aloud, or one screen", title=title)
                )
            case Quiz() if shown.purpose == "knowledge-check":
                found.append(
                    _("The questions of “%(title)s”, to be asked in the room", title=title)
                )
            case Session():
                found.append(_("A room for “%(title)s”", title=title))
    found.append(_("The numbers to call in the members of the participants"))
    return list(dict.fromkeys(found))


def _captions(page: Page) -> list[str]:
    return [
        part.settings["caption"].value.rstrip(".")
        for part in parts_of(page.body)
        if part.name == "figure" and "caption" in part.settings
    ]


def _recordings(page: Page) -> list[str]:
    return [
        printed(part.settings["title"].value).rstrip(".")
        for part in parts_of(page.body)
        if part.name == "sound" and "title" in part.settings
    ]


def _notes_of(book: Book, module_key: str | None) -> list[FacilitatorNote]:
    return [note for note in book.edition.facilitator if note.module == module_key]


def _facilitation(
    book: Book, note: FacilitatorNote, language: str, numbers: Iterator[int], *, shift: int
) -> Iterator[Part]:
    _ = book.words.gettext
    pairs = [(_("Time"), book.minutes(note.minutes))]
    if note.room:
        pairs.append((_("Room"), book.line(note.room)))
    yield Facts(tuple(pairs))
    yield from book.body(note.body, language, next(numbers), shift=shift)
    yield Lines(3, _("What went well, what to change"))


def _page(book: Book, page: Page, numbers: Iterator[int]) -> Iterator[Part]:
    """What a facilitator needs of a lesson: what it says, what it asks, what to keep."""
    _ = book.words.gettext
    shown, language = book.shown(page)
    number = next(numbers)
    yield book.heading(3, page, anchor=f"activity-{page.key}")
    yield book.summary(shown.summary, language)
    for block in book.rendered(shown, language, number).blocks:
        if block.kind in {"remember", "task", "content-note", "sound"}:
            yield from book.block(block, language, shift=2)
        if block.kind == "task" and block.answer:
            yield Box("answer", _("One answer"), "", block.answer, language)
    other = book.edition.alternative_of(page.key)
    if other is not None:
        title = book.line(book.shown(other)[0].title)
        yield book.say(
            _("A version without the hard details: “%(title)s”. Same credit.", title=title)
        )


def _other(book: Book, activity: Activity, numbers: Iterator[int]) -> Iterator[Part]:
    _ = book.words.gettext
    shown, language = book.shown(activity)
    yield book.heading(2, activity, anchor=f"activity-{activity.key}")
    kind, time = book.kind_of(activity), book.minutes(activity.minutes)
    yield book.say(_("%(kind)s, about %(time)s", kind=kind, time=time), "small")
    match shown:
        case Quiz():
            yield from _quiz(book, shown, language)
        case Scenario():
            yield from _scenario(book, shown, language)
        case Reflection():
            yield from _reflection(book, shown, language)
        case Session():
            yield from book.body(shown.intro, language, next(numbers), shift=1)
        case Survey():
            yield Text(book.prose(shown.intro, language), language)


def _quiz(book: Book, quiz: Quiz, language: str) -> Iterator[Part]:
    _ = book.words.gettext
    own = book.edition.course.language
    spoken = language if language in book.edition.quiz_languages(quiz) else own
    pairs = [(_("Kind"), _(PURPOSES[quiz.purpose])), (_("Questions"), str(quiz.length))]
    if quiz.pass_mark is not None:
        pairs.append((_("To pass"), _("%(number)s of 100", number=quiz.pass_mark)))
    if quiz.attempts is not None:
        pairs.append((_("Attempts"), str(quiz.attempts)))
    yield Facts(tuple(pairs))
    questions = book.edition.questions_in(quiz, spoken)
    number = 0
    for slot in quiz.slots:
        if slot.draw is not None:
            yield book.say(
                book.words.ngettext(
                    "One of these is drawn for each person:",
                    "%(num)s of these are drawn for each person:",
                    slot.draw,
                    num=slot.draw,
                )
            )
        for key in slot.questions:
            number += 1
            yield Heading(3, _("Question %(number)s", number=number), book.words.language)
            yield from keyed(book, questions[key], spoken)


def _scenario(book: Book, scenario: Scenario, language: str) -> Iterator[Part]:
    _ = book.words.gettext
    yield book.summary(scenario.summary, language)
    if scenario.content_note is not None:
        html = book.prose(scenario.content_note.text, language)
        yield Box("content-note", book.box_name("content-note"), "", html, language)
    yield Text(book.prose(scenario.intro, language), language)
    places = {node.key: place for place, node in enumerate(scenario.nodes, 1)}
    for node in scenario.nodes:
        number = _("Step %(number)s", number=places[node.key])
        yield Heading(3, book.line(node.title), language, number=number)
        yield Text(book.prose(node.text, language), language)
        yield from _ways_on(book, node, places, language)
    yield book.own(3, _("Debrief"))
    yield Text(book.prose(scenario.debrief.text, language), language)
    for band in scenario.debrief.bands:
        labels = {variable.key: variable.label for variable in scenario.variables}
        when = "; ".join(
            _bound(book, labels.get(c.variable, c.variable), c.at_least, c.at_most)
            for c in band.when
        )
        yield Box("plain", when, "", book.prose(band.text, language), language)
    if scenario.debrief.questions:
        yield book.items(list(scenario.debrief.questions), language)


def _ways_on(book: Book, node: Node, places: dict[str, int], language: str) -> Iterator[Part]:
    _ = book.words.gettext
    if node.ending is not None:
        yield book.say(_(ENDINGS[node.ending]) + ".")
    elif node.next is not None:
        yield book.say(_("Goes on at step %(number)s.", number=places.get(node.next, 0)))
    if node.choices:
        head = (_("Choice"), _("What happens, and why"), _("Goes to"))
        rows = tuple(_choice(book, choice, places, language) for choice in node.choices)
        yield Grid("", head, rows, language, (32, 53, 15))


def _choice(
    book: Book, choice: ScenarioChoice, places: dict[str, int], language: str
) -> tuple[str, str, str]:
    _ = book.words.gettext
    what = book.prose(choice.text, language)
    what += f"<p><strong>{_(QUALITIES[choice.quality])}</strong></p>"
    follows = book.prose(choice.consequence, language) + book.prose(choice.reason, language)
    if choice.way_back:
        follows += f"<p><strong>{_('The way back')}</strong></p>"
        follows += book.prose(choice.way_back, language)
    return what, follows, _("Step %(number)s", number=places.get(choice.to, 0))


def _bound(book: Book, label: str, at_least: int | None, at_most: int | None) -> str:
    _ = book.words.gettext
    parts = []
    if at_least is not None:
        parts.append(_("%(label)s at least %(number)s", label=label, number=at_least))
    if at_most is not None:
        parts.append(_("%(label)s at most %(number)s", label=label, number=at_most))
    return ", ".join(parts)


def _reflection(book: Book, reflection: Reflection, language: str) -> Iterator[Part]:
    _ = book.words.gettext
    yield Text(book.prose(reflection.intro, language), language)
    yield book.items([prompt.text for prompt in reflection.prompts], language)
    if reflection.done_when == "reflected":
        yield book.say(_("What participants write is theirs. Do not collect it."))
    for criterion in reflection.rubric:
        yield Grid(
            book.line(criterion.text),
            (_("Points"), _("What a text at this level does")),
            tuple((str(level.points), plain(book.line(level.text))) for level in criterion.levels),
            language,
            (15, 85),
        )
