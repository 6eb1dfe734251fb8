"""Markdown files that begin with YAML between two lines of three hyphens."""

from __future__ import annotations

from dataclasses import dataclass

from lms.core.content.marked import Marked, read_marked
from lms.core.content.problems import error
from lms.core.text import N_

FENCE = "---"


@dataclass(frozen=True)
class Split:
    """The head as marked YAML, the body as Markdown, and the line the body begins on."""

    head: Marked
    body: str
    body_line: int


def split_front_matter(file: str, text: str) -> Split:
    """Divide a Markdown file; a file without a head has an empty one and a problem that says so."""
    lines = text.replace("\r\n", "\n").split("\n")
    if lines[0].rstrip() != FENCE:
        sentence = N_("The file must begin with a line of --- and the page's key and title.")
        return Split(Marked(file, {}, {(): 1}, (error(file, 1, "", sentence),)), text, 1)
    end = next((n for n, line in enumerate(lines[1:], 1) if line.rstrip() == FENCE), None)
    if end is None:
        sentence = N_("The head that begins here has no second line of ---. Close it.")
        return Split(Marked(file, {}, {(): 1}, (error(file, 1, "", sentence),)), text, 1)
    head = read_marked(file, "\n".join(lines[1:end]), offset=1)
    first = next((n for n, line in enumerate(lines[end + 1 :], end + 1) if line.strip()), end + 1)
    return Split(head, "\n".join(lines[first:]), first + 1)


def join_front_matter(head: str, body: str) -> str:
    """The canonical file: head, an empty line, body, one newline at the end."""
    return f"{FENCE}\n{head}{FENCE}\n\n{body}\n"
