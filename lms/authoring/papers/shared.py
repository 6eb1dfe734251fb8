"""What both papers are built from: texts of an edition in the reader's language, as parts."""

from __future__ import annotations

import html as html_module
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from lms.authoring.papers.parts import (
    Box,
    BoxKind,
    Figure,
    Heading,
    Part,
    Sources,
    Terms,
    Text,
)
from lms.core.pdf.words import Words
from lms.courses.catalogue import KINDS
from lms.courses.render.page import Block, RenderedPage, Renderer, renderer_for
from lms.courses.values.base import FileValue
from lms.courses.values.course import Module
from lms.courses.values.edition import Activity, Edition, V
from lms.courses.values.page import Page
from lms.courses.values.quiz import Quiz
from lms.guides.registry import Registry

_HEADING = re.compile(r"<(/?)h([23])\b")
_DRAWING = re.compile(r"<svg\b[^>]*>.*?</svg>", re.DOTALL)
_CLASS = re.compile(r'<svg\b[^>]*?\sclass="([^"]*)"')
_TITLE = re.compile(r"<title[^>]*>(.*?)</title>", re.DOTALL)
_PICTURE = re.compile(r'<img src="/media/[0-9a-f]+/([^"]+)" alt="([^"]*)"')
_CAPTION = re.compile(r"<figcaption>(.*)</figcaption>\s*$", re.DOTALL)
_TERM = re.compile(r'href="#p\d+-word-')
_LINK = re.compile(r'<a\b[^>]*\bhref="#([^"]+)"[^>]*>(.*?)</a>', re.DOTALL)
_ID = re.compile(r'\bid="([^"]+)"')


@dataclass(frozen=True)
class Book:
    """An edition in one language, with the words of the paper around it.

    Where a file is not translated the course's own language stands in; each part says in
    which language it is.
    """

    edition: Edition
    language: str
    registry: Registry

    @cached_property
    def words(self) -> Words:
        """The names and instructions, in the language asked for or in English."""
        return Words.of(self.language)

    @cached_property
    def _renderers(self) -> dict[str, Renderer]:
        return {}

    def renderer(self, language: str) -> Renderer:
        """The renderer of lessons, with links that lead to places of the paper."""
        found = self._renderers.get(language)
        if found is None:
            made = renderer_for(self.edition, self.registry, language)
            found = self._renderers[language] = replace(made, address="#activity-%(key)s")
        return found

    def shown(self, value: V) -> tuple[V, str]:
        """The file in the language of the book, or in the course's; and which it is."""
        return self.edition.in_language(value, self.language)

    def prose(self, text: str, language: str) -> str:
        """Words of the content as HTML."""
        return self.renderer(language).prose(text)

    def line(self, text: str) -> str:
        """One line with printed quotation marks, not escaped."""
        return self.renderer(self.language).line(text)

    def minutes(self, minutes: int) -> str:
        """A length of time in words."""
        hours, rest = divmod(minutes, 60)
        parts = []
        if hours:
            parts.append(self.words.ngettext("%(num)s hour", "%(num)s hours", hours, num=hours))
        if rest or not hours:
            parts.append(self.words.ngettext("%(num)s minute", "%(num)s minutes", rest, num=rest))
        return " ".join(parts)

    def kind_of(self, activity: Activity) -> str:
        """What an activity is, in a word."""
        return self.words.gettext(KINDS[activity.kind])

    def activities_of(self, module: Module) -> list[Activity]:
        """The activities of a module in the order of the outline, in the course's language."""
        return [self.edition.activity(key) for key in module.activities]

    def heading(
        self, level: int, value: FileValue, *, number: str = "", anchor: str = ""
    ) -> Heading:
        """The title of a file, in the language it is shown in."""
        shown, language = self.shown(value)
        title = getattr(shown, "title", "")
        return Heading(level, self.line(title), language, anchor, number)

    def own(self, level: int, text: str) -> Heading:
        """A heading in the words of the paper."""
        return Heading(level, text, self.words.language)

    def say(self, sentence: str, look: str = "") -> Text:
        """A paragraph in the words of the paper."""
        html = f"<p>{plain(sentence)}</p>"
        return Text(html, self.words.language, "small" if look == "small" else "")

    def summary(self, text: str, language: str) -> Text:
        """The sentences under a title."""
        return Text(f"<p>{plain(self.line(text))}</p>", language, "lede")

    def items(self, lines: list[str], language: str) -> Text:
        """A list of plain lines."""
        inner = "".join(f"<li>{plain(self.line(x))}</li>" for x in lines)
        return Text(f"<ul>{inner}</ul>", language)

    def rendered(self, page: Page, language: str, number: int) -> RenderedPage:
        """A lesson page; its ids begin with its number in the paper."""
        return replace(self.renderer(language), prefix=f"p{number}-").page(page.body)

    def body(self, text: str, language: str, number: int, *, shift: int) -> Iterator[Part]:
        """A text with call-outs that is no lesson: facilitator's notes, the wellbeing page."""
        page = replace(self.renderer(language), prefix=f"p{number}-").page(text)
        for block in page.blocks:
            yield from self.block(block, language, shift=shift)
        yield from self.sources(page, number)

    def block(self, block: Block, language: str, *, shift: int) -> Iterator[Part]:
        """One block of a page. Answers of tasks are the caller's affair."""
        inner = _TERM.sub('href="#word-', deeper(block.html, shift))
        if block.kind == "text":
            yield Text(inner, language)
        elif block.kind == "figure":
            yield self._figure(block, language)
        elif block.kind == "sound":
            yield Box("sound", self._where_to_hear(block), block.title, inner, language)
        else:
            yield Box(block.kind, self.box_name(block.kind), block.title, inner, language)

    def box_name(self, kind: BoxKind) -> str:
        """What a call-out is called, as on the screen."""
        _ = self.words.gettext
        names = {
            "indicator": _("Indicator: a reason to ask, never proof"),
            "caution": _("Caution"),
            "case": _("Case note. People and places are invented"),
            "remember": _("In short"),
            "task": _("Something to do"),
            "content-note": _("Content note"),
            "jurisdiction": _("In your jurisdiction"),
        }
        return names.get(kind, "")

    def _where_to_hear(self, block: Block) -> str:
        """What a recording is called on paper: that it is one, its length, where it plays."""
        _, heard = self.words.gettext, block.recording
        if heard is None:
            return _("Recording. What is said in it:")
        minutes, seconds = heard.length
        length = (
            _("%(minutes)s min %(seconds)s s", minutes=minutes, seconds=seconds)
            if minutes
            else _("%(seconds)s s", seconds=seconds)
        )
        return _(
            "Recording (%(length)s), to be heard in this part of the course on the screen. What "
            "is said in it:",
            length=length,
        )

    def _figure(self, block: Block, language: str) -> Figure:
        drawings = _DRAWING.findall(block.html)
        # A paper is wide: the drawing made for wide screens stands if there is one.
        wide = [one for one in drawings if "only-wide" in _classes(one)]
        drawing = (wide or drawings or [""])[0]
        title, picture = _TITLE.search(drawing), _PICTURE.search(block.html)
        content, alternative = b"", ""
        if title is not None:
            alternative = html_module.unescape(title[1])
        elif picture is not None:
            alternative = html_module.unescape(picture[2])
            name = html_module.unescape(picture[1])
            content = next((m.content for m in self.edition.media if m.name == name), b"")
        caption = _CAPTION.search(block.html)
        if not drawing and not content:
            alternative = html_module.unescape(re.sub(r"<[^>]+>", "", block.html.split("<fig")[0]))
        return Figure(
            drawing, content, alternative, caption[1] if caption else "", block.answer, language
        )

    def sources(self, page: RenderedPage, number: int) -> Iterator[Part]:
        """The works a page cites, if any."""
        if page.sources:
            yield Sources(
                tuple((f"p{number}-source-{s.number}", s.full, s.url) for s in page.sources)
            )

    def glossary(self) -> Iterator[Part]:
        """All words of the course, in the order of the alphabet."""
        glossary, language = self.shown(self.edition.glossary)
        if glossary.terms:
            yield self.own(1, self.words.gettext("Words of this course"))
            yield Terms(
                tuple(
                    (f"word-{term.key}", term.term, self.prose(term.definition, language))
                    for term in sorted(glossary.terms, key=lambda term: term.term.casefold())
                ),
                language,
            )

    def wellbeing(self, number: int) -> Iterator[Part]:
        """The page for whom the course becomes heavy."""
        page, language = self.shown(self.edition.wellbeing)
        yield Heading(1, self.line(page.title), language, "wellbeing")
        yield from self.body(page.body, language, number, shift=0)
        yield self.say(
            self.words.gettext(
                "Numbers to call are on the page Your wellbeing of the course on the screen, "
                "written by the focal point of your member."
            )
        )

    def asked_only_in_checks(self, quiz: Quiz) -> tuple[str, ...]:
        """The questions of a knowledge check that no test of the course can ask."""
        if quiz.purpose != "knowledge-check":
            return ()
        kept_back = {
            key
            for other in self.edition.quizzes
            if other.purpose != "knowledge-check"
            for key in other.questions
        }
        return tuple(key for key in quiz.questions if key not in kept_back)


def deeper(html: str, levels: int) -> str:
    """The HTML with its headings so many levels down; none lies below the fourth."""
    return _HEADING.sub(lambda found: f"<{found[1]}h{min(4, int(found[2]) + levels)}", html)


def plain(text: str) -> str:
    """Plain words as HTML."""
    return html_module.escape(text, quote=False)


def without_dead_links(html: str) -> str:
    """The HTML of a whole paper with links to places that are not in it taken out."""
    there = set(_ID.findall(html))
    return _LINK.sub(lambda found: found[0] if found[1] in there else found[2], html)


def _classes(drawing: str) -> list[str]:
    found = _CLASS.match(drawing)
    return found[1].split() if found else []
