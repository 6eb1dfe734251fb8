"""What is looked at before a draft is published: passed, or to mend with its place. Pure."""

from __future__ import annotations

import enum
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from markdown_it.token import Token

from lms.core.content.problems import Level, Problem, in_order, warning
from lms.core.text import N_, fold
from lms.courses.checks import pages as said
from lms.courses.folder import Reading, SourceFile
from lms.courses.layout import place_of
from lms.courses.markdown import Part, inline_tokens, parts_of, plain_text
from lms.courses.values.course import Course
from lms.courses.values.page import FacilitatorNote, Page, Wellbeing
from lms.courses.values.question import Bank
from lms.courses.values.quiz import Quiz

FEWEST_QUESTIONS = 2
"""One question about an objective says more of that question than of the learner."""
_EMPTY_WORDS = frozenset(
    {"here", "click here", "this", "this link", "link", "more", "read more", "see here", "website"}
)
_LOOKS_LIKE_A_FILE = re.compile(r"^[\w-]+\.(svg|png|jpe?g)$", re.IGNORECASE)


class Topic(enum.StrEnum):
    """What a line of the checklist is about, in the order of the page."""

    FILES = "files"
    ALTERNATIVES = "alternatives"
    PICTURES = "pictures"
    HEADINGS = "headings"
    LINK_WORDS = "link_words"
    TABLES = "tables"
    CITATIONS = "citations"
    LINKS = "links"
    SCENARIOS = "scenarios"
    QUESTIONS = "questions"
    COVERAGE = "coverage"
    TRANSLATIONS = "translations"
    READING = "reading"


TOPIC_NAMES: dict[Topic, str] = {
    Topic.FILES: N_("Every file can be read and fits the others"),
    Topic.ALTERNATIVES: N_("Hard matter is announced, and another page earns the same credit"),
    Topic.PICTURES: N_("Pictures and recordings are told in words"),
    Topic.HEADINGS: N_("Headings follow one another without a gap"),
    Topic.LINK_WORDS: N_("The words of a link say where it leads"),
    Topic.TABLES: N_("Every column of a table has a heading"),
    Topic.CITATIONS: N_("Pages cite guides and sources that exist"),
    Topic.LINKS: N_("Links inside the course lead somewhere"),
    Topic.SCENARIOS: N_("Every step of a scenario can be reached, and leads to an end"),
    Topic.QUESTIONS: N_("Questions and quizzes fit together"),
    Topic.COVERAGE: N_("Every objective is asked about"),
    Topic.TRANSLATIONS: N_("Translations follow their source"),
    Topic.READING: N_("The text reads well"),
}

NOT_JUDGED: tuple[str, ...] = (
    N_("Contrast and size of words inside drawings"),
    N_("Whether a picture's words say what the picture shows"),
    N_("Whether a transcript says what is said in the recording"),
    N_("Whether what is cited says what the page says"),
    N_("Whether addresses outside the course still answer"),
)
"""What a person must look at: no line of the list says anything about it."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the list. Without problems it is passed; errors keep it from publication."""

    topic: Topic
    problems: tuple[Problem, ...]

    @property
    def is_passed(self) -> bool:
        """Nothing to mend and nothing to look at again."""
        return not self.problems

    @property
    def errors(self) -> int:
        """How many of them keep the draft from being published."""
        return sum(problem.level is Level.ERROR for problem in self.problems)


@dataclass(frozen=True, slots=True)
class Checklist:
    """All lines, and the addresses outside the course with the files that name them."""

    lines: tuple[Line, ...]
    outside: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def errors(self) -> int:
        """What keeps the draft from being published."""
        return sum(line.errors for line in self.lines)

    @property
    def to_look_at(self) -> int:
        """What asks for a second look and keeps nothing back."""
        return sum(len(line.problems) for line in self.lines) - self.errors


def checklist(reading: Reading, problems: Sequence[Problem]) -> Checklist:
    """The list for a draft as it stands; `problems` are those of the check."""
    found: dict[Topic, list[Problem]] = {topic: [] for topic in Topic}
    for problem in problems:
        found[topic_of(problem)].append(problem)
    for source in reading.sources:
        if isinstance(source.value, Page | Wellbeing | FacilitatorNote):
            _look_at(source, found)
    found[Topic.COVERAGE] += _coverage(reading)
    lines = tuple(Line(topic, tuple(in_order(found[topic]))) for topic in Topic)
    return Checklist(lines, _outside(reading))


_BY_SENTENCE: Mapping[str, Topic] = {
    said.NOT_CITED: Topic.CITATIONS,
    said.NO_SUCH_SECTION: Topic.CITATIONS,
    said.NO_SUCH_SOURCE: Topic.CITATIONS,
    said.NO_SUCH_PAGE: Topic.LINKS,
    said.NO_SUCH_LINK: Topic.LINKS,
    said.NOTE_WITHOUT_ALTERNATIVE: Topic.ALTERNATIVES,
    said.NO_SUCH_ALTERNATIVE: Topic.ALTERNATIVES,
    said.NO_EQUAL_CREDIT: Topic.ALTERNATIVES,
    said.PICTURE_LACKS: Topic.PICTURES,
    said.PICTURE_WITHOUT_FIGURE: Topic.PICTURES,
    said.LONG_ALTERNATIVE: Topic.PICTURES,
    said.SOUND_WITHOUT_TITLE: Topic.PICTURES,
    said.SOUND_WITHOUT_TRANSCRIPT: Topic.PICTURES,
}


def topic_of(problem: Problem) -> Topic:
    """The line of the list a problem of the check belongs to."""
    if problem.sentence in _BY_SENTENCE:
        return _BY_SENTENCE[problem.sentence]
    place = place_of(problem.file)
    if place is not None and place.language is not None:
        return Topic.TRANSLATIONS
    folder = problem.file.partition("/")[0]
    if folder == "scenarios":
        return Topic.SCENARIOS
    if folder in {"quizzes", "bank"}:
        return Topic.QUESTIONS
    return Topic.FILES if problem.level is Level.ERROR else Topic.READING


def _look_at(source: SourceFile, found: dict[Topic, list[Problem]]) -> None:
    """Headings, words of links, heads of tables, and alternatives of one body."""
    depth = 1
    for part in parts_of(source.body):
        tokens = part.tokens
        for line, sentence, values in _headings(tokens, depth):
            found[Topic.HEADINGS].append(_at(source, part, line, sentence, **values))
        depth = _depth_after(tokens, depth)
        for line, sentence, values in _link_words(tokens):
            found[Topic.LINK_WORDS].append(_at(source, part, line, sentence, **values))
        for line, sentence in _tables(tokens):
            found[Topic.TABLES].append(_at(source, part, line, sentence))
        if part.name == "figure":
            found[Topic.PICTURES] += _alternative(source, part)


def _at(source: SourceFile, part: Part, line: int, sentence: str, **values: object) -> Problem:
    at = source.body_line + part.text_line + line
    return warning(source.path, at, "", sentence, **values)


def _headings(tokens: Sequence[Token], depth: int) -> Iterator[tuple[int, str, dict[str, object]]]:
    for place, token in enumerate(tokens):
        if token.type != "heading_open":
            continue
        level, line = int(token.tag[1:]), token.map[0] if token.map else 0
        words = plain_text([tokens[place + 1]])
        if not words:
            yield line, N_("The heading is empty. Write it, or take it out."), {}
        elif level > depth + 1:
            yield line, N_("“%(words)s” skips a level. Write ## first."), {"words": words}
        depth = level


def _depth_after(tokens: Sequence[Token], depth: int) -> int:
    levels = [int(token.tag[1:]) for token in tokens if token.type == "heading_open"]
    return levels[-1] if levels else depth


def _link_words(tokens: Sequence[Token]) -> Iterator[tuple[int, str, dict[str, object]]]:
    words: list[str] | None = None
    for child, line in inline_tokens(list(tokens)):
        if child.type == "link_open":
            words = []
        elif child.type == "link_close" and words is not None:
            text = "".join(words).strip()
            if fold(text).rstrip(".") in _EMPTY_WORDS or text.startswith("https://"):
                sentence = N_(
                    "“%(words)s” says nothing to who hears the links alone. Name the place."
                )
                yield line, sentence, {"words": text[:60]}
            words = None
        elif words is not None:
            words.append(child.content)


def _tables(tokens: Sequence[Token]) -> Iterator[tuple[int, str]]:
    line = 0
    for place, token in enumerate(tokens):
        if token.type == "table_open":
            line = token.map[0] if token.map else 0
        # The first cell of a table of two ways may be empty; a column's may not.
        is_later = token.type == "th_open" and tokens[place - 1].type != "tr_open"
        if is_later and not plain_text([tokens[place + 1]]):
            yield line, N_("A column of this table has no heading. Write it.")


def _alternative(source: SourceFile, part: Part) -> Iterator[Problem]:
    setting = part.settings.get("alternative")
    if setting is None or not setting.value:
        return
    at = source.body_line + setting.line
    caption = part.settings.get("caption")
    if _LOOKS_LIKE_A_FILE.match(setting.value):
        sentence = N_("The alternative is the name of a file. Say what the picture shows.")
        yield warning(source.path, at, "alternative", sentence)
    elif caption is not None and fold(caption.value) == fold(setting.value):
        sentence = N_("The alternative repeats the caption. Say what the picture shows.")
        yield warning(source.path, at, "alternative", sentence)


def _coverage(reading: Reading) -> Iterator[Problem]:
    course = reading.first(Course)
    if course is None:
        return
    objective = {
        question.key: question.objective
        for _, bank in reading.of(Bank)
        for question in bank.questions
    }
    asked = Counter(
        objective[key]
        for key in {key for _, quiz in reading.of(Quiz) for key in quiz.questions}
        if key in objective
    )
    for one in course.objectives:
        if asked[one.key] == 0:
            sentence = N_("No quiz asks about “%(objective)s”.")
            yield warning("course.yaml", None, "objectives", sentence, objective=one.text)
        elif asked[one.key] < FEWEST_QUESTIONS:
            sentence = N_("One question alone asks about “%(objective)s”. Add another.")
            yield warning("course.yaml", None, "objectives", sentence, objective=one.text)


def _outside(reading: Reading) -> tuple[tuple[str, tuple[str, ...]], ...]:
    found: dict[str, set[str]] = {}
    for source in reading.sources:
        for address in _addresses(source):
            if address.startswith("https://"):
                found.setdefault(address, set()).add(source.path)
    return tuple((address, tuple(sorted(found[address]))) for address in sorted(found))


def _addresses(source: SourceFile) -> Iterable[str]:
    for part in parts_of(source.body):
        for child, _ in inline_tokens(part.tokens):
            if child.type == "link_open":
                yield str(child.attrs.get("href", ""))
