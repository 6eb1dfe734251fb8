"""A course of chosen sections of a guide: modules, pages and citations in place. Pure.

No word of the guide goes into the course but titles, unless its licence lets us quote;
then the words stand as a quotation with their citation behind them.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lms.authoring.rules.new_course import CourseBegun, FirstWords, course_begun
from lms.core.errors import BadInputError
from lms.core.text import N_
from lms.courses.values.base import FileValue
from lms.courses.values.course import Glossary, Module
from lms.courses.values.page import Page, Wellbeing
from lms.courses.writing import file_text

MOST_MODULES = 40
MOST_PAGES = 60
"""Pages of one module."""
MOST_CITED = 12
LONGEST_QUOTATION = 12_000
"""Characters: a lesson quotes, it does not reprint."""
MINUTES = 5
WORDS_A_MINUTE = 150


class Role(enum.StrEnum):
    """What a section of the guide becomes."""

    NOTHING = "nothing"
    MODULE = "module"
    PAGE = "page"


ROLE_NAMES: dict[Role, str] = {
    Role.NOTHING: N_("Not in the course"),
    Role.MODULE: N_("Begins a module"),
    Role.PAGE: N_("A page"),
}


@dataclass(frozen=True, slots=True)
class Chosen:
    """A section of the edition, with its words only if they may be quoted."""

    key: str
    title: str
    level: int
    text: str = ""


@dataclass(frozen=True, slots=True)
class PagePlan:
    """A page to be made: the section, and the keys below it that stand in no page of their own."""

    section: Chosen
    covers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ModulePlan:
    """A module to be made."""

    key: str
    title: str
    pages: tuple[PagePlan, ...]


@dataclass(frozen=True, slots=True)
class Guide:
    """What is cited: the guide's key, its edition's, and its short name."""

    key: str
    edition: str
    short: str


@dataclass(frozen=True, slots=True)
class PageWords:
    """Sentences that stand in the pages until somebody writes them, in the reader's language.

    `summary` has %(title)s, `body` nothing.
    """

    summary: str
    module_summary: str
    body: str


def suggested(sections: Sequence[Chosen]) -> dict[str, Role]:
    """Highest level begins modules, the next gives pages; of one level all are pages."""
    levels = sorted({section.level for section in sections})
    if len(levels) < 2:
        return {section.key: Role.PAGE for section in sections}
    roles = {levels[0]: Role.MODULE, levels[1]: Role.PAGE}
    return {section.key: roles.get(section.level, Role.NOTHING) for section in sections}


def planned(sections: Sequence[Chosen], roles: Mapping[str, Role]) -> list[ModulePlan]:
    """Modules with their pages, in the order of the guide.

    A section that begins a module is a page of it, too, if no other follows. Pages before
    the first module stand in one named after the first of them. Raises BadInputError when
    nothing is chosen, or more than a course can hold.
    """
    modules: list[tuple[Chosen, list[PagePlan]]] = []
    for place, section in enumerate(sections):
        role = roles.get(section.key, Role.NOTHING)
        if role is Role.MODULE or (role is Role.PAGE and not modules):
            modules.append((section, []))
        if role is Role.PAGE:
            modules[-1][1].append(PagePlan(section, _covered(sections, place, roles)))
    plans = []
    for begun, pages in modules:
        place = sections.index(begun)
        own = pages or [PagePlan(begun, _covered(sections, place, roles))]
        plans.append(ModulePlan(begun.key, begun.title, tuple(own)))
    if not plans:
        raise BadInputError(N_("Choose at least one section as a page."), field="sections")
    if len(plans) > MOST_MODULES or any(len(plan.pages) > MOST_PAGES for plan in plans):
        raise BadInputError(
            N_("A course has at most %(modules)s modules of %(pages)s pages. Choose fewer."),
            field="sections",
            modules=MOST_MODULES,
            pages=MOST_PAGES,
        )
    return plans


def _covered(sections: Sequence[Chosen], place: int, roles: Mapping[str, Role]) -> tuple[str, ...]:
    """Keys of the sections below this one that become nothing themselves."""
    found = []
    for section in sections[place + 1 :]:
        if section.level <= sections[place].level:
            break
        if roles.get(section.key, Role.NOTHING) is Role.NOTHING:
            found.append(section.key)
    return tuple(found[: MOST_CITED - 1])


def course_of(
    begun: CourseBegun,
    plans: Sequence[ModulePlan],
    guide: Guide,
    words: PageWords,
    first: FirstWords,
    objective: str,
) -> dict[str, bytes]:
    """Every file of the course by its path; it checks without an error.

    `objective` is the key of the one objective. Raises pydantic.ValidationError for what
    the format does not know; a form asks first.
    """
    pages: list[Page] = []
    modules: list[Module] = []
    for number, plan in enumerate(plans, 1):
        folder = f"modules/{number:02}-{plan.key}"
        own = [
            _page(f"{folder}/{place:02}-{page.section.key}.md", page, guide, words, objective)
            for place, page in enumerate(plan.pages, 1)
        ]
        pages += own
        modules.append(
            Module(
                file=f"{folder}/module.yaml",
                key=plan.key,
                title=plan.title,
                summary=words.module_summary,
                objectives=(objective,),
                activities=tuple(page.key for page in own),
            )
        )
    minutes = sum(page.minutes for page in pages)
    course = course_begun(
        begun,
        objective,
        minutes=minutes,
        guides=[{"guide": guide.key, "edition": guide.edition}],
    )
    wellbeing = Wellbeing(file="wellbeing.md", title=first.wellbeing, body=first.wellbeing_body)
    files: list[FileValue] = [
        course, Glossary(file="glossary.yaml"), wellbeing, *modules, *pages,
    ]  # fmt: skip
    return {value.file: file_text(value).encode() for value in files}


def _page(file: str, plan: PagePlan, guide: Guide, words: PageWords, objective: str) -> Page:
    section = plan.section
    citation = f"{guide.key}:{section.key}"
    quoted = quotation(section.text)
    body = f"{words.body} [@{citation}]"
    if quoted:
        body = f"{body}\n\n{quoted} [@{citation}]"
    return Page(
        file=file,
        key=section.key,
        title=section.title,
        minutes=min(max(MINUTES, len(quoted.split()) // WORDS_A_MINUTE), 30),
        summary=(words.summary % {"title": section.title})[:300],
        objectives=(objective,),
        cites=(citation, *(f"{guide.key}:{key}" for key in plan.covers)),
        body=body,
    )


_UNESCAPED = re.compile(r"(?<!\\)([<\[\]`])")
_MARK = re.compile(r"^\s*(?:[-*+>#]+|\d{1,3}[.)]|:::)\s+", re.MULTILINE)


def quotation(text: str) -> str:
    """The words of a section as a quotation in paragraphs: no tables, no headings, no HTML.

    Cut at a paragraph when it is long. Empty for no words.
    """
    kept: list[str] = []
    length = 0
    for block in re.split(r"\n\s*\n", text):
        lines = [line for line in block.split("\n") if not line.lstrip().startswith(("|", "```"))]
        paragraphs = lines if len(lines) > 1 and _MARK.match(block) else [" ".join(lines)]
        for paragraph in paragraphs:
            plain = _UNESCAPED.sub(r"\\\1", _MARK.sub("", paragraph)).replace("\\|", "|")
            plain = " ".join(plain.split())
            if not plain:
                continue
            length += len(plain)
            if length > LONGEST_QUOTATION:
                return "\n>\n".join(kept)
            kept.append(f"> {plain}")
    return "\n>\n".join(kept)
