"""A drawing as a picture, for files that show none: drawn by WeasyPrint, made dots by PDFium.

Loaded only by processes that make documents, as `press` is.
"""

from __future__ import annotations

import io

import pypdfium2

from lms.core.pdf.making import make_pdf

_PAGE = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Drawing</title>'
    "<style>@page{{size:{width}px {height}px;margin:0}}body{{margin:0}}"
    "svg{{display:block;width:{width}px;height:{height}px}}</style></head><body>{drawing}</body>"
    "</html>"
)


def png_of(drawing: str, *, width: float, height: float, dots: int = 1200) -> bytes:
    """One safe `<svg>` of this size (in its own units) as a PNG of so many dots across.

    Raises what `making.make_pdf` raises.
    """
    page = _PAGE.format(width=f"{width:g}", height=f"{height:g}", drawing=drawing)
    file = make_pdf(page, sheet="drawing.css", identifier="drawing")
    document = pypdfium2.PdfDocument(file)
    try:
        sheet = document[0]
        picture = sheet.render(scale=dots / sheet.get_width()).to_pil()
    finally:
        document.close()
    target = io.BytesIO()
    picture.save(target, "PNG", optimize=True)
    return target.getvalue()
