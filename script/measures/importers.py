"""Thousands of damaged, hostile and large files for every importer: refused in words, or read."""

import io
import os
import random
import resource
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import docx
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from PIL import Image

from lms.authoring.rules.questions.aiken import read_aiken
from lms.authoring.rules.questions.gift import read_gift
from lms.authoring.rules.questions.moodle_xml import read_moodle_xml
from lms.authoring.rules.questions.qti import read_qti
from lms.core.errors import BadInputError
from lms.core.uploads.kinds import Kind, check_upload
from lms.core.uploads.pictures import written_anew
from lms.core.uploads.sounds import sound_anew
from lms.guides.readers.child import read_file
from script.measures.fault_rows import fault_row
from script.measures.frame import Row
from tests.guides.files import make_pdf
from tests.guides.hostile import damaged, files_of, read_here
from tests.support.recordings import id3, m4a, mp3

EXAMPLES = 3_000
SLOWEST = 5.0
"""CPU seconds that no small file may take."""
PAGES = 300
LARGE = 48 * 1024 * 1024
"""Bytes of the large files; 50 MB are taken."""
MOST_SECONDS = 60.0
MOST_MEGABYTES = 500.0

_QUESTIONS = st.text(alphabet="ab ={}~#:%->\\\n1.TF/[]$<>&;\"'", max_size=400)
_XML = st.lists(
    st.sampled_from(
        ["<quiz>", "</quiz>", '<question type="multichoice">', "</question>", "<name><text>",
         "</text></name>", '<answer fraction="100">', "</answer>", "<assessmentItem>", "<text>",
         "</text>", "<itemBody>", "<choiceInteraction>", "&lt;", "<![CDATA[", "]]>", "<!DOCTYPE a>",
         "<a " * 20, "words", "\0"]
    ),
    max_size=30,
).map(lambda parts: "".join(parts).encode())  # fmt: skip

MOODLE = b"""<?xml version="1.0" encoding="UTF-8"?><quiz><question type="truefalse"><name><text>One
</text></name><questiontext format="html"><text><![CDATA[<p>Is it &amp; so?</p>]]></text>
</questiontext><answer fraction="100"><text>true</text></answer><answer fraction="0"><text>false
</text></answer></question></quiz>"""
QTI = b"""<assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p1"
identifier="one" title="One">
<responseDeclaration identifier="R" cardinality="single" baseType="identifier"><correctResponse>
<value>A</value></correctResponse></responseDeclaration><itemBody><choiceInteraction
responseIdentifier="R"><prompt>Which?</prompt><simpleChoice identifier="A">This</simpleChoice>
<simpleChoice identifier="B">That</simpleChoice></choiceInteraction></itemBody></assessmentItem>"""


@dataclass
class Found:
    """What came of all examples of one importer."""

    examples: int = 0
    refused: int = 0
    slowest: float = 0.0


def tried(draw: st.SearchStrategy[object], read: Callable[[object], bool]) -> Found:
    """Give an importer EXAMPLES files. What it raises besides its refusal ends the measure."""
    found = Found()

    @settings(
        max_examples=EXAMPLES, deadline=None, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(draw)
    def try_one(content: object) -> None:
        begun = time.process_time()
        found.refused += not read(content)
        found.examples += 1
        found.slowest = max(found.slowest, time.process_time() - begun)

    try_one()
    return found


def _taken(read: Callable[[Any], object]) -> Callable[[object], bool]:
    """Whether an importer took a file; BadInputError is its refusal."""

    def took(content: object) -> bool:
        try:
            read(content)
        except BadInputError:
            return False
        return True

    return took


def _as_upload(content: object) -> object:
    """An upload: told by its bytes, and a picture written anew."""
    if not isinstance(content, bytes):
        raise TypeError("An upload is bytes.")
    kind = check_upload(content, frozenset(Kind))
    return written_anew(content) if kind in {Kind.PNG, Kind.JPEG} else kind


def _sound_twice(content: object) -> object:
    """A recording with nothing but its sound, which is what it is when that is done again."""
    if not isinstance(content, bytes):
        raise TypeError("A recording is bytes.")
    bare = sound_anew(content)
    if sound_anew(bare.content) != bare:
        raise AssertionError("A bare recording changed when it was made bare again.")
    return bare


def small_files() -> Iterator[tuple[str, Found]]:
    """Every importer by name with what came of its examples."""
    for kind in ("pdf", "docx", "html", "markdown"):
        yield f"guide, {kind}", tried(files_of(kind), _reader(kind))
    others: tuple[tuple[str, Callable[[Any], object], st.SearchStrategy[Any]], ...] = (
        ("questions, GIFT", read_gift, _QUESTIONS),
        ("questions, Aiken", read_aiken, _QUESTIONS),
        ("questions, Moodle XML", read_moodle_xml, damaged(MOODLE) | _XML),
        ("questions, QTI", read_qti, damaged(QTI) | _XML),
        ("recordings, MP3", _sound_twice, damaged(id3("words") + mp3(2))),
        ("recordings, M4A", _sound_twice, damaged(m4a(words=b"words"))),
        ("any upload", _as_upload, st.binary(max_size=400) | files_of("docx") | files_of("pdf")),
    )
    for name, read, draw in others:
        yield name, tried(draw, _taken(read))


def _reader(kind: str) -> Callable[[object], bool]:
    def took(content: object) -> bool:
        if not isinstance(content, bytes):
            raise TypeError("A guide's file is bytes.")
        return not isinstance(read_here(kind, content), str)

    return took


@dataclass
class Large:
    """A large guide read by the process that reads them: seconds, and a bound of its memory.

    Linux counts what this process held when it started the other one as that one's own.
    """

    name: str
    size: int
    sections: int
    seconds: float
    megabytes: float

    @property
    def held(self) -> bool:
        return self.seconds < MOST_SECONDS and self.megabytes < MOST_MEGABYTES


def large_files() -> Iterator[Large]:
    """A PDF and a Word document of 300 pages and 48 MB each."""
    for kind, content in (("pdf", _large_pdf()), ("docx", _large_docx())):
        begun = time.monotonic()
        guide = read_file(kind, io.BytesIO(content), lambda _done, _total: None)
        seconds = time.monotonic() - begun
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        yield Large(
            f"guide, {kind}, {PAGES} pages", len(content), len(guide.sections), seconds, peak
        )


def _words(number: int) -> str:
    chosen = random.Random(number)  # noqa: S311 - the same text at each run
    return " ".join("".join(chosen.choices("aeiourstnlm", k=6)) for _ in range(420))


def _large_pdf() -> bytes:
    """Pages with an outline, and a picture nobody looks at behind them."""
    chapters = [
        (f"Chapter {number}", [("", ""), (f"Section {number}.1", _words(number))])
        for number in range(1, PAGES + 1)
    ]
    written = make_pdf(chapters)
    return written + b"\n%" + os.urandom(LARGE - len(written)).replace(b"\n", b" ")


def _large_docx() -> bytes:
    document = docx.Document()
    for number in range(1, PAGES + 1):
        document.add_heading(f"Section {number}", 1 + number % 3)
        document.add_paragraph(_words(number))
    for _ in range(16):
        picture = io.BytesIO()
        Image.frombytes("RGB", (1000, 1000), os.urandom(3_000_000)).save(picture, "PNG")
        picture.seek(0)
        document.add_picture(picture)
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def importers() -> Iterator[Row]:
    """Thousands of damaged and hostile files, and the largest ones: read, or refused in words."""
    for name, found in small_files():
        yield fault_row(
            f"damaged and hostile files: {name}",
            "none",
            meanwhile=f"{found.examples} files",
            lost="nothing",
            seen=f"{found.refused} refused in words, none broke it; slowest {found.slowest:.2f} s",
            well_after=None,
            is_held=found.examples >= EXAMPLES // 2 and found.slowest < SLOWEST,
        )
    for large in large_files():
        yield fault_row(
            f"the largest file: {large.name}",
            "none",
            meanwhile=f"{large.size / 1024 / 1024:.0f} MB, {large.sections} sections",
            lost="nothing",
            seen=f"read in {large.seconds:.1f} s with at most {large.megabytes:.0f} MB",
            well_after=None,
            is_held=large.held,
        )
