"""HTML → Markdown → sections. Scripts, styles, forms, pictures and all attributes go first."""

from __future__ import annotations

import re
from html import unescape

import nh3
from bs4 import BeautifulSoup, Tag
from bs4.dammit import EncodingDetector
from markdownify import MarkdownConverter

from lms.guides.readers.markdown import markdown_sections
from lms.guides.readers.values import (
    LONGEST_TITLE,
    ReadGuide,
    ReadSection,
    UnreadableError,
    Why,
    tidy,
    whole,
)

LARGEST_TEXT = 8_000_000
"""Characters of HTML without pictures that stand inside it."""
DEEPEST = 60
"""Elements inside one another, after those without meaning are gone."""

_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_TAGS = {
    *_HEADINGS, "a", "b", "blockquote", "br", "code", "em", "hr", "i", "li", "ol", "p", "pre",
    "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
}  # fmt: skip
_GONE = {
    "script", "style", "noscript", "template", "svg", "math", "iframe", "object", "nav",
    "head", "title", "form", "button", "select", "textarea", "figure", "picture", "video", "audio",
}  # fmt: skip
_DATA = re.compile(r"data:[a-z]+/[a-z0-9.+-]+;base64,[A-Za-z0-9+/=\s]+", re.IGNORECASE)
_TITLE = re.compile(r"<title[^>]{0,200}>([^<]{0,600})</title>", re.IGNORECASE)
_OPENS_OR_CLOSES = re.compile(r"<(/?)([a-z0-9]+)[^>]*>")
_LONE = {"br", "hr"}


def read_html(content: bytes) -> ReadGuide:
    """The guide in an HTML file. Raises UnreadableError."""
    text = _DATA.sub("", _decoded(content))
    if len(text) > LARGEST_TEXT:
        raise UnreadableError(Why.TOO_LONG)
    found = _TITLE.search(text[:200_000])
    title = unescape(nh3.clean(found[1], tags=set())) if found else ""
    return whole(title, None, html_sections(text))


def html_sections(text: str) -> list[ReadSection]:
    """The sections of an HTML text. Raises UnreadableError when it nests too deep to be written."""
    clean = nh3.clean(
        text, tags=_TAGS, clean_content_tags=_GONE, attributes={"a": {"href"}},
        url_schemes={"https", "http", "mailto"}, link_rel=None,
    )  # fmt: skip
    if _depth(clean) > DEEPEST:
        raise UnreadableError(Why.STRANGE)
    soup = BeautifulSoup(clean, "html.parser")
    for heading in soup.find_all(_HEADINGS):
        _mend_heading(heading)
    # Dashes of lists and fences are enough; a text about people needs no other escapes.
    converter = MarkdownConverter(
        heading_style="ATX", bullets="-", escape_underscores=False, escape_asterisks=True,
        table_infer_header=True,
    )  # fmt: skip
    for words in soup.find_all(string=re.compile(r"\|")):
        if words.find_parent("table") is not None:
            words.replace_with(str(words).replace("|", "\\|"))
    # A line of text that begins with a number sign would read as a heading.
    for words in soup.find_all(string=re.compile(r"^\s*#")):
        if words.find_parent("pre") is None:
            words.replace_with(str(words).replace("#", "\\#", 1))
    return markdown_sections(tidy(str(converter.convert_soup(soup))))


def _mend_heading(heading: Tag) -> None:
    """A heading is one line of its own; inside a table or list it is strong text."""
    words = " ".join(heading.get_text(" ").split())
    if heading.find_parent(["table", "li", "blockquote"]) is not None or not words:
        heading.name = "strong"
        return
    heading.string = words[:LONGEST_TITLE]


def _depth(clean: str) -> int:
    """How deep elements stand inside one another; nh3 closes what it opens."""
    depth = deepest = 0
    for found in _OPENS_OR_CLOSES.finditer(clean):
        if found[2] not in _LONE:
            depth += -1 if found[1] else 1
            deepest = max(deepest, depth)
    return deepest


def _decoded(content: bytes) -> str:
    """The letters: by byte order mark, as UTF-8, as the file says, or as Windows wrote them."""
    marked, bom = EncodingDetector.strip_byte_order_mark(content)
    said = bom or EncodingDetector.find_declared_encoding(content[:4_000], is_html=True)
    for name in (bom,) if bom else ("utf-8", said):
        try:
            if name:
                return marked.decode(name)
        except (UnicodeDecodeError, LookupError):
            continue
    return marked.decode("cp1252", "replace")
