"""The Markdown of pages: CommonMark with tables, citations, terms and call-outs.

Parsing only, for the check and the renderer alike. A page is a row of parts: ordinary
text, or a call-out between `::: name` and `:::` on lines of their own. Call-outs do not
nest. Raw HTML, images, code blocks and link definitions are not part of the format.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

_CITATION = re.compile(r"\[@([a-z0-9-]+(?::[^\]\n]{1,60})?)\]")
_TERM = re.compile(r"\[\[([^\]|\n]{1,80})(?:\|([^\]|\n]{1,80}))?\]\]")
_OPENING = re.compile(r"^:::+\s*(?P<name>[^\s:][^\s]*)?\s*(?P<title>.*?)\s*$")
_CLOSING = re.compile(r"^:::+\s*$")
_SETTING = re.compile(r"^(?P<name>alternative|caption|wide):\s*(?P<value>.*?)\s*$")
# Only in a recording: a call-out may begin with the word "title:".
_SETTING_OF_SOUND = re.compile(r"^(?P<name>alternative|caption|wide|title):\s*(?P<value>.*?)\s*$")

_SENTENCE_END = re.compile(r"(?<=[.!?:;])[”’)]*\s+")

CALLOUTS = ("indicator", "caution", "case", "remember", "task", "answer")
CONTAINERS = (*CALLOUTS, "content-note", "jurisdiction", "figure", "sound")


@dataclass(frozen=True)
class Setting:
    """A `name: value` line at the head of a call-out; `line` counts from 0 in the body."""

    value: str
    line: int


@dataclass(frozen=True)
class Part:
    """A stretch of a page. `name` is None for ordinary text; lines count from 0 in the body."""

    name: str | None
    title: str
    text: str
    line: int
    text_line: int
    settings: dict[str, Setting] = field(default_factory=dict)
    closed: bool = True
    # Lines inside the call-out that try to open another one.
    nested: tuple[int, ...] = ()

    @property
    def tokens(self) -> list[Token]:
        """The Markdown tokens of the text; their lines count from 0 in the text."""
        return parse(self.text)

    @property
    def media(self) -> tuple[str, ...]:
        """Names of the files of `media/` it shows or plays."""
        if self.name not in {"figure", "sound"}:
            return ()
        wide = self.settings.get("wide") if self.name == "figure" else None
        return (self.title, wide.value) if wide else (self.title,)


def parts_of(body: str) -> list[Part]:
    """Divide a body into ordinary text and call-outs. Never raises."""
    parts: list[Part] = []
    lines = body.split("\n")
    plain: list[str] = []
    at = 0
    while at < len(lines):
        if not lines[at].startswith(":::"):
            plain.append(lines[at])
            at += 1
            continue
        _keep_plain(parts, plain, at)
        part, at = _container(lines, at)
        parts.append(part)
    _keep_plain(parts, plain, at)
    return parts


def _keep_plain(parts: list[Part], plain: list[str], end: int) -> None:
    if any(line.strip() for line in plain):
        start = end - len(plain)
        parts.append(Part(None, "", "\n".join(plain), start, start))
    plain.clear()


def _container(lines: list[str], start: int) -> tuple[Part, int]:
    match = _OPENING.match(lines[start])
    name = (match["name"] or "") if match else ""
    title = match["title"] if match else ""
    end = start + 1
    nested = []
    while end < len(lines) and not _CLOSING.match(lines[end]):
        if lines[end].startswith(":::"):
            nested.append(end)
        end += 1
    closed = end < len(lines)
    pattern = _SETTING_OF_SOUND if name == "sound" else _SETTING
    settings, text_start = _settings(lines, start + 1, end, pattern)
    text = "\n".join(lines[text_start:end])
    return (
        Part(name, title, text, start, text_start, settings, closed, tuple(nested)),
        end + 1 if closed else end,
    )


def _settings(
    lines: list[str], start: int, end: int, pattern: re.Pattern[str]
) -> tuple[dict[str, Setting], int]:
    found: dict[str, Setting] = {}
    at = start
    while at < end:
        match = pattern.match(lines[at])
        if not match:
            break
        value = [match["value"]]
        line = at
        at += 1
        # A long value goes on in lines that begin with two spaces.
        while at < end and lines[at].startswith("  ") and lines[at].strip():
            value.append(lines[at].strip())
            at += 1
        found[match["name"]] = Setting(" ".join(value).strip(), line)
    while at < end and not lines[at].strip():
        at += 1
    return found, at


def _cite_rule(state: StateInline, silent: bool) -> bool:
    match = _CITATION.match(state.src, state.pos)
    if not match:
        return False
    if not silent:
        token = state.push("cite", "", 0)
        token.content = match[1]
    state.pos = match.end()
    return True


def _term_rule(state: StateInline, silent: bool) -> bool:
    match = _TERM.match(state.src, state.pos)
    if not match:
        return False
    if not silent:
        token = state.push("term", "", 0)
        token.content = match[1].strip()
        token.info = (match[2] or match[1]).strip()
    state.pos = match.end()
    return True


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": True, "typographer": True, "maxNesting": 20})
    # Quotation marks and apostrophes as printed; `render` and the check see the same tokens.
    parser.enable(["table", "smartquotes"])
    parser.disable(["code", "fence", "lheading", "reference"])
    parser.inline.ruler.before("link", "cite", _cite_rule)
    parser.inline.ruler.before("link", "term", _term_rule)
    return parser


def parse(text: str) -> list[Token]:
    """Block tokens of a text. HTML is parsed as HTML so that it can be found and refused."""
    return _parser().parse(text)


def inline_tokens(tokens: list[Token]) -> Iterator[tuple[Token, int]]:
    """Every inline token with its line in the text, counted from 0."""
    for token in tokens:
        if token.type != "inline" or not token.children:
            continue
        line = token.map[0] if token.map else 0
        for child in token.children:
            yield child, line
            if child.type in {"softbreak", "hardbreak"}:
                line += 1


def plain_text(tokens: list[Token]) -> str:
    """The words of a text without marks: for headings, titles and measures."""
    words = []
    for child, _ in inline_tokens(tokens):
        if child.type in {"text", "code_inline"}:
            words.append(child.content)
        elif child.type == "term":
            words.append(child.info)
        elif child.type in {"softbreak", "hardbreak"}:
            words.append(" ")
    return "".join(words).strip()


def printed(line: str) -> str:
    """One line of words, such as a title, with printed quotation marks and no other marks."""
    return plain_text(_parser().parseInline(line))


def sentences_of(text: str) -> Iterator[tuple[str, int]]:
    """Sentences of a text with the line (from 0) of the paragraph each stands in."""
    for token in parse(text):
        if token.type == "inline":
            line = token.map[0] if token.map else 0
            for sentence in _SENTENCE_END.split(plain_text([token])):
                yield sentence, line


def word_count(body: str) -> int:
    """Words of a page, call-outs included. For scripts that put spaces between words.

    What is said in a recording does not count: it is heard, or read instead.
    """
    return sum(
        len(token.content.split())
        for part in parts_of(body)
        if part.name != "sound"
        for token in part.tokens
        if token.type == "inline"
    )
