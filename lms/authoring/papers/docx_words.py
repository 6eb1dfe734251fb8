"""Words, lists and tables put into a Word file, each in its style and its language."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bs4 import BeautifulSoup
from bs4.element import NavigableString, PageElement, Tag
from docx import Document
from docx.document import Document as DocumentObject
from docx.enum.text import WD_BREAK
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm
from docx.table import Table, _Cell, _Row
from docx.text.paragraph import Paragraph

from lms.authoring.papers.docx_style import new_numbering, set_language
from lms.core.pdf.words import direction, first_strong

_BLOCKS = frozenset({"p", "ul", "ol", "table", "blockquote", "div", "h2", "h3", "h4", "hr"})
_TAG = re.compile(r"<[^>]+>")
_NAMES = re.compile(r"[^A-Za-z0-9_]")
Where = DocumentObject | _Cell
"""What paragraphs can be put into."""


class WordsWriter:
    """Writes into one document whose own words are in one language."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.document = Document()
        self.is_rtl = direction(language) == "rtl"
        self.bookmarks = 0
        self._style_ids: dict[str, str] = {}

    def paragraph(
        self, where: Where, style: str, language: str = "", *, numbering: int | None = None
    ) -> Paragraph:
        paragraph = where.add_paragraph()
        paragraph._p.style = self._style_id(style)
        if _is_rtl(language) if language else self.is_rtl:
            paragraph._p.get_or_add_pPr().append(OxmlElement("w:bidi"))
        if numbering is not None:
            properties = paragraph._p.get_or_add_pPr().get_or_add_numPr()
            properties.get_or_add_ilvl().val = 0
            properties.get_or_add_numId().val = numbering
        return paragraph

    def _style_id(self, name: str) -> str:
        """The id of a style; the library would look through all of them for each paragraph."""
        if name not in self._style_ids:
            self._style_ids[name] = self.document.styles[name].style_id
        return self._style_ids[name]

    def line(self, words: str, style: str, language: str = "") -> Paragraph:
        spoken = language or self.language
        paragraph = self.paragraph(self.document, style, spoken)
        self.run(paragraph, words, spoken)
        return paragraph

    def run(
        self,
        paragraph: Paragraph,
        words: str,
        language: str,
        *,
        bold: bool = False,
        italic: bool = False,
        raised: bool = False,
    ) -> None:
        if not words:
            return
        run = paragraph.add_run(words)
        run.bold, run.italic = bold or None, italic or None
        run.font.superscript = raised or None
        set_language(run, language)

    def bookmark(self, paragraph: Paragraph, anchor: str) -> None:
        self.bookmarks += 1
        name = _NAMES.sub("_", anchor)[:40]
        for tag in ("w:bookmarkStart", "w:bookmarkEnd"):
            mark = OxmlElement(tag)
            mark.set(qn("w:id"), str(self.bookmarks))
            if tag == "w:bookmarkStart":
                mark.set(qn("w:name"), name)
            paragraph._p.append(mark)

    def html(self, where: Where, html: str, language: str, style: str) -> None:
        """The renderer's HTML as paragraphs of one style, lists and tables in theirs."""
        soup = BeautifulSoup(html, "html.parser")
        self._blocks(where, soup, language, style, depth=0)

    def _blocks(self, where: Where, parent: Tag, language: str, style: str, *, depth: int) -> None:
        loose: list[PageElement] = []

        def flush() -> None:
            if any(str(each).strip() for each in loose):
                paragraph = self.paragraph(where, style, language)
                self._inline(paragraph, list(loose), language)
            loose.clear()

        for child in parent.children:
            if isinstance(child, Tag) and child.name in _BLOCKS:
                flush()
                self._one_block(where, child, language, style, depth)
            elif isinstance(child, Tag | NavigableString):
                loose.append(child)
        flush()

    def _one_block(self, where: Where, tag: Tag, language: str, style: str, depth: int) -> None:
        if tag.name in {"ul", "ol"}:
            self._list(where, tag, language, depth)
        elif tag.name == "table":
            self._inner_table(tag, language)
        elif tag.name == "hr":
            self.paragraph(where, "Small")
        elif tag.name in {"h2", "h3", "h4"}:
            paragraph = self.paragraph(where, f"Heading {tag.name[1]}", language)
            self._inline(paragraph, list(tag.children), language)
        elif tag.name in {"div", "blockquote"}:
            inner = "Quote" if tag.name == "blockquote" else style
            self._blocks(where, tag, language, inner, depth=depth)
        else:
            paragraph = self.paragraph(where, style, language)
            self._inline(paragraph, list(tag.children), language)

    def _list(self, where: Where, tag: Tag, language: str, depth: int) -> None:
        base = "List Bullet" if tag.name == "ul" else "List Number"
        style = base if depth == 0 else f"{base} {min(depth + 1, 3)}"
        numbering = new_numbering(self.document) if tag.name == "ol" and depth == 0 else None
        for item in tag.find_all("li", recursive=False):
            paragraph = self.paragraph(where, style, language, numbering=numbering)
            is_first = True
            for child in item.children:
                if isinstance(child, Tag) and child.name in {"ul", "ol"}:
                    self._list(where, child, language, depth + 1)
                elif isinstance(child, Tag) and child.name == "p":
                    if not is_first:
                        paragraph = self.paragraph(where, "List Continue", language)
                    self._inline(paragraph, list(child.children), language)
                    is_first = False
                elif isinstance(child, Tag | NavigableString) and str(child).strip():
                    self._inline(paragraph, [child], language)
                    is_first = False

    def _inner_table(self, tag: Tag, language: str) -> None:
        rows = [list(row.find_all(["th", "td"], recursive=False)) for row in tag.find_all("tr")]
        table = self.table(max(len(row) for row in rows), ())
        for place, row in enumerate(rows):
            cells = table.rows[0].cells if place == 0 else table.add_row().cells
            said = [(language, cell.decode_contents()) for cell in row]
            said += [(language, "")] * (len(cells) - len(said))
            self.row(cells, said, "Table Head" if place == 0 else "Table Text")
        repeat_as_head(table.rows[0])
        self.paragraph(self.document, "Small")

    def _inline(
        self,
        paragraph: Paragraph,
        children: Sequence[PageElement],
        language: str,
        *,
        bold: bool = False,
        italic: bool = False,
        raised: bool = False,
    ) -> None:
        for child in children:
            if isinstance(child, NavigableString):
                words = re.sub(r"\s+", " ", str(child))
                self.run(paragraph, words, language, bold=bold, italic=italic, raised=raised)
            elif isinstance(child, Tag):
                if child.name == "br":
                    paragraph.add_run().add_break(WD_BREAK.LINE)
                    continue
                self._inline(
                    paragraph,
                    list(child.children),
                    language,
                    bold=bold or child.name == "strong",
                    italic=italic or child.name == "em",
                    raised=raised or child.name == "sup",
                )

    def table(self, columns: int, widths: tuple[int, ...]) -> Table:
        table: Table = self.document.add_table(rows=1, cols=columns, style="Table Grid")
        shares = widths or (100 // columns,) * columns
        table.autofit = False
        for column, share in zip(table.columns, shares, strict=True):
            column.width = Mm(170 * share // 100)
        if self.is_rtl:
            properties = table._tbl.tblPr
            properties.append(OxmlElement("w:bidiVisual"))
        return table

    def row(
        self,
        cells: tuple[_Cell, ...],
        said: list[tuple[str, str]],
        style: str,
        *,
        is_plain: bool = False,
    ) -> None:
        for cell, (language, words) in zip(cells, said, strict=True):
            first = cell.paragraphs[0]
            if is_plain:
                first._p.style = self._style_id(style)
                self.run(first, words, language)
                continue
            is_left = _is_rtl(language) and first_strong(_TAG.sub("", words)) == "ltr"
            self.html(cell, words, self.language if is_left else language, style)
            # A cell is born with an empty paragraph, and must not be left without one.
            if len(cell.paragraphs) > 1:
                first._p.getparent().remove(first._p)


def _is_rtl(language: str) -> bool:
    return direction(language) == "rtl"


def repeat_as_head(row: _Row) -> None:
    """Say that the row is the head of its table, and put it on each page again."""
    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
