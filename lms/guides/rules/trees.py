"""The tree of a guide while somebody corrects it: what was read, and steps since. Pure.

The reading never changes. A tree is the reading with all steps taken in order, so undoing
is leaving out the last step, and two people can never leave a tree that neither meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from lms.core.errors import BadInputError, NotFoundError
from lms.core.text import N_, clean_line
from lms.guides.readers.values import LONGEST_TITLE, ReadGuide
from lms.guides.rules.levels import DEEPEST_LEVEL, levels_without_gaps

MOST_STEPS = 2_000
VERBS = ("merge", "split", "in", "out", "title", "leave", "take")

_GUARD = re.compile(r"\\([\\`*_\[\]<>|#+=-])")
_GONE = N_("This section is no longer there. Load the page again to see how the tree stands.")
_FIRST = N_("The first section has none before it to be merged with.")
_TOP = N_("This section is at the highest level already.")
_DEEP = N_("This section cannot go deeper: it would be more than one level below the one before.")
_NO_TITLE = N_("A section needs a title.")
_NO_PARAGRAPH = N_("A new section begins at a paragraph after the first.")
_UNKNOWN = N_("This is not one of the corrections there are.")


@dataclass(frozen=True, slots=True)
class TreeSection:
    """A section of the tree. `id` is the place in the reading, or of the split that made it."""

    id: str
    title: str
    level: int
    page: int | None
    text: str
    is_left_out: bool = False

    @property
    def shown(self) -> list[str]:
        """The paragraphs as somebody reads them: without the marks that guard other marks."""
        return [_GUARD.sub(r"\1", paragraph) for paragraph in self.paragraphs]

    @property
    def paragraphs(self) -> list[str]:
        """The text in blocks between empty lines; a list or a table is one."""
        return blocks(self.text)


def blocks(text: str) -> list[str]:
    """Blocks of Markdown between empty lines; fenced code stays in one."""
    found: list[str] = []
    fenced = False
    for block in text.split("\n\n"):
        if fenced and found:
            found[-1] += "\n\n" + block
        elif block.strip():
            found.append(block.strip("\n"))
        if block.count("```") % 2:
            fenced = not fenced
    return found


def tree_of(reading: ReadGuide, steps: Iterable[Mapping[str, Any]]) -> list[TreeSection]:
    """The tree after these steps. Raises as `take_step` does for one that cannot be."""
    tree = [
        TreeSection(str(number), section.title, section.level, section.page, section.text)
        for number, section in enumerate(reading.sections, 1)
    ]
    for number, step in enumerate(steps, 1):
        tree = take_step(tree, step, number)
    return tree


def take_step(
    tree: Sequence[TreeSection], step: Mapping[str, Any], number: int
) -> list[TreeSection]:
    """The tree after one more correction, the `number`th.

    `step` is {"do": one of VERBS, "id": …}; "split" has "at" (a paragraph from 1) and
    "title" has "title". Raises NotFoundError when the section is gone, BadInputError when
    the correction makes no sense there.
    """
    at = next((place for place, each in enumerate(tree) if each.id == step.get("id")), None)
    if at is None:
        raise NotFoundError(_GONE)
    done = list(tree)
    verb = step.get("do")
    if verb == "merge":
        _merge(done, at)
    elif verb == "split":
        _split(done, at, int(step["at"]), number)
    elif verb in {"in", "out"}:
        _shift(done, at, 1 if verb == "in" else -1)
    elif verb == "title":
        title = clean_line(str(step["title"]))[:LONGEST_TITLE]
        if not title:
            raise BadInputError(_NO_TITLE, field="title")
        done[at] = replace(done[at], title=title)
    elif verb in {"leave", "take"}:
        for place in range(at, _end(done, at)):
            done[place] = replace(done[place], is_left_out=verb == "leave")
    else:
        raise BadInputError(_UNKNOWN)
    return done


def _end(tree: Sequence[TreeSection], at: int) -> int:
    """The place after the last sub-section of a section."""
    end = at + 1
    while end < len(tree) and tree[end].level > tree[at].level:
        end += 1
    return end


def _merge(tree: list[TreeSection], at: int) -> None:
    """Title and text go to the end of the section before: a wrong heading was text."""
    if at == 0:
        raise BadInputError(_FIRST)
    joined = "\n\n".join(
        part for part in (tree[at - 1].text, tree[at].title, tree[at].text) if part
    )
    tree[at - 1] = replace(tree[at - 1], text=joined)
    del tree[at]


def _split(tree: list[TreeSection], at: int, paragraph: int, number: int) -> None:
    """The paragraph begins a section; if it is short and one line, it is its title."""
    section = tree[at]
    parts = section.paragraphs
    first = 1 if section.title else 0
    if not first <= paragraph < len(parts):
        raise BadInputError(_NO_PARAGRAPH)
    head = parts[paragraph].strip("#* ")
    is_title = "\n" not in head and len(head) <= 120 and not head.startswith(("|", "- "))
    title = clean_line(head if is_title else head.split("\n")[0][:80].strip("|- "))
    rest = parts[paragraph + 1 :] if is_title else parts[paragraph:]
    new = TreeSection(
        f"{section.id}.{number}", title or "…", section.level, section.page,
        "\n\n".join(rest), section.is_left_out,
    )  # fmt: skip
    tree[at] = replace(section, text="\n\n".join(parts[:paragraph]))
    tree.insert(at + 1, new)


def _shift(tree: list[TreeSection], at: int, by: int) -> None:
    """A section and its sub-sections go one level down or up."""
    level = tree[at].level + by
    if level < 1:
        raise BadInputError(_TOP)
    end = _end(tree, at)
    deepest = max(section.level for section in tree[at:end]) + by
    above = tree[at - 1].level if at else 0
    if by > 0 and (level > above + 1 or deepest > DEEPEST_LEVEL):
        raise BadInputError(_DEEP)
    for place in range(at, end):
        tree[place] = replace(tree[place], level=tree[place].level + by)


def kept(tree: Sequence[TreeSection]) -> list[TreeSection]:
    """What would be accepted: nothing left out, no level skipped, every section with a title.

    A front without title whose text is empty goes.
    """
    stay = [
        section
        for section in tree
        if not section.is_left_out and (section.title or section.text.strip())
    ]
    levels = levels_without_gaps(stay)
    return [replace(section, level=level) for section, level in zip(stay, levels, strict=True)]
