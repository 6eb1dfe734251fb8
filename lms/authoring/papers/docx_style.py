"""How a paper looks in Word: page, styles, head and foot, fields, numbering."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from docx.document import Document as DocumentObject
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from lms.authoring.papers.parts import BoxKind
from lms.core.pdf.words import direction

INK, SECOND, DEEP, TURMERIC = "10272D", "405156", "0C5A62", "F2AC33"
SANS, SERIF = "Noto Sans", "Noto Serif"
BOX_STYLES: Mapping[BoxKind, str] = {
    "indicator": "Indicator",
    "caution": "Caution",
    "case": "Case",
    "remember": "In short",
    "task": "Task",
    "content-note": "Content note",
    "jurisdiction": "Jurisdiction",
    "answer": "Answer",
    "sound": "Recording",
    "plain": "Prompt",
}
_EDGES: Mapping[BoxKind, tuple[str, str, str]] = {
    "indicator": ("single", TURMERIC, "F4F7F6"),
    "caution": ("double", "8F3A1D", "FBF3F0"),
    "case": ("dotted", "6A7F84", "F4F7F6"),
    "remember": ("thick", TURMERIC, "FFFFFF"),
    "task": ("single", DEEP, "FFFFFF"),
    "content-note": ("dashed", "6A7F84", "FFFFFF"),
    "jurisdiction": ("double", "5B3A7C", "F4F7F6"),
    "answer": ("single", "2F6B3F", "F4F7F6"),
    "sound": ("dashed", DEEP, "FFFFFF"),
    "plain": ("single", DEEP, "FFFFFF"),
}
"""Line, colour of the edge and ground of each call-out; edges differ also in grey."""

_EAST_ASIAN = frozenset({"zh", "ja", "ko", "yue"})


def dress(document: DocumentObject, language: str, running: str, draft: str) -> None:
    """A4, our styles, the language of the words, a head and numbers of pages."""
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(20)
    section.top_margin, section.bottom_margin = Mm(25), Mm(22)
    section.different_first_page_header_footer = True
    _styles(document, language)
    head = section.header.paragraphs[0]
    head.text, head.alignment = running, WD_ALIGN_PARAGRAPH.CENTER
    foot = section.footer.paragraphs[0]
    foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
    if draft:
        foot.add_run(f"{draft} · ").bold = True
    add_field(foot, "PAGE", part="whole")
    for paragraph in (head, foot):
        for run in paragraph.runs:
            run.font.size, run.font.color.rgb = Pt(8), RGBColor.from_string(SECOND)


def _styles(document: DocumentObject, language: str) -> None:
    normal = _style(document, "Normal")
    normal.font.size = Pt(10)
    normal.paragraph_format.space_after = Pt(6)
    normal.paragraph_format.line_spacing = 1.25
    properties = normal.element.get_or_add_rPr()
    properties.append(_language_mark(language))
    for name in ("Body Text", "List Bullet", "List Number", "List Continue", "Quote"):
        _style(document, name)
    for level, size in ((1, 21), (2, 15), (3, 12), (4, 10.5)):
        heading = _style(document, f"Heading {level}", face=SERIF if level < 4 else SANS)
        heading.font.size, heading.font.bold, heading.font.italic = Pt(size), True, False
        heading.paragraph_format.space_before = Pt((0, 20, 14, 10)[level - 1])
        heading.paragraph_format.space_after = Pt(6)
        heading.paragraph_format.keep_with_next = True
    _edge(_style(document, "Heading 1", face=SERIF), "bottom", "single", TURMERIC, 18)
    title = _style(document, "Title", face=SERIF)
    title.font.size, title.font.bold = Pt(32), True
    subtitle = _style(document, "Subtitle", colour=DEEP)
    subtitle.font.size, subtitle.font.bold, subtitle.font.italic = Pt(14), True, False
    subtitle.paragraph_format.space_before = Pt(160)
    _style(document, "Lede", face=SERIF, colour=DEEP).font.size = Pt(12)
    _style(document, "Small", colour=SECOND).font.size = Pt(8.5)
    _style(document, "Fact").paragraph_format.space_after = Pt(2)
    _style(document, "Term").font.bold = True
    _style(document, "Term").paragraph_format.keep_with_next = True
    _style(document, "Source", colour=SECOND).font.size = Pt(8)
    _style(document, "Picture").paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    caption = _style(document, "Caption", colour=SECOND)
    caption.font.size, caption.font.bold = Pt(9), False
    caption.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    draft = _style(document, "Draft")
    draft.font.size, draft.font.bold = Pt(18), True
    _shade(draft, TURMERIC)
    contents = _style(document, "Contents Heading", face=SERIF)
    contents.font.size, contents.font.bold = Pt(21), True
    for level in (1, 2):
        entry = _style(document, f"TOC {level}")
        entry.font.bold = level == 1
        entry.paragraph_format.space_before = Pt(6 if level == 1 else 0)
        entry.paragraph_format.space_after = Pt(1)
        entry.paragraph_format.left_indent = Mm(7 * (level - 1))
    write = _style(document, "Write")
    write.paragraph_format.space_before, write.paragraph_format.space_after = Pt(14), Pt(0)
    _edge(write, "bottom", "single", "8FA3A0", 4)
    _edge(write, "between", "single", "8FA3A0", 4)
    choice = _style(document, "Choice")
    choice.paragraph_format.left_indent = Mm(8)
    choice.paragraph_format.first_line_indent = Mm(-7)
    _bullet(document, choice)
    _table_styles(document)
    _box_styles(document)


def _table_styles(document: DocumentObject) -> None:
    head = _style(document, "Table Head")
    head.font.bold, head.font.size = True, Pt(9)
    _style(document, "Table Caption").font.bold = True
    text = _style(document, "Table Text")
    text.font.size = Pt(9)
    for style in (head, text):
        style.paragraph_format.space_after = Pt(2)


def _box_styles(document: DocumentObject) -> None:
    for kind, name in BOX_STYLES.items():
        line, colour, ground = _EDGES[kind]
        face = SERIF if kind == "case" else SANS
        for style_name in (f"{name} Name", name):
            style = _style(document, style_name, face=face)
            style.paragraph_format.left_indent = Mm(4)
            style.paragraph_format.right_indent = Mm(4)
            style.paragraph_format.space_after = Pt(3)
            _shade(style, ground)
            for side in ("left", "right"):
                _edge(style, side, line, colour, 18 if line == "single" else 12)
        named = _style(document, f"{name} Name", colour=SECOND)
        named.font.size, named.font.bold = Pt(8.5), True
        named.paragraph_format.keep_with_next = True
        named.paragraph_format.space_before = Pt(8)


def _style(
    document: DocumentObject, name: str, *, face: str = SANS, colour: str = INK
) -> ParagraphStyle:
    """The style of this name, made if the file has none, with a face for every script."""
    styles = document.styles
    if name in styles:
        style = cast(ParagraphStyle, styles[name])
    else:
        style = cast(ParagraphStyle, styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH))
        style.base_style = styles["Normal"]
    style.font.name = face
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    fonts.set(qn("w:cs"), face)
    style.font.color.rgb = RGBColor.from_string(colour)
    return style


def _edge(style: ParagraphStyle, side: str, line: str, colour: str, eighths: int) -> None:
    properties = style.element.get_or_add_pPr()
    borders = properties.find(qn("w:pBdr"))
    if borders is None:
        borders = OxmlElement("w:pBdr")
        properties.insert_element_before(
            borders, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:outlineLvl"
        )
    found = borders.find(qn(f"w:{side}"))
    edge = found if found is not None else OxmlElement(f"w:{side}")
    edge.set(qn("w:val"), line)
    edge.set(qn("w:sz"), str(eighths))
    edge.set(qn("w:space"), "6")
    edge.set(qn("w:color"), colour)
    borders.append(edge)


def _shade(style: ParagraphStyle, colour: str) -> None:
    shade = OxmlElement("w:shd")
    shade.set(qn("w:val"), "clear")
    shade.set(qn("w:color"), "auto")
    shade.set(qn("w:fill"), colour)
    style.element.get_or_add_pPr().insert_element_before(
        shade, "w:tabs", "w:spacing", "w:ind", "w:jc", "w:outlineLvl"
    )


def _bullet(document: DocumentObject, style: ParagraphStyle) -> None:
    """An empty box before each answer: a list of its own, not a letter typed into the text."""
    numbering = document.part.numbering_part.element
    abstract = OxmlElement("w:abstractNum")
    abstract.set(qn("w:abstractNumId"), "900")
    level = OxmlElement("w:lvl")
    level.set(qn("w:ilvl"), "0")
    for tag, value in (("w:start", "1"), ("w:numFmt", "bullet"), ("w:lvlText", "☐")):
        child = OxmlElement(tag)
        child.set(qn("w:val"), value)
        level.append(child)
    abstract.append(level)
    first = numbering.find(qn("w:num"))
    if first is None:
        numbering.append(abstract)
    else:
        first.addprevious(abstract)
    number = numbering.add_num(900)
    properties = style.element.get_or_add_pPr().get_or_add_numPr()
    properties.get_or_add_ilvl().val = 0
    properties.get_or_add_numId().val = number.numId


def new_numbering(document: DocumentObject) -> int:
    """A numbered list that begins at one; its id for paragraphs."""
    numbering = document.part.numbering_part.element
    usual = document.styles["List Number"].element.pPr.numPr.numId.val
    found = next(n for n in numbering.num_lst if n.numId == usual)
    number = numbering.add_num(found.abstractNumId.val)
    number.add_lvlOverride(ilvl=0).add_startOverride(1)
    return int(number.numId)


def add_field(paragraph: Paragraph, instruction: str, *, part: str) -> None:
    """A field of Word: `begin` or `end` of one over several paragraphs, or a `whole` one."""
    kinds = {"begin": ("begin", "separate"), "end": ("end",), "whole": ("begin", "separate", "end")}
    for kind in kinds[part]:
        mark = OxmlElement("w:fldChar")
        mark.set(qn("w:fldCharType"), kind)
        if kind == "begin" and part == "begin":
            mark.set(qn("w:dirty"), "true")
        paragraph.add_run()._r.append(mark)
        if kind == "begin":
            code = OxmlElement("w:instrText")
            code.set(qn("xml:space"), "preserve")
            code.text = f" {instruction} "
            paragraph.add_run()._r.append(code)


def set_language(run: Run, language: str) -> None:
    """Say in which language the words are, for spelling and for reading aloud."""
    properties = run._r.get_or_add_rPr()
    if direction(language) == "rtl":
        properties.append(OxmlElement("w:rtl"))
    properties.append(_language_mark(language))


def keep_with_next(paragraph: Paragraph) -> None:
    """No page ends between this paragraph and the next."""
    paragraph.paragraph_format.keep_with_next = True


def _language_mark(language: str) -> BaseOxmlElement:
    mark = OxmlElement("w:lang")
    if direction(language) == "rtl":
        mark.set(qn("w:bidi"), language)
    elif language.split("-")[0] in _EAST_ASIAN:
        mark.set(qn("w:eastAsia"), language)
    else:
        mark.set(qn("w:val"), language)
    return mark
