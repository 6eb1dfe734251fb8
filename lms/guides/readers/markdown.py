"""Markdown → sections: cut at the headings of the document itself.

Headings inside lists, quotations and code are text. Everything else stays as written,
tables included.
"""

from __future__ import annotations

import re

from markdown_it import MarkdownIt

from lms.guides.readers.values import (
    ReadGuide,
    ReadSection,
    UnreadableError,
    Why,
    tidy,
    tidy_line,
    whole,
)

LARGEST_TEXT = 5_000_000
"""Characters of a Markdown file."""

_HEAD = re.compile(r"\A---\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_TITLE = re.compile(r"^title:[ \t]*(.+)$", re.MULTILINE)

# Blocks only: what stands inside a line is left as it is, which keeps long texts fast.
_blocks = MarkdownIt("commonmark")
_blocks.core.ruler.enableOnly(["normalize", "block"])
_inline = MarkdownIt("commonmark")


def read_markdown(content: bytes) -> ReadGuide:
    """The guide in a Markdown file, in UTF-8. Raises UnreadableError."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableError(Why.BROKEN) from error
    if len(text) > LARGEST_TEXT:
        raise UnreadableError(Why.TOO_LONG)
    text = tidy(text)
    title = ""
    if head := _HEAD.match(text):
        named = _TITLE.search(head[1])
        title = named[1].strip("\"' ") if named else ""
        text = text[head.end() :]
    return whole(title, None, markdown_sections(text))


def markdown_sections(text: str) -> list[ReadSection]:
    """The sections of a Markdown text, the first without title if it begins with text."""
    lines = text.split("\n")
    sections: list[ReadSection] = []
    title, level, start = "", 1, 0
    tokens = _blocks.parse(text)
    for place, token in enumerate(tokens):
        if token.type != "heading_open" or token.level or token.map is None:
            continue
        before = "\n".join(lines[start : token.map[0]]).strip("\n")
        if title or before.strip():
            sections.append(ReadSection(title, level, None, before))
        title = plain(tokens[place + 1].content)
        level, start = int(token.tag[1:]), token.map[1]
    sections.append(ReadSection(title, level, None, "\n".join(lines[start:]).strip("\n")))
    return sections


def plain(words: str) -> str:
    """The words of one line of Markdown, without its marks."""
    parts: list[str] = []
    for token in _inline.parseInline(words[:4_000]):
        for child in token.children or []:
            if child.type in {"text", "code_inline", "text_special"}:
                parts.append(child.content)
            elif child.type in {"softbreak", "hardbreak"}:
                parts.append(" ")
    return tidy_line("".join(parts))
