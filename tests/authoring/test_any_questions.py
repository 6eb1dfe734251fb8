"""Whatever is sent as a file of questions ends in questions, in sentences, or in one sentence.

Nothing here expects an exception but BadInputError; what was read can be written into a bank
and read again unchanged.
"""

from __future__ import annotations

import contextlib
import io
import zipfile
from xml.etree.ElementTree import Element, SubElement, tostring

from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as some

from lms.authoring.rules.bank.changing import with_new
from lms.authoring.rules.bank.incoming import Defaults, Standing, preview
from lms.authoring.rules.bank.reading import read_bank, read_bank_file
from lms.authoring.rules.questions.any_format import Format, read_any
from lms.authoring.rules.questions.taken import Taken
from lms.core.errors import BadInputError

thorough = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
WORDS = some.text(max_size=12) | some.sampled_from(
    ["A", "yes", "no", "1", "-1", "1e999", "nan", "100", "33.33333", "true", "<p>a<br></p>",
     "[[1]]", "{gap-1}", "&lt;", "# x", "- a", ": ", " #", "\u202e", "a\nb", "2..1", "=b", "x:y"]
)  # fmt: skip
GIFT_PARTS = some.sampled_from(
    ["::", "{", "}", "=", "~", "%50%", "%-10%", "#", "####", "->", "\\", "\n", "\n\n", "TRUE", "T",
     "[html]", "[markdown]", "$CATEGORY: a/b", "// [id:a] [tag:type:multiple]", "#3:1", "#1..2"]
)  # fmt: skip
FORMATS = some.sampled_from([{}, {"format": "markdown"}, {"format": "html"}])
QTI_PARTS = some.sampled_from(["simpleChoice", "simpleMatchSet", "inlineChoice", "prompt"])
AIKEN_LINES = some.sampled_from(["A. one", "B) two", "ANSWER: A", "ANSWER: z", "ANSWER:", "", "C."])


def kept(taken: Taken) -> None:
    """Every question that would be new stands in a bank as it was judged."""
    found = preview(taken, read_bank({}), ["signs"], Defaults("signs", "palermo-protocol:3"))
    new = [one.item for one in found.items if one.standing is Standing.NEW]
    assert len({item.key for item in new}) == len(new)
    if new:
        content = with_new(None, "bank/x.yaml", [dict(item.tree) for item in new])
        read = read_bank_file("bank/x.yaml", content)
        assert read.problems == ()
        assert [item.text for item in read.items] == [item.text for item in new]
        again = preview(taken, read_bank({"bank/x.yaml": content}), ["signs"], Defaults())
        assert Standing.NEW not in {one.standing for one in again.items}


def read(content: bytes, form: Format) -> None:
    with contextlib.suppress(BadInputError):
        _, taken = read_any(content, form)
        kept(taken)


@thorough
@given(some.lists(WORDS | GIFT_PARTS, max_size=24))
@example(["q", "{", "=", "\u0085", "\v", "~", "b", "}"])
def test_any_gift(parts: list[str]) -> None:
    read("".join(parts).encode("utf-8", "ignore"), Format.GIFT)


@thorough
@given(some.lists(WORDS | AIKEN_LINES, max_size=14))
def test_any_aiken(lines: list[str]) -> None:
    read("\n".join(lines).encode("utf-8", "ignore"), Format.AIKEN)


@some.composite
def moodle_files(draw: some.DrawFn) -> bytes:
    kinds = ["multichoice", "truefalse", "shortanswer", "numerical", "matching", "ordering",
             "gapselect", "essay", "cloze", "x"]  # fmt: skip
    quiz = Element("quiz")
    for _ in range(draw(some.integers(0, 3))):
        question = SubElement(quiz, "question", type=draw(some.sampled_from(kinds)))
        for name in (
            "name",
            "questiontext",
            "idnumber",
            "generalfeedback",
            "single",
            "graderinfo",
            "attachments",
            "responseformat",
        ):
            if draw(some.booleans()):
                part = SubElement(
                    question, name, draw(some.sampled_from([{}, {"format": "markdown"}]))
                )
                SubElement(part, "text").text = draw(WORDS)
        for _ in range(draw(some.integers(0, 4))):
            name = draw(some.sampled_from(["answer", "subquestion", "selectoption"]))
            answer = SubElement(question, name, fraction=draw(WORDS))
            for inner in ("text", "feedback", "answer", "tolerance", "group"):
                if draw(some.booleans()):
                    SubElement(answer, inner).text = draw(WORDS)
    return tostring(quiz, encoding="utf-8")


@thorough
@given(moodle_files(), some.integers(0, 300), some.binary(max_size=3))
def test_any_moodle_xml(content: bytes, at: int, junk: bytes) -> None:
    read(content, Format.MOODLE)
    read(content[:at] + junk + content[at:], Format.MOODLE)


@some.composite
def qti_items(draw: some.DrawFn) -> bytes:
    kinds = ["choiceInteraction", "orderInteraction", "matchInteraction", "textEntryInteraction",
             "inlineChoiceInteraction", "extendedTextInteraction", "hotspot"]  # fmt: skip
    item = Element("assessmentItem", identifier=draw(WORDS), title=draw(WORDS))
    declared = SubElement(
        item, "responseDeclaration", identifier="R",
        cardinality=draw(some.sampled_from(["single", "multiple", "ordered"])),
        baseType=draw(some.sampled_from(["identifier", "integer", "string", "pair"])),
    )  # fmt: skip
    correct = SubElement(declared, "correctResponse")
    for _ in range(draw(some.integers(0, 3))):
        SubElement(correct, "value").text = draw(some.sampled_from(["a", "b", "a b", "7", "x"]))
    mapping = SubElement(declared, "mapping")
    for _ in range(draw(some.integers(0, 2))):
        SubElement(mapping, "mapEntry", mapKey=draw(WORDS), mappedValue=draw(WORDS))
    body = SubElement(item, "itemBody")
    SubElement(body, "p").text = draw(WORDS)
    for _ in range(draw(some.integers(0, 2))):
        found = SubElement(body, draw(some.sampled_from(kinds)), responseIdentifier="R")
        for _ in range(draw(some.integers(0, 2))):
            name = draw(
                some.sampled_from(["simpleChoice", "simpleMatchSet", "inlineChoice", "prompt"])
            )
            part = SubElement(found, name, identifier=draw(some.sampled_from(["a", "b"])))
            part.text = draw(WORDS)
            if draw(some.booleans()):
                inner = SubElement(part, "simpleAssociableChoice", identifier="a")
                inner.text = draw(WORDS)
    return tostring(item, encoding="utf-8")


@thorough
@given(some.lists(qti_items(), max_size=3), some.integers(0, 400), some.binary(max_size=3))
def test_any_qti(items: list[bytes], at: int, junk: bytes) -> None:
    assume(items)
    read(items[0], Format.QTI)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for number, item in enumerate(items):
            archive.writestr(f"{number}.xml", item)
    content = packed.getvalue()
    read(content, Format.QTI)
    read(content[:at] + junk + content[at:], Format.QTI)
