"""A page as blocks, ready for the reader's page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Literal

from markupsafe import Markup

from lms.core.content.values import Value
from lms.courses.markdown import Part, parts_of, printed
from lms.courses.pictures import size_of
from lms.courses.render.clean import RENDERER_VERSION, safe
from lms.courses.render.text import Notes, html_of, terms_by_form
from lms.courses.svg import safe_svg
from lms.courses.values.course import Glossary
from lms.courses.values.edition import Edition, MediaFile
from lms.guides.registry import Registry

BlockKind = Literal[
    "text", "indicator", "caution", "case", "remember", "task", "figure", "sound",
    "content-note", "jurisdiction",
]  # fmt: skip


class Recording(Value):
    """What a page says of a recording before anything of it is loaded. `size` is in bytes."""

    address: str
    kind: str
    seconds: int
    size: int

    @property
    def length(self) -> tuple[int, int]:
        """Whole minutes, and the seconds beyond them."""
        return divmod(self.seconds, 60)

    @property
    def megabytes(self) -> float:
        """Its size to one place, at least 0.1."""
        return max(0.1, round(self.size / 1_000_000, 1))


class Block(Value):
    """One stretch of a page. `html` is safe and holds no frame.

    `title`: heading of a call-out (plain text). `answer`: what is opened on demand, a task's
    answer or a figure's long description (safe HTML).
    `key`: the alternative page of a content note, or the key of a jurisdiction note.
    `recording`: what is played; `title` then is its title and `html` its transcript. None
    where its file cannot be played, which the check refuses.
    """

    kind: BlockKind
    html: str
    title: str = ""
    answer: str = ""
    key: str = ""
    recording: Recording | None = None

    @property
    def markup(self) -> Markup:
        """The HTML, marked as safe for templates: the renderer alone makes blocks."""
        return safe(self.html)

    @property
    def answer_markup(self) -> Markup:
        """The answer, marked as safe for templates."""
        return safe(self.answer)


class Heading(Value):
    """A heading of the page and the id it can be linked by."""

    id: str
    level: Literal[2, 3]
    text: str


class CitedSource(Value):
    """A source at the foot of the page; `#source-<number>` leads to it."""

    number: int
    short: str
    full: str
    is_guide: bool
    url: str | None = None


class UsedTerm(Value):
    """A word beside the page; `#word-<key>` leads to it. `definition` is safe HTML."""

    key: str
    term: str
    definition: str

    @property
    def markup(self) -> Markup:
        """The definition, marked as safe for templates."""
        return safe(self.definition)


class RenderedPage(Value):
    """What is stored of a page beside its source. `version` is that of the renderer."""

    version: int = RENDERER_VERSION
    blocks: tuple[Block, ...]
    headings: tuple[Heading, ...] = ()
    sources: tuple[CitedSource, ...] = ()
    terms: tuple[UsedTerm, ...] = ()


@dataclass(frozen=True)
class Renderer:
    """Renders the texts of one edition in one language.

    `address` says where links inside the course lead (`%(key)s`), `media` where images and
    recordings are served (`%(digest)s`, `%(name)s`); `prefix` begins every id, where several
    pages stand on one. The same sources always give the same bytes.
    """

    registry: Registry
    glossary: Glossary
    media: Mapping[str, MediaFile] = field(default_factory=dict)
    address: str = "%(key)s"
    media_address: str = "/media/%(digest)s/%(name)s"
    prefix: str = ""

    def page(self, body: str) -> RenderedPage:
        """A whole page."""
        notes = Notes(
            self.registry,
            terms_by_form(self.glossary.terms),
            self.address,
            prefix=self.prefix,
        )
        blocks: list[Block] = []
        for part in parts_of(body):
            if part.name == "answer" and blocks and blocks[-1].kind == "task":
                blocks[-1] = blocks[-1].model_copy(update={"answer": html_of(part.text, notes)})
            else:
                blocks.append(self._block(part, notes, len(blocks) + 1))
        return RenderedPage(
            blocks=tuple(blocks),
            headings=tuple(
                Heading.model_validate({"id": name, "level": level, "text": text})
                for name, level, text in notes.headings
            ),
            sources=tuple(
                CitedSource(
                    number=number, short=found.short, full=found.full,
                    is_guide=found.is_guide, url=found.url,
                )
                for number, found in enumerate(notes.references, 1)
            ),
            terms=tuple(
                UsedTerm(key=term.key, term=term.term, definition=self.prose(term.definition))
                for term in notes.used.values()
            ),
        )  # fmt: skip

    def line(self, text: str) -> str:
        """A title or summary: plain words with printed quotation marks; templates escape it."""
        return printed(text)

    def prose(self, text: str) -> str:
        """Words of a question, a scenario, a definition: sources stand in the text itself."""
        notes = Notes(self.registry, terms_by_form(self.glossary.terms), self.address, inline=True)
        return html_of(text, notes)

    def _block(self, part: Part, notes: Notes, number: int) -> Block:
        if part.name == "figure":
            picture = self._figure(part, notes, number)
            return Block(kind="figure", html=picture, answer=html_of(part.text, notes))
        html = html_of(part.text, notes)
        if part.name == "sound":
            title = part.settings["title"].value if "title" in part.settings else part.title
            heard = self._recording(part.title)
            return Block(kind="sound", html=html, title=printed(title), recording=heard)
        if part.name == "content-note":
            setting = part.settings.get("alternative")
            return Block(kind="content-note", html=html, key=setting.value if setting else "")
        if part.name == "jurisdiction":
            return Block(kind="jurisdiction", html=html, key=part.title)
        if part.name in {"indicator", "caution", "case", "remember", "task"}:
            return Block.model_validate(
                {"kind": part.name, "html": html, "title": printed(part.title)}
            )
        # Ordinary text, and what the check has refused: its words, without a frame.
        return Block(kind="text", html=html)

    def _recording(self, name: str) -> Recording | None:
        medium = self.media.get(name)
        if medium is None or medium.seconds is None:
            return None
        return Recording(
            address=self._address(medium),
            kind=name.rpartition(".")[2].upper(),
            seconds=medium.seconds,
            size=len(medium.content),
        )

    def _address(self, medium: MediaFile) -> str:
        return self.media_address % {"digest": medium.digest, "name": medium.name}

    def _figure(self, part: Part, notes: Notes, number: int) -> str:
        """The inside of <figure>: drawing or image, and caption."""
        alternative = part.settings["alternative"].value if "alternative" in part.settings else ""
        caption = part.settings["caption"].value if "caption" in part.settings else ""
        medium = self.media.get(part.title)
        picture = ""
        if medium is not None and medium.name.endswith(".svg"):
            wide = self.media.get(part.settings["wide"].value) if "wide" in part.settings else None
            name = f"{self.prefix}figure-{number}"
            picture = safe_svg(medium.content, name, alternative, "only-narrow" if wide else "")
            if wide is not None:
                picture += safe_svg(wide.content, f"{name}-wide", alternative, "only-wide")
        elif medium is not None and not medium.is_recording:
            address = self._address(medium)
            size = size_of(medium.content)
            # With its size the page keeps the place, and nothing jumps when it arrives.
            room = f' width="{size.width}" height="{size.height}"' if size else ""
            picture = (
                f'<img src="{escape(address)}" alt="{escape(alternative)}"{room} loading="lazy">'
            )
        if not picture:
            picture = f"<p>{escape(alternative)}</p>"
        inner = html_of(caption, notes).removeprefix("<p>").removesuffix("</p>")
        return f"{picture}<figcaption>{inner}</figcaption>"


def renderer_for(
    edition: Edition, registry: Registry, language: str, *, prefix: str = ""
) -> Renderer:
    """The renderer of an edition in one of its languages, with that language's glossary."""
    glossary, _ = edition.in_language(edition.glossary, language)
    return Renderer(
        registry,
        glossary,
        {medium.name: medium for medium in edition.media},
        media_address=f"/media/{edition.digest}/%(name)s",
        prefix=prefix,
    )
