"""HTML of a stretch of Markdown: citations numbered, terms linked, tables in a region."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import OptionsDict

from lms.core.text import fold
from lms.courses.markdown import parse, plain_text
from lms.courses.render.clean import cleaned
from lms.courses.values.course import Term
from lms.guides.registry import Reference, Registry


@dataclass
class Notes:
    """What a page gathers while it is rendered: sources and terms in the order they come."""

    registry: Registry
    terms: Mapping[str, Term]
    # Where a link to another activity of the course leads; %(key)s is its key.
    address: str = "%(key)s"
    # Questions and feedback have no foot: sources stand in the text, terms are plain.
    inline: bool = False
    # Begins every id and every link to one, where several pages stand on one.
    prefix: str = ""
    references: list[Reference] = field(default_factory=list)
    used: dict[str, Term] = field(default_factory=dict)
    headings: list[tuple[str, int, str]] = field(default_factory=list)
    cited: int = 0

    def number_of(self, reference: Reference) -> int:
        """The number of a source on this page; the same place of the same work has one."""
        if reference not in self.references:
            self.references.append(reference)
        return self.references.index(reference) + 1


def terms_by_form(terms: Sequence[Term]) -> dict[str, Term]:
    """Terms by key and every folded form, as authors may write them."""
    return {
        fold(form): term for term in reversed(terms) for form in (term.key, term.term, *term.also)
    }


class _Renderer(RendererHTML):
    """markdown-it's renderer with our tokens; whatever could be raw HTML comes out as text."""

    notes: Notes

    def render_of(self, tokens: Sequence[Token], notes: Notes) -> str:
        self.notes = notes
        options = OptionsDict({"maxNesting": 20, "html": False, "linkify": False,
                               "typographer": False, "quotes": "", "xhtmlOut": False,
                               "breaks": False, "langPrefix": "", "highlight": None})  # fmt: skip
        return str(self.render(_ready(tokens, notes), options, {}))

    def html_block(self, tokens: Sequence[Token], idx: int, *_: object) -> str:
        return f"<p>{escape(tokens[idx].content.strip())}</p>\n"

    def html_inline(self, tokens: Sequence[Token], idx: int, *_: object) -> str:
        return escape(tokens[idx].content)

    def image(self, tokens: Sequence[Token], idx: int, *_: object) -> str:
        return escape(tokens[idx].content)

    def cite(self, tokens: Sequence[Token], idx: int, *_: object) -> str:
        notes, citation = self.notes, tokens[idx].content
        reference = notes.registry.reference(citation)
        if reference is None:
            return f"[{escape(citation)}]"
        if notes.inline:
            return f'<span class="cite">({escape(reference.short)})</span>'
        number = notes.number_of(reference)
        notes.cited += 1
        label = escape(reference.short)
        comma = ", " if _follows_a_citation(tokens, idx) else ""
        return (
            f'<sup class="cite">{comma}<a href="#{notes.prefix}source-{number}" '
            f'id="{notes.prefix}cite-{notes.cited}" '
            f'aria-label="{number}: {label}">{number}</a></sup>'
        )

    def term(self, tokens: Sequence[Token], idx: int, *_: object) -> str:
        token, notes = tokens[idx], self.notes
        found = notes.terms.get(fold(token.content))
        words = escape(token.info)
        if found is None or notes.inline:
            return words
        notes.used.setdefault(found.key, found)
        return f'<a class="term" href="#{notes.prefix}word-{found.key}">{words}</a>'

    def table_open(self, tokens: Sequence[Token], idx: int, *_: object) -> str:
        label = escape(str(tokens[idx].meta.get("label", "")))
        return (
            f'<div class="scroll" role="region" tabindex="0" aria-label="{label}">'
            '<table class="table">\n'
        )

    def table_close(self, *_: object) -> str:
        return "</table></div>\n"


def _ready(tokens: Sequence[Token], notes: Notes) -> list[Token]:
    """Tokens with ids on headings, scopes in tables, and addresses that lead somewhere."""
    done = list(tokens)
    first_cell = False
    for place, token in enumerate(done):
        if token.type == "heading_open":
            name = f"{notes.prefix}s{len(notes.headings) + 1}"
            level = 3 if token.tag == "h3" else 2
            token.tag = f"h{level}"
            token.attrSet("id", name)
            notes.headings.append((name, level, plain_text([done[place + 1]])))
        elif token.type == "heading_close":
            token.tag = "h3" if token.tag == "h3" else "h2"
        elif token.type == "table_open":
            token.meta = {"label": _table_label(done[place:])}
        elif token.type == "tr_open":
            first_cell = True
        elif token.type in {"th_open", "td_open"}:
            right = "right" in str(token.attrs.pop("style", ""))
            if token.type == "th_open" and done[place + 1].content.strip():
                token.attrSet("scope", "col")
            elif token.type == "th_open":
                _turn_into_corner(done, place)
            elif first_cell:
                _turn_into_header(done, place)
            if right:
                token.attrSet("class", "n")
            first_cell = False
        elif token.type == "inline":
            _ready_links(token, notes)
            _close_up_citations(token, notes)
    return done


def _close_up_citations(token: Token, notes: Notes) -> None:
    """A raised number stands at its word: authors leave a space before the bracket."""
    children = token.children or []
    for before, child in itertools.pairwise(children):
        if child.type != "cite" or notes.inline:
            continue
        if before.type == "softbreak":
            before.type, before.content = "text", ""
        elif before.type == "text":
            before.content = before.content.rstrip(" ")


def _follows_a_citation(tokens: Sequence[Token], place: int) -> bool:
    """Whether nothing stands between this citation and one before it: 1 and 2 would read 12."""
    for before in reversed(tokens[:place]):
        if before.type == "cite" or before.content:
            return before.type == "cite"
    return False


def _turn_into_header(tokens: list[Token], place: int) -> None:
    """The first cell of a row names it."""
    tokens[place].tag = "th"
    tokens[place].attrSet("scope", "row")
    for token in tokens[place:]:
        if token.type == "td_close":
            token.tag = "th"
            return


def _turn_into_corner(tokens: list[Token], place: int) -> None:
    """An empty cell of the head names nothing, and so is no header."""
    tokens[place].tag = "td"
    tokens[place + 2].tag = "td"


def _table_label(tokens: list[Token]) -> str:
    """A scrolling region needs a name: the words of the table's head."""
    heads = [
        plain_text([tokens[place + 1]])
        for place, token in enumerate(tokens)
        if token.type == "th_open" and "table_close" not in {t.type for t in tokens[:place]}
    ]
    return ", ".join(head for head in heads if head)[:150]


def _ready_links(token: Token, notes: Notes) -> None:
    for child in token.children or []:
        if child.type != "link_open":
            continue
        address = str(child.attrs.get("href", ""))
        child.attrs.pop("title", None)
        if address.startswith("page:"):
            child.attrSet("href", notes.address % {"key": address.removeprefix("page:")})
        else:
            child.attrSet("rel", "noreferrer noopener")


def html_of(text: str, notes: Notes) -> str:
    """Safe HTML of a text; what it cites and explains is added to `notes`."""
    return cleaned(_Renderer().render_of(parse(text), notes)).strip()
