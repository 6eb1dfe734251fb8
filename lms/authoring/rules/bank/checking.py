"""What is to be mended in the items of a bank, beyond what each must have. Pure."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence

from lms.authoring.rules.bank.reading import Item
from lms.core.content.marked import Marked
from lms.core.content.problems import Problem, error
from lms.core.text import N_
from lms.courses.checks.pages import check_prose
from lms.courses.checks.questions import check_questions
from lms.courses.checks.subject import Subject, words_in
from lms.courses.folder import Reading, SourceFile
from lms.courses.layout import place_of
from lms.courses.values.question import Bank
from lms.guides.registry import Registry

_TWICE = N_("The key %(key)s is also used in %(file)s. Keys are used once in a course.")
_NO_OBJECTIVE = N_("%(key)s is not an objective of course.yaml.")
_NO_SOURCE = N_("%(key)s is neither a guide nor a source of content/guides.")
_FIELD = "questions[1]."


def problems_of(
    items: Sequence[Item], objectives: Iterable[str], registry: Registry
) -> dict[str, tuple[Problem, ...]]:
    """The problems of each item by its key, quickly: what a list of thousands can show.

    The words themselves (links, terms, marks) are looked at by `problems_in`.
    """
    known = frozenset(objectives)
    subject = Subject(Reading(), registry, [])
    seen: dict[str, Item] = {}
    found: dict[str, list[Problem]] = {}
    for number, item in enumerate(items):
        own = found.setdefault(item.key, [])
        own += item.problems
        first = seen.setdefault(item.key, item)
        if first is not item:
            own.append(error(item.file, None, "key", _TWICE, key=item.key, file=first.file))
        if item.objective and item.objective not in known:
            own.append(error(item.file, None, "objective", _NO_OBJECTIVE, key=item.objective))
        for place, source in enumerate(item.sources, 1):
            if registry.reference(source) is None:
                where = f"sources[{place}]"
                own.append(error(item.file, None, where, _NO_SOURCE, key=source))
        source_file = alone(item, str(number))
        if source_file is not None:
            subject.reading.sources.append(source_file)
    check_questions(subject)
    for problem in subject.problems:
        if not _is_about_uses(problem):
            found[items[int(problem.file)].key].append(_own_field(problem))
    return {key: tuple(problems) for key, problems in found.items()}


def problems_in(
    item: Item, objectives: Iterable[str], registry: Registry, rest: Reading
) -> tuple[Problem, ...]:
    """All problems of one item, its words included.

    `rest` is what the course has besides its bank: terms and pages the words may name.
    """
    found = problems_of([item], objectives, registry)[item.key]
    source = alone(item)
    if source is None or source.value is None:
        return found
    subject = Subject(rest, registry, [])
    for path, text in words_in(source.value):
        check_prose(subject, source, path, text)
    return (*found, *map(_own_field, subject.problems))


def alone(item: Item, path: str = "") -> SourceFile | None:
    """The item as a bank file of its own, so that the checks of a course can look at it.

    `path` names the file in problems; None for an item that is not whole.
    """
    place = place_of(item.file)
    if item.question is None or place is None:
        return None
    bank = Bank(file=item.file, questions=(item.question,))
    path = path or item.file
    return SourceFile(path, place, Marked(path, {}, {(): 1}), value=bank)


def _own_field(problem: Problem) -> Problem:
    where = problem.field.removeprefix(_FIELD)
    return dataclasses.replace(problem, field="" if where == "questions[1]" else where)


def _is_about_uses(problem: Problem) -> bool:
    """Whether it only says that no quiz asks the question: the pages show uses themselves."""
    return problem.field == f"{_FIELD}key"


def by_field(problems: Iterable[Problem]) -> Mapping[str, tuple[Problem, ...]]:
    """Problems by the field they stand at."""
    found: dict[str, list[Problem]] = {}
    for problem in problems:
        found.setdefault(problem.field, []).append(problem)
    return {name: tuple(own) for name, own in found.items()}
