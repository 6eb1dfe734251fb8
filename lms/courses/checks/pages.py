"""Text: Markdown that is allowed, citations and terms that exist, pages of a length to read."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from markdown_it.token import Token
from pydantic import TypeAdapter, ValidationError

from lms.core.content.values import Key
from lms.core.text import N_, fold
from lms.courses.checks.subject import Subject, words_in
from lms.courses.folder import SourceFile
from lms.courses.markdown import (
    CALLOUTS,
    CONTAINERS,
    Part,
    Setting,
    inline_tokens,
    parse,
    parts_of,
    plain_text,
    sentences_of,
    word_count,
)
from lms.courses.values.page import FacilitatorNote, Page, Wellbeing

Say = Callable[..., None]
_KEY = TypeAdapter(Key)
_WORDS = range(250, 901)
_LONG_SENTENCE = 35
# Languages written with spaces between words, so that words can be counted.
_SPACED = frozenset({"en", "id", "ms", "vi", "fr", "es", "pt", "tl", "fil", "tr", "hi", "ar"})
# A table's row with a term whose bar is not escaped.
_BAR_IN_CELL = re.compile(r"^\s*\|.*\[\[[^\]|\\]*\|[^\]]*\]\]")
_FACILITATOR_HEADINGS = (
    "Purpose", "Timing", "Room", "Steps", "Debrief questions", "Common wrong answers",
    "Sensitive moments", "For 15 or for 35 people", "Without a connection",
)  # fmt: skip


NOT_CITED = N_("The page cites neither a guide nor a source. Add cites: to its head.")
NO_SUCH_SECTION = N_("%(key)s has no section %(place)s. It has: %(known)s.")
NO_SUCH_SOURCE = N_("%(key)s is neither a guide nor a source of content/guides.")
NO_SUCH_PAGE = N_("There is no page or task with the key %(key)s.")
NO_SUCH_LINK = N_("A link begins with https:// or, inside the course, with page: and a key.")
NOTE_WITHOUT_ALTERNATIVE = N_(
    "A content note needs alternative: the key of a page with equal credit."
)
NO_SUCH_ALTERNATIVE = N_("There is no page with the key %(key)s. Write it, or name another.")
NO_EQUAL_CREDIT = N_("%(key)s earns no equal credit: its head needs alternative_to: %(own)s.")
PICTURE_LACKS = N_("A figure needs %(name)s: in a line below ::: figure.")
PICTURE_WITHOUT_FIGURE = N_("Write a picture as ::: figure, so that it has a text alternative.")
SOUND_WITHOUT_TITLE = N_("A recording needs title: in a line below ::: sound.")
SOUND_WITHOUT_TRANSCRIPT = N_(
    "A recording needs its transcript: write below the title every word that is said."
)
LONG_ALTERNATIVE = N_("The alternative is longer than 300 characters. Put the rest below it.")


def check_pages(subject: Subject) -> None:
    """Bodies of Markdown files in every language, and prose inside YAML files."""
    for source in subject.reading.sources:
        if isinstance(source.value, Page | Wellbeing | FacilitatorNote):
            _check_body(subject, source)
        if source.value is not None:
            for path, text in words_in(source.value):
                check_prose(subject, source, path, text)
            _check_cited_keys(subject, source)
    for source, page in subject.pages:
        _check_page(subject, source, page)
    for source, note in subject.reading.of(FacilitatorNote):
        _check_facilitator(subject, source, note)


def check_prose(
    subject: Subject, source: SourceFile, path: tuple[str | int, ...], text: str
) -> None:
    """Words inside YAML: paragraphs, emphasis, lists, citations and terms; nothing larger."""

    def say(_line: int, sentence: str, **values: object) -> None:
        subject.error(source, path, sentence, **values)

    tokens = parse(text)
    if any(token.type in {"heading_open", "table_open", "hr"} for token in tokens):
        say(0, N_("Headings, tables and rules belong on a page, not here."))
    if any(line.startswith(":::") for line in text.split("\n")):
        say(0, N_("Call-outs belong on a page, not here."))
    _check_tokens(subject, tokens, say)


def _check_body(subject: Subject, source: SourceFile) -> None:
    parts = parts_of(source.body)
    for line, text in enumerate(source.body.split("\n")):
        if _BAR_IN_CELL.search(text):
            sentence = N_("The bar inside [[ ]] ends the cell of the table. Write \\| for it.")
            subject.error_at(source, line, sentence)
    for place, part in enumerate(parts):
        check = _PartCheck(subject, source, part, parts[place - 1] if place else None)
        check.all()


@dataclass
class _PartCheck:
    """One part of a body; lines of the part are lines of the body."""

    subject: Subject
    source: SourceFile
    part: Part
    before: Part | None

    def say(self, line: int, sentence: str, **values: object) -> None:
        self.subject.error_at(self.source, line, sentence, **values)

    def all(self) -> None:
        part = self.part
        offset = part.text_line
        tokens = part.tokens

        def say(line: int, sentence: str, **values: object) -> None:
            self.say(offset + line, sentence, **values)

        _check_tokens(self.subject, tokens, say)
        for token in tokens:
            if token.type == "heading_open":
                self.heading(token, offset)
        if part.name is not None:
            self.container(part)

    def heading(self, token: Token, offset: int) -> None:
        line = offset + (token.map[0] if token.map else 0)
        if self.part.name is not None:
            self.say(line, N_("A heading cannot stand inside a call-out. Close it first."))
        elif token.tag not in {"h2", "h3"}:
            self.say(line, N_("Headings of a page are ## and ###; the title is in the head."))

    def container(self, part: Part) -> None:
        if part.name not in CONTAINERS:
            sentence = N_("%(name)s is not a call-out. There are: %(known)s.")
            self.say(part.line, sentence, name=part.name or ":::", known=", ".join(CONTAINERS))
            return
        if not part.closed:
            self.say(part.line, N_("The call-out that begins here is never closed with :::."))
        for line in part.nested:
            self.say(line, N_("A call-out cannot begin inside another. Close the first with :::."))
        if part.name in CALLOUTS and not part.text.strip():
            self.say(part.line, N_("The call-out is empty. Write its text."))
        if part.name == "answer" and (self.before is None or self.before.name != "task"):
            self.say(part.line, N_("An answer must follow its ::: task at once."))
        if part.name == "content-note":
            self.content_note(part)
        elif part.name == "jurisdiction":
            self.jurisdiction(part)
        elif part.name == "figure":
            self.figure(part)
        elif part.name == "sound":
            self.sound(part)
        else:
            for name, setting in part.settings.items():
                self.say(setting.line, N_("%(name)s has no meaning in this call-out."), name=name)

    def content_note(self, part: Part) -> None:
        if not part.text.strip():
            self.say(part.line, N_("Say in the content note what follows, without its details."))
        setting = part.settings.get("alternative")
        if setting is None:
            self.say(part.line, NOTE_WITHOUT_ALTERNATIVE)
            return
        value = self.source.value
        key = value.key if isinstance(value, Page) else ""
        _check_alternative(self.subject, key, setting, self.say)

    def jurisdiction(self, part: Part) -> None:
        try:
            _KEY.validate_python(part.title)
        except ValidationError:
            sentence = N_("A jurisdiction note needs a key, as in ::: jurisdiction who-decides.")
            self.say(part.line, sentence)
        if not part.text.strip():
            self.say(part.line, N_("Write what a reader sees whose focal point left no note."))

    def figure(self, part: Part) -> None:
        names = {m.name for m in self.subject.reading.media if not m.is_recording}
        if part.title not in names:
            sentence = N_("There is no picture %(name)s in media/.")
            self.say(part.line, sentence, name=part.title or "(no name)")
        for name in ("alternative", "caption"):
            setting = part.settings.get(name)
            if setting is None or not setting.value:
                self.say(part.line, PICTURE_LACKS, name=name)
        wide = part.settings.get("wide")
        if wide and not (wide.value in names and wide.value.endswith(".svg")):
            sentence = N_("There is no drawing %(name)s in media/. A wide version is an SVG too.")
            self.say(wide.line, sentence, name=wide.value or "(no name)")
        alternative = part.settings.get("alternative")
        if alternative and len(alternative.value) > 300:
            self.say(alternative.line, LONG_ALTERNATIVE)

    def sound(self, part: Part) -> None:
        if isinstance(self.source.value, FacilitatorNote):
            self.say(part.line, N_("A recording stands on a page that learners open, not here."))
        recordings = {m.name for m in self.subject.reading.media if m.is_recording}
        if part.title not in recordings:
            sentence = N_("There is no recording %(name)s in media/.")
            self.say(part.line, sentence, name=part.title or "(no name)")
        title = part.settings.get("title")
        if title is None or not _says_something(title.value):
            self.say(part.line, SOUND_WITHOUT_TITLE)
        if not _says_something(plain_text(part.tokens)):
            self.say(part.line, SOUND_WITHOUT_TRANSCRIPT)
        for name, setting in part.settings.items():
            if name != "title":
                self.say(setting.line, N_("%(name)s has no meaning in this call-out."), name=name)


def _says_something(words: str) -> bool:
    """Whether there is a letter of any script; dots left where words were to come are none."""
    return any(letter.isalpha() for letter in words)


def _check_alternative(subject: Subject, key: str, setting: Setting, say: Say) -> None:
    found = subject.activities.get(setting.value)
    if found is None:
        if setting.value not in subject.unread_keys:
            say(setting.line, NO_SUCH_ALTERNATIVE, key=setting.value)
        return
    page = found[1]
    if not isinstance(page, Page) or page.alternative_to != key:
        say(setting.line, NO_EQUAL_CREDIT, key=setting.value, own=key)


def _check_tokens(subject: Subject, tokens: list[Token], say: Say) -> None:
    for token in tokens:
        if token.type == "html_block":
            line = token.map[0] if token.map else 0
            say(line, N_("HTML cannot stand here. Write Markdown."))
    for child, line in inline_tokens(tokens):
        if child.type == "html_inline":
            say(line, N_("HTML cannot stand here. Write Markdown."))
        elif child.type == "image":
            say(line, PICTURE_WITHOUT_FIGURE)
        elif child.type == "cite":
            _check_citation(subject, child.content, line, say)
        elif child.type == "term":
            if fold(child.content) not in subject.terms and not _glossary_unread(subject):
                sentence = N_("%(word)s is not a term of glossary.yaml.")
                say(line, sentence, word=child.content)
        elif child.type == "link_open":
            _check_link(subject, str(child.attrs.get("href", "")), line, say)


def _glossary_unread(subject: Subject) -> bool:
    return any(s.path == "glossary.yaml" and s.value is None for s in subject.reading.sources)


def _check_link(subject: Subject, address: str, line: int, say: Say) -> None:
    if address.startswith("page:"):
        key = address.removeprefix("page:")
        if key not in subject.activities and key not in subject.unread_keys:
            say(line, NO_SUCH_PAGE, key=key)
    elif not address.startswith("https://"):
        say(line, NO_SUCH_LINK)


def _check_citation(subject: Subject, citation: str, line: int, say: Say) -> None:
    if subject.registry.reference(citation) is not None:
        return
    key, _, place = citation.partition(":")
    if key in subject.registry.guides:
        guide = subject.registry.guides[key]
        known = ", ".join(section.key for section in guide.sections) or N_("none yet")
        say(line, NO_SUCH_SECTION, key=key, place=place, known=known)
    else:
        say(line, NO_SUCH_SOURCE, key=key)


def _check_cited_keys(subject: Subject, source: SourceFile) -> None:
    """`cites` and `sources` in heads and YAML."""
    value = source.value
    for name in ("cites",):
        for place, citation in enumerate(getattr(value, name, ())):
            path = (name, place)
            _check_citation(subject, citation, 0, _sayer(subject, source, path))
    for place, question in enumerate(getattr(value, "questions", ())):
        for number, citation in enumerate(getattr(question, "sources", ())):
            where = ("questions", place, "sources", number)
            _check_citation(subject, citation, 0, _sayer(subject, source, where))
    note = getattr(value, "content_note", None)
    if note is not None:
        setting = Setting(note.alternative, 0)
        say = _sayer(subject, source, ("content_note", "alternative"))
        _check_alternative(subject, str(getattr(value, "key", "")), setting, say)


def _sayer(subject: Subject, source: SourceFile, path: tuple[str | int, ...]) -> Say:
    def say(_line: int, sentence: str, **values: object) -> None:
        subject.error(source, path, sentence, **values)

    return say


def _check_page(subject: Subject, source: SourceFile, page: Page) -> None:
    cited = bool(page.cites) or "[@" in page.body
    if not cited:
        subject.warn(source, (), NOT_CITED)
    if not page.objectives and page.alternative_to is None:
        subject.warn(source, (), N_("The page names no objective. Add objectives: to its head."))
    language = subject.reading.own_language
    if language not in _SPACED:
        return
    words = word_count(page.body)
    if words not in _WORDS:
        sentence = N_("The page has %(words)s words. Between 250 and 900 read well in one sitting.")
        subject.warn(source, (), sentence, words=words)
    # 60 words a minute is slow reading in a third language with a task; 300 is skimming.
    if not words / 300 <= page.minutes <= max(8, words / 40):
        sentence = N_("%(minutes)s minutes for %(words)s words is unlikely.")
        subject.warn(source, ("minutes",), sentence, minutes=page.minutes, words=words)
    _check_sentences(subject, source)
    notes: dict[str, int] = {}
    for part in parts_of(page.body):
        if part.name == "jurisdiction":
            if part.title in notes:
                sentence = N_("The jurisdiction note %(key)s stands twice on this page.")
                subject.error_at(source, part.line, sentence, key=part.title)
            notes[part.title] = part.line


def _check_sentences(subject: Subject, source: SourceFile) -> None:
    """Long sentences are hard in a second or third language."""
    for part in parts_of(source.body):
        # What was said was said: a transcript is not shortened.
        for text, line in sentences_of(part.text if part.name != "sound" else ""):
            words = len(text.split())
            if words > _LONG_SENTENCE:
                sentence = N_(
                    'A sentence of %(words)s words stands here ("%(start)s …"). Divide it.'
                )
                start = " ".join(text.split()[:5])
                at = part.text_line + line
                subject.warn_at(source, at, sentence, words=words, start=start)


def _check_facilitator(subject: Subject, source: SourceFile, note: FacilitatorNote) -> None:
    if subject.reading.own_language != "en":
        return
    headings = {
        fold(line.removeprefix("##").strip())
        for line in note.body.split("\n")
        if line.startswith("## ")
    }
    missing = [name for name in _FACILITATOR_HEADINGS if fold(name) not in headings]
    if missing:
        sentence = N_("Facilitators look for these headings, which are missing: %(names)s.")
        subject.warn(source, (), sentence, names=", ".join(missing))
