"""A paper as a Word file: real styles, lists, heads of tables, alternative texts, languages.

Loaded only by processes that make documents: it draws pictures with WeasyPrint.
"""

from __future__ import annotations

import datetime
import io
from collections.abc import Callable, Mapping
from typing import Any

from docx.shared import Mm

from lms.authoring.papers.docx_style import (
    BOX_STYLES,
    add_field,
    dress,
    keep_with_next,
    new_numbering,
)
from lms.authoring.papers.docx_words import WordsWriter, repeat_as_head
from lms.authoring.papers.drawings import SLIM, inked, size_of_drawing
from lms.authoring.papers.parts import (
    Box,
    Choices,
    Facts,
    Figure,
    Grid,
    Heading,
    Lines,
    Paper,
    Part,
    Sources,
    Terms,
    Text,
)
from lms.core.pdf.raster import png_of
from lms.core.pdf.words import Words


def paper_as_docx(paper: Paper) -> bytes:
    """The paper for Word on A4, to be changed and printed.

    Headings, lists, tables and call-outs are styles of the file, so that they can be
    changed all at once. The table of contents is a field, filled with what it will say.
    """
    return _Writer(paper).written()


class _Writer(WordsWriter):
    """Puts one paper into one document."""

    def __init__(self, paper: Paper) -> None:
        super().__init__(paper.words_language)
        self.paper = paper
        self.words = Words.of(paper.words_language)
        self._writers: Mapping[type, Callable[[Any], None]] = {
            Heading: self._heading,
            Text: self._text,
            Box: self._box,
            Figure: self._figure,
            Lines: self._lines,
            Facts: self._facts,
            Choices: self._choices,
            Grid: self._grid,
            Terms: self._terms,
            Sources: self._sources,
        }

    def written(self) -> bytes:
        paper, document = self.paper, self.document
        dress(document, paper.words_language, f"{paper.title} · {paper.name}", paper.draft)
        about = document.core_properties
        about.title, about.subject = f"{paper.title}: {paper.name}", paper.name
        about.author, about.language = "Bekal", paper.words_language
        moment = datetime.datetime.combine(paper.made_on, datetime.time(), datetime.UTC)
        about.created = about.modified = moment
        self._cover()
        self._contents()
        for part in paper.parts:
            self._put(part)
        target = io.BytesIO()
        document.save(target)
        return target.getvalue()

    def _cover(self) -> None:
        paper = self.paper
        self.line(paper.name, "Subtitle")
        self.line(paper.title, "Title", paper.language)
        self.line(paper.summary, "Lede", paper.language)
        if paper.draft:
            self.line(paper.draft, "Draft")
        for name, said in paper.facts:
            paragraph = self.paragraph(self.document, "Fact" if said else "Write")
            self.run(paragraph, f"{name}  ", paper.words_language, bold=True)
            self.run(paragraph, said, paper.words_language)
        for note in paper.notes:
            self.line(note, "Fact")

    def _contents(self) -> None:
        """The field, with the entries Word will put there once it is asked to."""
        title = self.line(self.words.gettext("Contents"), "Contents Heading")
        title.paragraph_format.page_break_before = True
        entries = self.paper.contents
        for place, heading in enumerate(entries):
            paragraph = self.paragraph(self.document, f"TOC {heading.level}")
            if place == 0:
                add_field(paragraph, 'TOC \\o "1-2" \\h \\z \\u', part="begin")
            self.run(paragraph, _numbered(heading), heading.language)
            if place == len(entries) - 1:
                add_field(paragraph, "", part="end")

    def _put(self, part: Part) -> None:
        self._writers[type(part)](part)

    def _text(self, part: Text) -> None:
        look = {"lede": "Lede", "small": "Small"}.get(part.look, "Body Text")
        self.html(self.document, part.html, part.language, look)

    def _lines(self, part: Lines) -> None:
        if part.label:
            self.line(part.label, "Small")
        for _number in range(part.count):
            self.paragraph(self.document, "Write")

    def _facts(self, part: Facts) -> None:
        for name, said in part.pairs:
            paragraph = self.paragraph(self.document, "Fact")
            self.run(paragraph, f"{name}  ", self.language, bold=True)
            self.run(paragraph, said, self.language)

    def _choices(self, part: Choices) -> None:
        for item in part.items:
            self.html(self.document, item, part.language, "Choice")

    def _terms(self, part: Terms) -> None:
        for anchor, word, meaning in part.entries:
            paragraph = self.paragraph(self.document, "Term", part.language)
            self.bookmark(paragraph, anchor)
            self.run(paragraph, word, part.language)
            self.html(self.document, meaning, part.language, "Body Text")

    def _sources(self, part: Sources) -> None:
        self.line(self.words.gettext("Sources"), "Small")
        number = new_numbering(self.document)
        for anchor, said, _address in part.entries:
            paragraph = self.paragraph(self.document, "Source", numbering=number)
            self.bookmark(paragraph, anchor)
            self.run(paragraph, said, self.language)

    def _heading(self, part: Heading) -> None:
        style = f"Heading {part.level}"
        paragraph = self.paragraph(self.document, style, part.language)
        paragraph.paragraph_format.page_break_before = part.level == 1
        if part.anchor:
            self.bookmark(paragraph, part.anchor)
        self.run(paragraph, _numbered(part), part.language)

    def _box(self, part: Box) -> None:
        style = BOX_STYLES[part.kind]
        name = self.line(part.name, f"{style} Name")
        keep_with_next(name)
        if part.title:
            paragraph = self.paragraph(self.document, style, part.language)
            self.run(paragraph, part.title, part.language, bold=True)
        self.html(self.document, part.html, part.language, style)

    def _figure(self, part: Figure) -> None:
        content, width = part.picture, 130
        if part.drawing:
            across, down = size_of_drawing(part.drawing)
            content = png_of(inked(part.drawing, part.alternative), width=across, height=down)
            width = 84 if across <= SLIM else 150
        if content:
            paragraph = self.paragraph(self.document, "Picture")
            keep_with_next(paragraph)
            shape = paragraph.add_run().add_picture(io.BytesIO(content), width=Mm(width))
            shape._inline.docPr.set("descr", part.alternative)
            shape._inline.docPr.set("name", f"Figure {shape._inline.docPr.id}")
        else:
            self.line(part.alternative, "Body Text", part.language)
        if part.caption:
            self.html(self.document, part.caption, part.language, "Caption")
        if part.longer:
            self.html(self.document, part.longer, part.language, "Small")

    def _grid(self, part: Grid) -> None:
        if part.caption:
            keep_with_next(self.line(part.caption, "Table Caption", part.language))
        head = [(self.paper.words_language, cell) for cell in part.head]
        table = self.table(len(part.head), part.widths)
        self.row(table.rows[0].cells, head, "Table Head", is_plain=True)
        repeat_as_head(table.rows[0])
        for row in part.rows:
            self.row(table.add_row().cells, [(part.language, cell) for cell in row], "Table Text")
        self.paragraph(self.document, "Small")


def _numbered(heading: Heading) -> str:
    return f"{heading.number}. {heading.text}" if heading.number else heading.text
