"""The bytes of a translated file from the words somebody wrote."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from lms.authoring.rules.translating.pieces import BODY, FREE, Piece, joined, pieces_of, step_of
from lms.core.content.canonical import plain_tree, write_yaml
from lms.core.content.frontmatter import join_front_matter
from lms.courses.values.base import NOT_WRITTEN, FileValue, Translation


def translated_bytes(
    source: FileValue, words: Mapping[str, str], mark: Translation | None
) -> bytes:
    """The file in canonical form: everything as in the source, but the words of its pieces.

    A piece without words keeps the source's: a file is whole at any moment, and unfinished
    as long as its `mark` names no state of the source.
    """
    tree = plain_tree(source, leave_out=NOT_WRITTEN)
    pieces = pieces_of(source)
    for piece in pieces:
        if not piece.is_block:
            _put(tree, piece, _said(piece, words))
    marked: dict[str, Any] = {} if mark is None else {"translation": plain_tree(mark)}
    head = write_yaml({**marked, **tree} if any(marked.values()) else tree)
    body = getattr(source, BODY, None)
    if body is None:
        return head.encode()
    blocks = [str(_said(piece, words)) for piece in pieces if piece.is_block]
    return join_front_matter(head, joined(blocks)).encode()


def _said(piece: Piece, words: Mapping[str, str]) -> str | list[str]:
    text = cleaned(words.get(piece.name, ""), piece)
    if piece.field not in FREE:
        text = text or piece.words
    return [line for line in text.split("\n") if line.strip()] if piece.is_list else text


def cleaned(words: str, piece: Piece) -> str:
    """Words as they are kept: no spaces at ends of lines, no empty lines at the ends; those of a
    piece of one line on one line."""
    lines = [
        line.rstrip() for line in words.replace("\r\n", "\n").replace("\t", "    ").split("\n")
    ]
    text = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")
    if piece.is_list:
        return "\n".join(" ".join(line.split()) for line in text.split("\n") if line.strip())
    if not piece.is_block:
        text = text.strip()
    return text if piece.is_block or "\n\n" in piece.words else _as_source(text, piece.words)


def _as_source(text: str, source: str) -> str:
    """On one line where the source is on one line; else as written."""
    return text if "\n" in source else " ".join(text.split())


def _put(tree: Any, piece: Piece, words: str | list[str]) -> None:
    *steps, last = piece.name.split(".")
    here = tree
    for step in steps:
        if isinstance(here, dict):
            here = here[step]
        else:
            here = next(item for place, item in enumerate(here) if step_of(item, place) == step)
    if words:
        here[last] = words
    else:
        here.pop(last, None)
