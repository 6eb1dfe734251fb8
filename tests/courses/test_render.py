"""Pages are safe whatever an author wrote, and always the same."""

from __future__ import annotations

import re
from pathlib import Path

import html5lib
import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from lms.courses.check import load_course
from lms.courses.markdown import parts_of
from lms.courses.render.clean import cleaned
from lms.courses.render.page import RenderedPage, Renderer, renderer_for
from lms.courses.svg import check_svg, safe_svg
from lms.courses.values.course import Glossary, Term
from lms.courses.values.edition import MediaFile
from lms.guides.registry import Registry, Source, read_registry
from tests.courses.small_course import write_small_course

REGISTRY = Registry(
    sources={
        "protocol": Source.model_validate(
            {"key": "protocol", "kind": "treaty", "title": "A <b>Protocol</b>", "short": "P & Q",
             "publisher": "U", "year": 2000, "locator": "Art."}
        )
    }
)  # fmt: skip
GLOSSARY = Glossary(
    file="glossary.yaml",
    terms=(
        Term(key="minder", term="minder", definition="Who watches <script>.", also=("minders",)),
    ),
)  # fmt: skip
RENDERER = Renderer(REGISTRY, GLOSSARY)

# What browsers have been made to run, written as an author would have to write it.
ATTACKS = [
    "<script>alert(1)</script>",
    "<ScRiPt src=//evil.test></ScRiPt>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "<svg><use href='data:image/svg+xml;base64,PHN2Zz4='/></svg>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img onerror=x&gt;'>",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<template><script>alert(1)</script></template>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<object data='javascript:alert(1)'></object>",
    "<embed src='javascript:alert(1)'>",
    "<base href='https://evil.test/'>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<link rel=stylesheet href='https://evil.test/x.css'>",
    "<style>@import 'https://evil.test/x.css';</style>",
    "<p style='background:url(javascript:alert(1))'>x</p>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href='jav&#x09;ascript:alert(1)'>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<details open ontoggle=alert(1)>",
    "<input autofocus onfocus=alert(1)>",
    "<body onload=alert(1)>",
    "<video><source onerror=alert(1)>",
    "<!--><script>alert(1)</script>-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?xml-stylesheet href='javascript:alert(1)'?>",
    "<x/onclick=alert(1)//>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](java\nscript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:msgbox(1))",
    "[x](//evil.test)",
    "[x](\\\\evil.test)",
    "[x](https://a.test \"' onmouseover=alert(1) x='\")",
    "[x](page:a' onclick='alert(1))",
    "[x](page://evil.test)",
    "[x](page:javascript:alert(1))",
    "<javascript:alert(1)>",
    "<https://a.test/\"onclick=alert(1)>",
    "![x](javascript:alert(1))",
    "![x\" onerror=\"alert(1)](https://a.test/x.png)",
    "[@protocol:3\" onclick=\"alert(1)]",
    "[@protocol:<script>alert(1)</script>]",
    "[@nothing:<img src=x onerror=alert(1)>]",
    "[[minder|<img src=x onerror=alert(1)>]]",
    "[[minder\" onclick=\"alert(1)|x]]",
    "## <img src=x onerror=alert(1)>",
    "| <img src=x onerror=alert(1)> | b |\n|---|---|\n| \" onclick=\"a(1) | <script>x</script> |",
    "::: indicator <img src=x onerror=alert(1)>\n<script>alert(1)</script>\n:::",
    "::: figure <script>\nalternative: \"><img src=x onerror=alert(1)>\ncaption: <script>\n:::",
    "::: content-note\nalternative: \"><script>alert(1)</script>\nx\n:::",
    "::: jurisdiction \"><script>alert(1)</script>\nx\n:::",
    "::: unknown <script>\n<script>alert(1)</script>\n:::",
    "::: task\nx\n:::\n::: answer\n<img src=x onerror=alert(1)>\n:::",
    "`<script>alert(1)</script>`",
    "    <script>alert(1)</script>",
    "[a]: javascript:alert(1)\n\n[a]",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "\u2028<script\u2028>alert(1)</script>",
]  # fmt: skip

ELEMENTS = frozenset([
    "html", "head", "body", "p", "ul", "ol", "li", "strong", "em", "code", "h2", "h3",
    "hr", "br", "blockquote", "div", "table", "thead", "tbody", "tr", "th", "td", "a",
    "span", "sup", "svg", "title", "rect", "text", "path", "g", "circle", "line",
    "figcaption", "img",
])  # fmt: skip
ATTRIBUTES = frozenset([
    "href", "class", "id", "aria-label", "rel", "role", "tabindex", "scope", "start",
    "alt", "src", "loading", "aria-labelledby", "viewBox", "x", "y", "width", "height",
    "font-size", "fill", "d",
])  # fmt: skip


def harmless(html: str) -> None:
    """Parsed as a browser does: known elements and attributes only, no address that runs."""
    tree = html5lib.parse(html, namespaceHTMLElements=False)
    for element in tree.iter():
        assert isinstance(element.tag, str), f"a comment or instruction in {html}"
        name = element.tag.rsplit("}", 1)[-1]
        assert name in ELEMENTS, (name, html)
        for attribute, value in element.attrib.items():
            assert attribute in ATTRIBUTES, (attribute, html)
            if attribute in {"href", "src"}:
                assert re.match(r"^(https://|#|/media/|[a-z0-9-]+$)", value), (value, html)


def all_html(page: RenderedPage) -> list[str]:
    return [
        *(block.html for block in page.blocks),
        *(block.answer for block in page.blocks),
        *(term.definition for term in page.terms),
    ]


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_an_author_writes_runs_on_a_page(attack: str) -> None:
    for html in all_html(RENDERER.page(f"Before [[minder]].\n\n{attack}\n\nAfter [@protocol:1].")):
        harmless(html)
    harmless(RENDERER.prose(attack))


@pytest.mark.parametrize("attack", ATTACKS)
def test_the_last_gate_alone_would_hold(attack: str) -> None:
    harmless(cleaned(attack))
    assert cleaned(cleaned(attack)) == cleaned(attack)


MARKS = st.sampled_from("<>\"'=:;#|[]()!@&/\\`*_~ \n\tabonclickjavscriptimg0x1")


@given(st.text(MARKS, max_size=200))
def test_no_mixture_of_marks_runs(text: str) -> None:
    for html in all_html(RENDERER.page(text)):
        harmless(html)


@given(st.text(max_size=300))
def test_rendering_is_the_same_every_time_and_loses_no_part(text: str) -> None:
    first, second = RENDERER.page(text), RENDERER.page(text)
    assert first == second
    assert first.model_dump_json() == second.model_dump_json()
    answers = sum(part.name == "answer" for part in parts_of(text))
    assert len(parts_of(text)) - answers <= len(first.blocks) <= len(parts_of(text))


SVG = 'xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"'
DRAWINGS = [
    f"<svg {SVG}><script>alert(1)</script></svg>",
    f"<svg {SVG} onload='alert(1)'><rect width='1' height='1'/></svg>",
    f"<svg {SVG}><foreignObject><p xmlns='http://www.w3.org/1999/xhtml'/></foreignObject></svg>",
    f"<svg {SVG}><a href='javascript:alert(1)'><text>x</text></a></svg>",
    f"<svg {SVG} xmlns:xl='http://www.w3.org/1999/xlink'><use xl:href='https://evil.test#x'/></svg>",
    f"<svg {SVG}><image href='https://evil.test/x.png'/></svg>",
    f"<svg {SVG}><set attributeName='href' to='javascript:alert(1)'/></svg>",
    f"<svg {SVG}><animate attributeName='x' onbegin='alert(1)'/></svg>",
    f"<svg {SVG}><style>@import url(https://evil.test)</style></svg>",
    f"<svg {SVG}><rect fill='url(https://evil.test#x)' width='1'/></svg>",
    f"<svg {SVG}><rect style='fill:red' width='1'/></svg>",
    f"<svg {SVG}><text>&lt;script&gt;alert(1)&lt;/script&gt;</text></svg>",
    f"<svg {SVG}><text><![CDATA[<script>alert(1)</script>]]></text></svg>",
    f"<!DOCTYPE svg [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><svg {SVG}><text>&x;</text></svg>",
    f"<?xml-stylesheet href='https://evil.test/x.css'?><svg {SVG}><rect width='1'/></svg>",
    f"<svg {SVG}><title></title><title>x<img src=1 onerror=alert(1)></img></title></svg>",
    "<html xmlns='http://www.w3.org/1999/xhtml'><script>alert(1)</script></html>",
    f"<svg {SVG}><rect id='x\"&gt;&lt;script&gt;' width='1'/></svg>",
    f"<svg {SVG}><rect class='masthead' width='1'/></svg>",
]


@pytest.mark.parametrize("drawing", DRAWINGS)
def test_no_drawing_runs_or_reaches_outside(drawing: str) -> None:
    html = safe_svg(drawing.encode(), "figure-1", 'A "drawing" <x>')
    harmless(html)
    assert "evil.test" not in html
    assert "passwd" not in html


# Words that look like marks are words, and an odd id is only renamed.
PLAIN = ("<text>&lt;", "CDATA", "id='x")


@pytest.mark.parametrize("drawing", [d for d in DRAWINGS if not any(mark in d for mark in PLAIN)])
def test_check_names_everything_that_would_not_be_shown(drawing: str) -> None:
    assert check_svg(drawing.encode())


def test_drawing_in_another_encoding_is_refused() -> None:
    drawing = f"<?xml version='1.0' encoding='UTF-7'?><svg {SVG}>+ADw-script+AD4-</svg>"
    harmless(safe_svg(drawing.encode(), "f", "x"))
    assert check_svg("<svg xmlns='x'/>".encode("utf-16"))


def test_image_has_its_alternative_and_an_address_by_digest() -> None:
    medium = MediaFile(name="room.png", content=b"\x89PNG\r\n\x1a\n")
    renderer = Renderer(REGISTRY, GLOSSARY, {"room.png": medium})
    body = '::: figure room.png\nalternative: A "room"\ncaption: The *room*.\n\nLong.\n:::'
    block = renderer.page(body).blocks[0]
    assert block.html == (
        f'<img src="/media/{medium.digest}/room.png" alt="A &quot;room&quot;" loading="lazy">'
        "<figcaption>The <em>room</em>.</figcaption>"
    )
    assert block.answer == "<p>Long.</p>"


def test_page_of_the_small_course_is_divided_as_written(tmp_path: Path) -> None:
    folder = write_small_course(tmp_path / "content")
    registry, _ = read_registry(tmp_path / "content" / "guides")
    edition = load_course(folder)
    renderer = renderer_for(edition, registry, "en")
    asking = edition.activity("asking")
    assert asking.kind == "page"
    page = renderer.page(asking.body)
    kinds = [block.kind for block in page.blocks]
    assert kinds == ["content-note", "text", "figure", "jurisdiction", "task"]
    assert page.blocks[0].key == "asking-lighter"
    assert page.blocks[3].key == "who-asks"
    assert page.blocks[4].title == "Think"
    assert page.blocks[4].answer == "<p>Beside her.</p>"
    assert [heading.text for heading in page.headings] == ["Alone"]
    assert [source.short for source in page.sources] == ["Identification guide, Guidance"]
    assert [term.term for term in page.terms] == ["minder"]
    for html in all_html(page):
        harmless(html)


def test_headings_of_a_page_begin_below_its_title() -> None:
    html = RENDERER.page("# One\n\n## Two\n\n#### Four").blocks[0].html
    assert html == '<h2 id="s1">One</h2>\n<h2 id="s2">Two</h2>\n<h2 id="s3">Four</h2>'


def test_first_cell_of_a_row_names_the_row_and_wide_tables_scroll() -> None:
    html = RENDERER.page("| Question | Number |\n|---|--:|\n| Border | 3 |").blocks[0].html
    assert 'role="region" tabindex="0" aria-label="Question, Number"' in html
    assert '<th scope="row">Border</th>' in html
    assert '<td class="n">3</td>' in html


def test_empty_corner_of_a_table_is_no_header() -> None:
    html = RENDERER.page("| | Number |\n|---|--:|\n| Border | 3 |").blocks[0].html
    assert "<td></td>" in html
    assert html.count("<th ") == 2


def test_one_place_of_a_source_has_one_number() -> None:
    page = RENDERER.page("A [@protocol:3]. B [@protocol:3]. C [@protocol:4].")
    assert [source.number for source in page.sources] == [1, 2]
    assert page.blocks[0].html.count("#source-1") == 2


def test_numbers_of_two_sources_in_a_row_do_not_read_as_one_number() -> None:
    page = RENDERER.page("A [@protocol:3] [@protocol:4]. B [@protocol:3] c [@protocol:4].")
    read = BeautifulSoup(page.blocks[0].html, "html.parser").get_text()
    assert read.strip() == "A1, 2. B1 c2."


def test_questions_carry_their_sources_in_the_text() -> None:
    assert RENDERER.prose("See [[minders]] [@protocol:3].") == (
        '<p>See minders <span class="cite">(P &amp; Q, Art. 3)</span>.</p>'
    )


def test_drawing_for_a_phone_stays_slim_and_gives_way_to_a_wide_one() -> None:
    def drawing(width: int) -> bytes:
        box = f'viewBox="0 0 {width} 9"'
        return f'<svg xmlns="http://www.w3.org/2000/svg" {box}><g id="x"/></svg>'.encode()

    media = {
        name: MediaFile(name=name, content=drawing(width))
        for name, width in (("slim.svg", 320), ("wide.svg", 640))
    }
    renderer = Renderer(REGISTRY, GLOSSARY, media)
    head = "::: figure slim.svg\nalternative: x\ncaption: y\n"
    alone = renderer.page(f"{head}:::").blocks[0].html
    both = renderer.page(f"{head}wide: wide.svg\n:::").blocks[0].html
    assert 'class="slim"' in alone
    assert 'class="slim only-narrow"' in both
    assert 'class="only-wide"' in both
    harmless(both)
    names = re.findall(r' id="([^"]+)"', both)
    assert len(names) == len(set(names)) == 4


def test_quotation_marks_are_printed_ones() -> None:
    assert RENDERER.prose('"Don\'t go", he said.') == "<p>“Don’t go”, he said.</p>"
    block = RENDERER.page('::: task "1. Don\'t"\nx\n:::').blocks[0]
    assert block.title == "“1. Don’t”"
    assert RENDERER.line('# "A" *b*') == "# “A” b"
