"""Files of guides for tests: DOCX by python-docx, PDF by pydyf."""

from __future__ import annotations

import io
from collections.abc import Sequence

import docx
import pydyf

Chapter = tuple[str, Sequence[tuple[str, str]]]
"""A title, and sections of (title, text); an empty title is text of the chapter itself."""

GUIDE: Sequence[Chapter] = (
    (
        "Introduction",
        [("", "This guide is for officers who meet people before anybody has decided.")],
    ),
    (
        "Key concepts",
        [
            ("Act, means and purpose", "Trafficking has three parts. Each must be looked for."),
            ("Consent", "A person cannot agree to be exploited. A child's consent never counts."),
        ],
    ),
    (
        "Guidance",
        [
            ("First contact", "Make the place safe, say who you are, and ask what is needed now."),
            ("Referral", "Hand over with the person's agreement, in writing, on the same day."),
        ],
    ),
)


def make_docx(chapters: Sequence[Chapter] = GUIDE, *, title: str = "A guide") -> bytes:
    """A Word document with heading styles, a list and a table in its last section."""
    document = docx.Document()
    document.core_properties.title = title
    document.add_paragraph(title, style="Title")
    for chapter, sections in chapters:
        document.add_heading(chapter, 1)
        for heading, text in sections:
            if heading:
                document.add_heading(heading, 2)
            document.add_paragraph(text)
    document.add_paragraph("a name", style="List Bullet")
    table = document.add_table(1, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "Whom | when", "At once"
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def make_pdf(
    chapters: Sequence[Chapter] = GUIDE, *, outline: bool = True, head: str = "A guide to contact"
) -> bytes:
    """A PDF of a page to a chapter: running head, page number, headings in two sizes."""
    document = pydyf.PDF()
    font = pydyf.Dictionary(
        {"Type": "/Font", "Subtype": "/Type1", "BaseFont": "/Helvetica",
         "Encoding": "/WinAnsiEncoding"}
    )  # fmt: skip
    document.add_object(font)
    places: list[tuple[str, int, int, float]] = []
    for number, (chapter, sections) in enumerate(chapters, 1):
        stream = pydyf.Stream()
        _write(stream, head, 9, 60, 810)
        _write(stream, str(number), 9, 300, 20)
        top = 740.0
        _write(stream, chapter, 22, 60, top)
        places.append((chapter, 0, number, top + 22))
        for heading, text in sections:
            top -= 40
            if heading:
                _write(stream, heading, 15, 60, top)
                places.append((heading, 1, number, top + 15))
                top -= 24
            for line in _lines(text, 60):
                _write(stream, line, 11, 60, top)
                top -= 14
        document.add_object(stream)
        document.add_page(
            pydyf.Dictionary(
                {"Type": "/Page", "Parent": document.pages.reference,
                 "Contents": stream.reference, "MediaBox": pydyf.Array([0, 0, 595, 842]),
                 "Resources": pydyf.Dictionary(
                     {"Font": pydyf.Dictionary({"F1": font.reference})}
                 )}
            )
        )  # fmt: skip
    if outline:
        _add_outline(document, places)
    target = io.BytesIO()
    document.write(target)
    return target.getvalue()


def _write(stream: pydyf.Stream, words: str, size: int, left: float, bottom: float) -> None:
    stream.begin_text()
    stream.set_font_size("F1", size)
    stream.set_text_matrix(1, 0, 0, 1, left, bottom)
    stream.show_text_string(words)
    stream.end_text()


def _lines(text: str, width: int) -> list[str]:
    lines, line = [], ""
    for word in text.split():
        if len(line) + len(word) > width:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}".strip()
    return [*lines, line]


def _add_outline(document: pydyf.PDF, places: list[tuple[str, int, int, float]]) -> None:
    root = pydyf.Dictionary({"Type": "/Outlines"})
    document.add_object(root)
    entries = []
    for title, level, page, top in places:
        target = document.page_references[page - 1]
        entry = pydyf.Dictionary(
            {"Title": pydyf.String(title), "Dest": pydyf.Array([target, "/XYZ", 0, top, 0])}
        )
        document.add_object(entry)
        entries.append((level, entry))
    parents = [root]
    last: list[pydyf.Dictionary | None] = [None]
    for level, entry in entries:
        parents, last = parents[: level + 1], last[: level + 1]
        parent = parents[-1]
        entry["Parent"] = parent.reference
        before = last[-1]
        if before is None:
            parent["First"] = entry.reference
        else:
            before["Next"], entry["Prev"] = entry.reference, before.reference
        parent["Last"] = entry.reference
        last[-1] = entry
        parents.append(entry)
        last.append(None)
    document.catalog["Outlines"] = root.reference
