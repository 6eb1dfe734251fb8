"""DOCX → HTML by heading styles (mammoth, pictures left out) → sections, as HTML is read."""

from __future__ import annotations

import io
import re
import zipfile
from html import unescape
from xml.parsers.expat import ExpatError

import mammoth

from lms.core.archives import ArchiveRefusedError, Limits, Wrong, check_archive
from lms.guides.readers.html import LARGEST_TEXT, html_sections
from lms.guides.readers.values import ReadGuide, ReadSection, Report, UnreadableError, Why, whole

LIMITS = Limits(most_entries=4_000, largest_whole=300 * 1024 * 1024)
LARGEST_XML = 24 * 1024 * 1024
"""Bytes of the text's own XML; 300 pages have about 4 MB."""

OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How old Word files begin, and new ones with a password."""

_DOCUMENT = "word/document.xml"
_READ = ("word/", "docProps/")
_STYLES = """
p[style-name='toc 1'] => !
p[style-name='toc 2'] => !
p[style-name='toc 3'] => !
p[style-name='toc 4'] => !
p[style-name='TOC Heading'] => !
p[style-name='Title'] => p > strong:fresh
p[style-name='Subtitle'] => p:fresh
p[style-name='heading 1'] => h1:fresh
p[style-name='heading 2'] => h2:fresh
p[style-name='heading 3'] => h3:fresh
p[style-name='heading 4'] => h4:fresh
p[style-name='heading 5'] => h5:fresh
p[style-name='heading 6'] => h6:fresh
"""
_WHY = {
    Wrong.DAMAGED: Why.BROKEN,
    Wrong.STRANGE: Why.STRANGE,
    Wrong.TOO_LARGE: Why.TOO_HEAVY,
}
_FAULTS = (KeyError, ValueError, AttributeError, TypeError, IndexError)
_TITLE = re.compile(r"<dc:title>([^<]{1,600})</dc:title>")


def read_docx(content: bytes, report: Report) -> ReadGuide:
    """The guide in a DOCX file. Raises UnreadableError."""
    title = _checked(content)
    report(1, 3)
    try:
        answer = mammoth.convert_to_html(
            io.BytesIO(content), style_map=_STYLES, convert_image=_no_picture
        )
    except (*_FAULTS, ExpatError, zipfile.BadZipFile) as fault:
        # mammoth trusts the parts of the file to be there and in their places.
        raise UnreadableError(Why.BROKEN) from fault
    report(2, 3)
    if len(answer.value) > LARGEST_TEXT:
        raise UnreadableError(Why.TOO_LONG)
    return whole(title, None, _without_title(html_sections(answer.value), title))


def _checked(content: bytes) -> str:
    """The title the file says of itself. Raises UnreadableError unless it is an honest DOCX."""
    if content.startswith(OLD_OFFICE):
        raise UnreadableError(Why.ENCRYPTED)
    try:
        names = check_archive(content, LIMITS)
    except ArchiveRefusedError as refused:
        raise UnreadableError(_WHY[refused.wrong]) from refused
    if _DOCUMENT not in names or "[Content_Types].xml" not in names:
        raise UnreadableError(Why.OTHER_KIND)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in names:
            is_xml = name.startswith(_READ) and name.endswith((".xml", ".rels"))
            if is_xml and archive.getinfo(name).file_size > LARGEST_XML:
                raise UnreadableError(Why.TOO_HEAVY)
            if is_xml and _defines(archive.read(name)):
                raise UnreadableError(Why.STRANGE)
        if "docProps/core.xml" not in names:
            return ""
        found = _TITLE.search(archive.read("docProps/core.xml").decode("utf-8", "replace"))
        return unescape(found[1]) if found else ""


def _defines(xml: bytes) -> bool:
    """Whether the XML brings a document type, in whatever encoding; no program writes one."""
    return b"<!DOCTYPE" in xml.replace(b"\0", b"") or b"<!ENTITY" in xml.replace(b"\0", b"")


def _no_picture(_image: object) -> list[object]:
    return []


def _without_title(sections: list[ReadSection], title: str) -> list[ReadSection]:
    """Nothing is lost if a title page is left out that only repeats the title."""
    first = sections[0]
    if title and not first.title and first.text.strip(" *\n") == title:
        return sections[1:]
    return sections
