"""Drawings: read strictly, written anew, so that nothing but shapes and words is left.

SVG is a program as much as a picture. It is therefore not cleaned but rebuilt: only the
elements and attributes listed here are copied, from a parser that refuses document types
and entities. `check_svg` says what an author must change; `safe_svg` gives what is shown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import escape
from xml.parsers import expat

from lms.core.errors import BadInputError
from lms.core.text import N_

_SVG = "http://www.w3.org/2000/svg"
_ELEMENTS = frozenset([
    "svg", "g", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon",
    "text", "tspan", "title", "desc", "defs", "marker", "linearGradient",
    "radialGradient", "stop", "clipPath", "pattern", "symbol",
])  # fmt: skip
_ATTRIBUTES = frozenset([
    "id", "class", "d", "x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "rx", "ry",
    "width", "height", "viewBox", "points", "transform", "fill", "stroke", "stroke-width",
    "stroke-linecap", "stroke-linejoin", "stroke-dasharray", "stroke-miterlimit",
    "opacity", "fill-opacity", "stroke-opacity", "fill-rule", "clip-rule", "clip-path",
    "font-size", "font-weight", "font-style", "text-anchor", "dominant-baseline", "dx",
    "dy", "rotate", "textLength", "lengthAdjust", "letter-spacing", "offset",
    "stop-color", "stop-opacity", "gradientUnits", "gradientTransform", "spreadMethod",
    "markerWidth", "markerHeight", "markerUnits", "refX", "refY", "orient",
    "marker-start", "marker-mid", "marker-end", "patternUnits", "patternTransform",
    "preserveAspectRatio", "direction", "unicode-bidi", "role", "aria-hidden",
])  # fmt: skip
# Values are numbers, colours, names and references to the drawing's own parts.
_OUTSIDE = re.compile(
    r"url\s*\((?!\s*['\"]?#)|javascript:|data:|https?:|expression|@import|\\", re.I
)
_CLASSES = frozenset(["box", "hot", "bar", "onbar", "soft", "dark", "only-wide", "only-narrow"])
_LARGEST = 100_000
_SLIM = 400
_VIEW_BOX = re.compile(r' viewBox="\s*[-0-9.]+[\s,]+[-0-9.]+[\s,]+([0-9]{1,6})')


@dataclass(frozen=True)
class Flaw:
    """What an author must change in a drawing, with its line."""

    line: int
    sentence: str
    values: dict[str, object] = field(default_factory=dict)


@dataclass
class _Builder:
    """Copies what is allowed and notes the rest."""

    prefix: str
    parser: expat.XMLParserType
    out: list[str] = field(default_factory=list)
    flaws: list[Flaw] = field(default_factory=list)
    skipping: int = 0
    depth: int = 0
    view_box: bool = False

    def flaw(self, sentence: str, **values: object) -> None:
        self.flaws.append(Flaw(self.parser.CurrentLineNumber, sentence, values))

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        local = name.removeprefix(f"{_SVG} ")
        if self.skipping or local not in _ELEMENTS or name == local or self.depth > 30:
            if not self.skipping:
                self.flaw(N_("<%(name)s> cannot stand in a drawing. Take it out."), name=local)
            self.skipping += 1
            return
        if self.depth == 1:
            self.view_box = "viewBox" in attributes
            self.out.append("<svg")
            attributes = {
                key: value
                for key, value in attributes.items()
                if key not in {"role", "width", "height", "id", "aria-hidden", "class"}
            }
        else:
            self.out.append(f"<{local}")
        for key in sorted(attributes):
            self.attribute(key, attributes[key])
        self.out.append(">")

    def attribute(self, name: str, value: str) -> None:
        if name not in _ATTRIBUTES:
            self.flaw(
                N_("The attribute %(name)s cannot stand in a drawing. Take it out."), name=name
            )
            return
        if _OUTSIDE.search(value):
            sentence = N_("%(name)s points outside the drawing. Use only what is drawn here.")
            self.flaw(sentence, name=name)
            return
        if name == "class":
            unknown = sorted(set(value.split()) - _CLASSES)
            if unknown:
                sentence = N_("%(name)s is not a class for drawings. There are: %(known)s.")
                self.flaw(sentence, name=unknown[0], known=", ".join(sorted(_CLASSES)))
            value = " ".join(part for part in value.split() if part in _CLASSES)
        if name == "id":
            value = f"{self.prefix}-{value}"
        value = re.sub(r"url\(\s*['\"]?#([^)'\"]*)['\"]?\s*\)", rf"url(#{self.prefix}-\1)", value)
        self.out.append(f' {name}="{escape(value)}"')

    def end(self, name: str) -> None:
        self.depth -= 1
        if self.skipping:
            self.skipping -= 1
            return
        self.out.append(f"</{name.removeprefix(f'{_SVG} ')}>")

    def text(self, data: str) -> None:
        if not self.skipping:
            self.out.append(escape(re.sub(r"\s+", " ", data), quote=False))

    def doctype(self, *_: object) -> None:
        self.flaw(N_("A document type cannot stand in a drawing. Delete the <!DOCTYPE line."))

    def instruction(self, *_: object) -> None:
        self.flaw(N_("An instruction between <? and ?> cannot stand in a drawing. Delete it."))


def _build(content: bytes, prefix: str) -> tuple[str, list[Flaw]]:
    if len(content) > _LARGEST:
        return "", [Flaw(1, N_("The drawing is larger than 100 kB. Simplify its paths."))]
    # No encoding but UTF-8: another one could hide what a check reads as harmless.
    parser = expat.ParserCreate("utf-8", namespace_separator=" ")
    parser.buffer_text = True
    builder = _Builder(prefix, parser)
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.text
    parser.StartDoctypeDeclHandler = builder.doctype
    parser.ProcessingInstructionHandler = builder.instruction
    parser.EntityDeclHandler = builder.doctype
    try:
        parser.Parse(content, True)
    except expat.ExpatError as fault:
        sentence = N_("The drawing cannot be read from here on (%(detail)s).")
        flaw = Flaw(fault.lineno, sentence, {"detail": expat.ErrorString(fault.code)})
        return "", [*builder.flaws, flaw]
    if not builder.out:
        builder.flaws.append(Flaw(1, N_("The file must begin with <svg and SVG's namespace.")))
    elif not builder.view_box:
        builder.flaws.append(Flaw(1, N_("The drawing needs a viewBox, so that it fits a phone.")))
    return "".join(builder.out), builder.flaws


def _width(markup: str) -> int:
    """Units across, as the drawing's own viewBox says; none said counts as wide."""
    match = _VIEW_BOX.search(markup[: markup.find(">")])
    return int(match[1]) if match else _SLIM + 1


def check_svg(content: bytes) -> list[Flaw]:
    """Everything in the drawing that would not be shown. Empty for a clean one."""
    return _build(content, "x")[1]


def safe_svg(content: bytes, prefix: str, alternative: str, classes: str = "") -> str:
    """The drawing rebuilt for a page, with its text alternative; "" when it cannot be read.

    `prefix` keeps its ids apart from those of other drawings on the page. A drawing made for
    a phone (at most 400 units wide) gets the class slim, so that it does not fill a desk's
    screen; `classes` are added.
    """
    markup, _ = _build(content, prefix)
    if not markup.startswith("<svg"):
        return ""
    title = f"{prefix}-title"
    slim = "slim" if _width(markup) <= _SLIM else ""
    shape = " ".join(part for part in (slim, classes) if part)
    head = f'<svg role="img" aria-labelledby="{title}"' + (f' class="{shape}"' if shape else "")
    opened = markup.index(">") + 1
    label = f'<title id="{title}">{escape(alternative, quote=False)}</title>'
    return head + markup[4:opened] + label + markup[opened:]


def drawing_of(content: bytes, *, field: str = "file") -> bytes:
    """An SVG that somebody sent, as it may be kept: unchanged if it is clean.

    Raises BadInputError with the first thing to mend and its line: an author can mend a
    drawing, and a drawing half taken away misleads who looks at it.
    """
    flaws = check_svg(content)
    if flaws:
        sentence, values = flaws[0].sentence, flaws[0].values
        raise BadInputError(sentence, field=field, **values)
    return content
