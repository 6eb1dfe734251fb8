"""Reading XML that somebody sent.

A document type is refused before the file is parsed, so that no entity is ever defined
(billion laughs, files of the server: CWE-611, CWE-776).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, cast
from xml.etree.ElementTree import (  # nosec B405 - definitions are refused before parsing
    Element,
    ParseError,
    XMLPullParser,
)

from lms.core.errors import BadInputError
from lms.core.text import N_

_DOCTYPE = re.compile(rb"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)
_NO_UTF_8 = re.compile(rb"<\?xml[^>]*encoding\s*=\s*[\"'](?!utf-8)", re.IGNORECASE)
DEEPEST = 40
"""Elements inside one another. Moodle writes about six."""

MOST_ELEMENTS = 400_000
"""Elements of one file, each about 100 bytes of memory. 5,000 questions of Moodle have 200,000."""

_PIECE = 64 * 1024

NOT_XML = N_("This is not a readable XML file: it breaks off or is damaged at line %(line)s.")
WITH_DOCTYPE = N_("This XML file brings definitions of its own, which are never read. Remove them.")
OTHER_ENCODING = N_("Save this XML file as UTF-8 and send it again.")
TOO_MANY = N_("This XML file has more parts than can be read at once. Divide it.")
TOO_DEEP = N_("This XML file has elements nested deeper than any program writes them.")


def parsed(content: bytes) -> tuple[Element, Mapping[Element, int]]:
    """The first element, and the line on which each element named `question` begins.

    Raises BadInputError for anything that is not plain XML in UTF-8 without definitions.
    """
    if _DOCTYPE.search(content):
        raise BadInputError(WITH_DOCTYPE, field="file")
    if b"\0" in content or _NO_UTF_8.search(content[:200]):
        raise BadInputError(OTHER_ENCODING, field="file")
    parser: XMLPullParser[Any] = XMLPullParser(("start", "end"))
    lines: dict[Element, int] = {}
    root: Element | None = None
    depth = count = 0
    try:
        for number, piece in _pieces(content):
            parser.feed(piece)
            for event, element in cast(Iterator[tuple[str, Element]], parser.read_events()):
                depth += 1 if event == "start" else -1
                if event == "end":
                    continue
                root = element if root is None else root
                count += 1
                if count > MOST_ELEMENTS:
                    raise BadInputError(TOO_MANY, field="file")
                if depth > DEEPEST:
                    raise BadInputError(TOO_DEEP, field="file")
                if element.tag == "question":
                    lines[element] = number
        parser.close()
    except ParseError as error:
        raise BadInputError(NOT_XML, field="file", line=error.position[0]) from error
    if root is None:
        raise BadInputError(NOT_XML, field="file", line=1)
    return root, lines


def _pieces(content: bytes) -> Iterator[tuple[int, bytes]]:
    """The lines by number, a very long one in parts, so that no part makes too many elements."""
    for number, line in enumerate(content.splitlines(keepends=True), 1):
        for begin in range(0, len(line), _PIECE):
            yield number, line[begin : begin + _PIECE]
