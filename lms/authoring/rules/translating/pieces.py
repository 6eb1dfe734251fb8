"""A file as pieces to translate: its fields of words, and the blocks of its Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from lms.core.content.values import holds_words
from lms.core.text import N_
from lms.courses.values.base import FileValue

_APART = frozenset({"translation", "file", "body", "kind"})
_LONG = 90
BODY = "body"
FREE = frozenset({"also"})
"""Lists that a translation may have more or fewer of, or none at all."""

FIELD_NAMES: Mapping[str, str] = {
    "title": N_("Title"),
    "summary": N_("Summary"),
    "intro": N_("Introduction"),
    "text": N_("Text"),
    "prompt": N_("Question"),
    "feedback": N_("Feedback"),
    "feedback_true": N_("Feedback to “true”"),
    "feedback_false": N_("Feedback to “false”"),
    "feedback_right": N_("Feedback when right"),
    "feedback_wrong": N_("Feedback when wrong"),
    "feedback_other": N_("Feedback to anything else"),
    "rationale": N_("Why"),
    "unit": N_("Unit"),
    "term": N_("Term"),
    "definition": N_("Definition"),
    "also": N_("Other forms, one a line"),
    "label": N_("Label"),
    "consequence": N_("What happens"),
    "reason": N_("Reason"),
    "way_back": N_("The way back"),
    "questions": N_("Questions, one a line"),
    "options": N_("Options, one a line"),
    "help": N_("Help"),
    "low": N_("Low end"),
    "high": N_("High end"),
    "room": N_("Room"),
    "body": N_("Text"),
}
"""What a field is, for who translates it; a name that is not here stands as it is."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One stretch of words. `name` says where it stands, by keys and not by places.

    `field` is the last name in it; `of` the key of what it belongs to, such as an option.
    `is_list`: one item a line.
    """

    name: str
    field: str
    of: str
    words: str
    is_list: bool = False
    is_block: bool = False

    @property
    def is_long(self) -> bool:
        """Whether it needs more than one line to be written in."""
        return self.is_list or self.is_block or "\n" in self.words or len(self.words) > _LONG

    @property
    def unwrapped(self) -> str:
        """The words for reading: paragraphs without the ends of lines that mean nothing."""
        if not self.is_block or kind_of(self.words) != "text" or "\\\n" in self.words:
            return self.words
        return " ".join(line.strip() for line in self.words.split("\n"))

    @property
    def is_free(self) -> bool:
        """Whether it may stay empty in a finished translation."""
        return self.field in FREE or self.is_wordless

    @property
    def is_wordless(self) -> bool:
        """Whether it is numbers and marks alone, alike in every language."""
        return not any(letter.isalpha() for letter in self.words)


def pieces_of(value: FileValue) -> list[Piece]:
    """Everything in a file that is translated, in the order it stands."""
    found = list(_fields(value, (), ""))
    body = getattr(value, BODY, None)
    if isinstance(body, str):
        found += [
            Piece(f"{BODY}.{place}", BODY, "", block, is_block=True)
            for place, block in enumerate(blocks_of(body))
        ]
    return found


def _fields(value: BaseModel, path: tuple[str, ...], of: str) -> Iterator[Piece]:
    for name, field in type(value).model_fields.items():
        found = getattr(value, name)
        if name in _APART or found is None:
            continue
        here = (*path, field.alias or name)
        if holds_words(field):
            if isinstance(found, tuple):
                if found or name in FREE:
                    yield Piece(".".join(here), here[-1], of, "\n".join(found), is_list=True)
            else:
                yield Piece(".".join(here), here[-1], of, found)
        elif isinstance(found, BaseModel):
            yield from _fields(found, here, of)
        elif isinstance(found, tuple):
            for place, item in enumerate(found):
                if isinstance(item, BaseModel):
                    key = step_of(item, place)
                    yield from _fields(item, (*here, key), key)


def step_of(item: BaseModel | Mapping[str, Any], place: int) -> str:
    """How an item of a list is named in a path: by its key, else by its place."""
    key = item.get("key") if isinstance(item, Mapping) else getattr(item, "key", None)
    return str(key) if isinstance(key, str) and key else f"#{place}"


def words_in(tree: Mapping[str, Any], name: str) -> str | None:
    """The words a raw file has at the place of a piece; None where it has none."""
    found: Any = tree
    for step in name.split("."):
        if isinstance(found, Mapping):
            found = found.get(step)
        elif isinstance(found, list):
            found = next(
                (item for place, item in enumerate(found)
                 if isinstance(item, Mapping) and step_of(item, place) == step),
                None,
            )  # fmt: skip
        else:
            return None
    if isinstance(found, list):
        return "\n".join(str(item) for item in found)
    return found if isinstance(found, str) else None


def blocks_of(body: str) -> list[str]:
    """The paragraphs, lists, tables and call-outs of a body; joined by empty lines they are it.

    A call-out is one block. What is indented goes with what stands before it.
    """
    blocks: list[str] = []
    lines: list[str] = []
    inside = False

    def close() -> None:
        if lines:
            blocks.append("\n".join(lines))
            lines.clear()

    for line in body.strip("\n").split("\n"):
        if line.startswith(":::"):
            if not inside:
                close()
            lines.append(line)
            if inside and re.fullmatch(r":::+\s*", line):
                inside = False
                close()
            else:
                inside = True
        elif inside or line.strip():
            indented = line[:1] in {" ", "\t"} and not inside and not lines and blocks
            if indented:
                lines.extend([*blocks.pop().split("\n"), ""])
            lines.append(line)
        else:
            close()
    close()
    return blocks


def joined(blocks: list[str]) -> str:
    """A body of these blocks."""
    return "\n\n".join(block.strip("\n") for block in blocks if block.strip())


def kind_of(block: str) -> str:
    """What a block is, alike in every language: its call-out, heading level, list, table, text."""
    first = block.split("\n", 1)[0]
    callout = re.match(r":::+\s*(\S+)(?:\s+(\S+))?", first)
    if callout:
        fixed = callout[2] if callout[1] in {"figure", "jurisdiction"} else ""
        return f":{callout[1]}:{fixed or ''}"
    marked = re.match(r"(#{2,3} |[-*] |\d+\. |\||> )", first)
    return re.sub(r"\d+", "1", marked[1]) if marked else "text"
