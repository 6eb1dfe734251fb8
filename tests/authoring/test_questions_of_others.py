"""Questions of other systems are read whole, or left out with a sentence; nothing is guessed."""

from __future__ import annotations

import io
import zipfile
from decimal import Decimal
from fractions import Fraction

import pytest
import yaml

from config import ROOT
from lms.authoring.rules.questions.aiken import read_aiken
from lms.authoring.rules.questions.gift import read_gift
from lms.authoring.rules.questions.moodle_xml import read_moodle_xml
from lms.authoring.rules.questions.qti import read_qti
from lms.authoring.rules.questions.taken import Kind, Taken, TakenQuestion, from_html
from lms.authoring.rules.questions.written import as_gift, as_moodle_xml, known_again
from lms.core.errors import BadInputError
from lms.courses.values.question import Bank
from lms.guides.registry import read_registry

COURSES = ROOT / "content" / "courses"
REGISTRY, _ = read_registry(ROOT / "content" / "guides")


def only(taken: Taken) -> TakenQuestion:
    assert taken.left_out == ()
    (question,) = taken.questions
    return question


def why(taken: Taken) -> str:
    assert taken.questions == ()
    (left,) = taken.left_out
    return left.why.sentence % dict(left.why.values)


def right(question: TakenQuestion) -> list[str]:
    return [option.text for option in question.answers.options if option.credit == 1]


def test_gift_choice_has_title_feedback_category_identifier_and_tags() -> None:
    question = only(
        read_gift(
            "$CATEGORY: Border/First line\n\n"
            "// a remark [id:papers-kept] [tag:indicators]\n"
            "::Papers:: Who keeps the papers?{\n"
            "~The worker#That is usual.\n=The agent#Ask more.\n~Nobody\n"
            "####One sign is a reason to ask.}\n"
        )
    )
    assert question.answers.kind is Kind.SINGLE
    assert (question.name, question.key, question.category) == (
        "Papers",
        "papers-kept",
        "Border/First line",
    )
    assert question.tags == ("indicators",)
    assert right(question) == ["The agent"]
    assert question.answers.options[0].feedback == "That is usual."
    assert question.rationale == "One sign is a reason to ask."
    assert question.line == 4


def test_gift_shares_of_credit_ask_for_several_answers() -> None:
    question = only(read_gift("Which two? {~%50%fear ~%50%shame ~%-100%pride ~luck}"))
    assert question.answers.kind is Kind.MULTIPLE
    assert right(question) == ["fear", "shame"]
    assert [note.sentence for note in question.notes] == [
        "Answers that take points away count as wrong here."
    ]


def test_gift_escapes_are_characters_and_not_signs() -> None:
    question = only(read_gift(r"Is 2 \= 2\: {=yes\, \{always\} ~no \~ never ~a\#b}"))
    assert question.prompt == "Is 2 = 2:"
    assert [option.text for option in question.answers.options] == [
        r"yes\\, {always}",
        "no ~ never",
        "a#b",
    ]


def test_gift_true_false_gives_each_answer_its_own_feedback() -> None:
    question = only(read_gift("A child can agree.{FALSE#Look at the age.#Yes, it has no weight.}"))
    said_true, said_false = question.answers.options
    assert (said_true.credit, said_true.feedback) == (Fraction(0), "Look at the age.")
    assert (said_false.credit, said_false.feedback) == (Fraction(1), "Yes, it has no weight.")


@pytest.mark.parametrize(
    ("answers", "answer", "tolerance"),
    [
        ("#3", "3", "0"),
        ("#3.14:0.01", "3.14", "0.01"),
        ("#10..20", "15", "5"),
        ("#=7:1 =%50%8", "7", "1"),
    ],
)
def test_gift_numbers_have_a_tolerance(answers: str, answer: str, tolerance: str) -> None:
    question = only(read_gift(f"How many?{{{answers}}}"))
    assert question.answers.number is not None
    assert question.answers.number.answer == Decimal(answer)
    assert question.answers.number.tolerance == Decimal(tolerance)


def test_gift_matching_and_short_answers_and_missing_words() -> None:
    match = only(read_gift("Match.{=act -> recruit =means -> deceive}"))
    assert [(pair.item, pair.choice) for pair in match.answers.pairs] == [
        ("act", "recruit"),
        ("means", "deceive"),
    ]
    short = only(read_gift("The age is {=18 =eighteen} years."))
    assert short.answers.kind is Kind.SHORT_ANSWER
    assert short.prompt == "The age is \\_\\_\\_\\_\\_ years."


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("Only words.", "This is a text without answers."),
        ("Which?{~a ~b}", "No answer of this question is right."),
        ("Which?{=a =b ~c}", "Only one answer may be chosen, but 2 answers are right."),
        ("Which?{a b}", "The answers begin with neither = nor ~."),
        ("Which?{=a", "The answers begin with { and do not end with }."),
        ("Two {=a} and {=b}", "This question has answers in several places."),
        ("How many?{#many}", "“many” is not a number."),
        ("How many?{#9..3}", "The range of numbers ends before it begins."),
        ("Match.{=a -> b =c}", "Some answers have -> between two parts"),
        ("{=a}", "This question has no words."),
    ],
)
def test_gift_question_that_cannot_be_taken_says_why(text: str, sentence: str) -> None:
    assert why(read_gift(text)).startswith(sentence)


def test_one_bad_question_does_not_cost_the_others() -> None:
    taken = read_gift("One?{=a ~b}\n\nTwo?{~a}\n\nThree?{T}")
    assert [question.place for question in taken.questions] == [1, 3]
    assert [(left.place, left.line) for left in taken.left_out] == [(2, 3)]


def test_marks_in_plain_text_are_shown_and_not_obeyed() -> None:
    question = only(read_gift("# Not *bold* [link](x) <b>{=a ~b}"))
    assert question.prompt == "\\# Not \\*bold\\* \\[link\\](x) \\<b\\>"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("1. one", "1\\. one"),
        ("## head", "\\## head"),
        ("::: case", "\\::: case"),
        ("-5 degrees", "-5 degrees"),
        ("<p>a *b*\n c [d]<br></p> <p>&lt;e&gt;</p>", "a \\*b\\* c \\[d\\]\n\n\\<e\\>"),
    ],
)
def test_words_that_look_like_marks_of_ours_stay_words(written: str, shown: str) -> None:
    assert from_html(written, []) == shown


def test_aiken_reads_answers_over_several_lines_and_names_what_is_missing() -> None:
    taken = read_aiken(
        "Who decides?\nA. The officer\nB) The team\nwith time\nANSWER: b\n\n"
        "And then?\nA. Nobody\nANSWER: C\n\nLeft alone\nA. x\n"
    )
    (question,) = taken.questions
    assert right(question) == ["The team with time"]
    assert [left.why.sentence for left in taken.left_out] == [
        "ANSWER: names no answer of this question.",
        "No line with ANSWER: follows this question.",
    ]


def moodle(questions: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<quiz>\n{questions}\n</quiz>'.encode()


def test_moodle_choice_is_read_with_its_html_as_markdown() -> None:
    question = only(
        read_moodle_xml(
            moodle(
                '<question type="category"><category><text>$course$/Screening</text></category>'
                '</question>\n<question type="multichoice"><name><text>Need</text></name>'
                '<questiontext format="html"><text><![CDATA[<p>First <b>need</b>?</p>'
                '<img src="@@PLUGINFILE@@/a.png" alt="a cup"><script>x()</script>]]></text>'
                "</questiontext><generalfeedback><text>Needs first.</text></generalfeedback>"
                "<single>true</single><idnumber>needs-first</idnumber>"
                '<answer fraction="100" format="html"><text>Water</text>'
                "<feedback><text>Yes.</text></feedback></answer>"
                '<answer fraction="0"><text>A file</text></answer>'
                '<answer fraction="0"><text>A name</text></answer>'
                "<tags><tag><text>screening</text></tag></tags></question>"
            )
        )
    )
    assert question.prompt == "First **need**?\n\na cup"
    assert (question.category, question.key, question.tags) == (
        "Screening",
        "needs-first",
        ("screening",),
    )
    assert right(question) == ["Water"]
    assert question.line == 4
    assert "picture was left out" in question.notes[0].sentence


def test_moodle_thirds_make_a_question_with_several_answers() -> None:
    answers = "".join(
        f'<answer fraction="33.33333"><text>{word}</text></answer>' for word in ("a", "b", "c")
    )
    question = only(
        read_moodle_xml(
            moodle(
                '<question type="multichoice"><name><text>n</text></name><questiontext><text>q'
                f"</text></questiontext><single>false</single>{answers}</question>"
            )
        )
    )
    assert question.answers.kind is Kind.MULTIPLE
    assert right(question) == ["a", "b", "c"]


@pytest.mark.parametrize("kind", ["description", "cloze", "calculated", "ddmarker"])
def test_moodle_type_we_do_not_have_is_named_and_left_out(kind: str) -> None:
    taken = read_moodle_xml(
        moodle(f'<question type="{kind}"><name><text>n</text></name></question>')
    )
    assert why(taken)


@pytest.mark.parametrize(
    "content",
    [
        b"<quiz><question></quiz>",
        b"<html/>",
        b"",
        b"PK\x03\x04",
        b'<!DOCTYPE quiz [<!ENTITY a "b">]><quiz>&a;</quiz>',
        b'<!DOCTYPE quiz SYSTEM "file:///etc/passwd"><quiz/>',
        '<?xml version="1.0" encoding="utf-16"?><quiz/>'.encode("utf-16"),
        b"<quiz>" + b"<a>" * 60 + b"</a>" * 60 + b"</quiz>",
        b"<quiz>" + b"<a/>" * 400_001 + b"</quiz>",
    ],
)
def test_moodle_file_that_is_none_ends_in_one_sentence(content: bytes) -> None:
    with pytest.raises(BadInputError) as error:
        read_moodle_xml(content)
    assert error.value.sentence.endswith(".")


def qti(body: str, declaration: str, title: str = "Item") -> bytes:
    return (
        '<assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p1" identifier="need-first"'
        f' title="{title}"><responseDeclaration identifier="R" {declaration}'
        f"</responseDeclaration><itemBody><p>Case.</p>{body}</itemBody></assessmentItem>"
    ).encode()


def test_qti_choice_keeps_feedback_and_prompt_in_order() -> None:
    question = only(
        read_qti(
            qti(
                '<choiceInteraction responseIdentifier="R"><prompt>What first?</prompt>'
                '<simpleChoice identifier="a">Water<feedbackInline>Yes.</feedbackInline>'
                '</simpleChoice><simpleChoice identifier="b">A file</simpleChoice>'
                "</choiceInteraction>",
                'cardinality="single"><correctResponse><value>a</value></correctResponse>',
            )
        )
    )
    assert question.prompt == "Case.\n\nWhat first?"
    assert (question.key, question.name) == ("need-first", "Item")
    assert [(option.text, option.feedback) for option in question.answers.options] == [
        ("Water", "Yes."),
        ("A file", ""),
    ]
    assert right(question) == ["Water"]


def test_qti_order_match_and_text_are_read_from_the_correct_response() -> None:
    order = only(
        read_qti(
            qti(
                '<orderInteraction responseIdentifier="R"><simpleChoice identifier="x">Two'
                '</simpleChoice><simpleChoice identifier="y">One</simpleChoice></orderInteraction>',
                'cardinality="ordered"><correctResponse><value>y</value><value>x</value>'
                "</correctResponse>",
            )
        )
    )
    assert order.answers.steps == ("One", "Two")
    match = only(
        read_qti(
            qti(
                '<matchInteraction responseIdentifier="R"><simpleMatchSet>'
                '<simpleAssociableChoice identifier="a">Debt</simpleAssociableChoice>'
                "</simpleMatchSet><simpleMatchSet>"
                '<simpleAssociableChoice identifier="m">Means</simpleAssociableChoice>'
                '<simpleAssociableChoice identifier="n">Act</simpleAssociableChoice>'
                "</simpleMatchSet></matchInteraction>",
                'cardinality="multiple"><correctResponse><value>a m</value></correctResponse>',
            )
        )
    )
    assert [(pair.item, pair.choice) for pair in match.answers.pairs] == [
        ("Debt", "Means"),
        ("", "Act"),
    ]
    number = only(
        read_qti(
            qti(
                '<textEntryInteraction responseIdentifier="R"/>',
                'cardinality="single" baseType="integer"><correctResponse><value>18</value>'
                "</correctResponse>",
            )
        )
    )
    assert number.answers.number is not None
    assert number.answers.number.answer == 18


def test_qti_package_is_read_in_order_and_a_dishonest_one_is_refused() -> None:
    item = qti(
        '<choiceInteraction responseIdentifier="R"><simpleChoice identifier="a">x</simpleChoice>'
        "</choiceInteraction>",
        'cardinality="single"><correctResponse><value>a</value></correctResponse>',
    )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("imsmanifest.xml", "<manifest/>")
        archive.writestr("items/two.xml", item.replace(b'title="Item"', b'title="Second"'))
        archive.writestr("items/one.xml", item.replace(b'title="Item"', b'title="First"'))
        archive.writestr("items/zzz.xml", qti("<drawingInteraction/>", ">"))
    taken = read_qti(packed.getvalue())
    assert [question.name for question in taken.questions] == ["First", "Second"]
    assert [left.why.values for left in taken.left_out] == [{"type": "drawingInteraction"}]
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.xml", b"0" * 40_000_000)
    for content in (bomb.getvalue(), packed.getvalue()[:-30], b"PK\x03\x04"):
        with pytest.raises(BadInputError):
            read_qti(content)


GAPS = """\
questions:
  - key: first-minute
    type: gap-select
    objective: o
    prompt: First make the place {place}, then *ask* what she {need} \u2013 and {place-2}.
    gaps:
      - key: need
        options:
          - {key: a, text: carries}
          - {key: b, text: needs & wants, right: true}
        feedback: Needs first.
      - key: place
        options:
          - {key: a, text: safe, right: true}
          - {key: b, text: full}
        feedback: Safety first.
      - key: place-2
        options:
          - {key: a, text: full}
          - {key: b, text: wait, right: true}
        feedback: Time.
    rationale: Safety, then needs.
    sources: [protocol]
  - key: in-your-words
    type: essay
    objective: o
    prompt: How would you begin?
    rubric:
      - key: place
        text: It begins with the place.
        levels:
          - {points: 0, text: It does not.}
          - {points: 2, text: It does.}
    rationale: "A good text: {safe} first."
    sources: [protocol]
  - key: your-sketch
    type: file
    objective: o
    prompt: Draw the room.
    rubric:
      - key: door
        text: The door is drawn.
        levels:
          - {points: 0, text: It is not.}
          - {points: 1, text: It is.}
    rationale: The door must be seen from every chair.
    sources: [protocol]
"""


def test_texts_with_gaps_and_essays_go_out_and_come_back_as_our_own() -> None:
    bank = Bank.model_validate({"file": "bank/a.yaml", **yaml.safe_load(GAPS)})
    gaps, essay, file = bank.questions
    text, left_out = as_gift([gaps, essay, file])
    assert left_out == (gaps, file)
    from_gift = only(read_gift(text))
    again, essay_again, file_again = read_moodle_xml(as_moodle_xml([gaps, essay, file])).questions
    assert known_again(file_again, file)
    assert file_again.answers.kind is Kind.FILE
    assert known_again(from_gift, essay)
    assert known_again(essay_again, essay)
    assert known_again(again, gaps)
    assert not known_again(again, essay)
    assert from_gift.answers.kind is Kind.ESSAY
    assert from_gift.rationale == "A good text: {safe} first."
    assert "It begins with the place." in essay_again.answers.guidance
    assert again.prompt == (
        "First make the place {gap-1}, then *ask* what she {gap-2} \u2013 and {gap-3}."
    )
    assert [
        [option.text for option in gap.options if option.credit == 1] for gap in again.answers.gaps
    ] == [["safe"], ["needs & wants"], ["wait"]]


def test_moodle_gaps_share_a_list_by_group_and_one_that_leads_nowhere_is_told() -> None:
    def gapselect(text: str) -> bytes:
        choices = "".join(
            f"<selectoption><text>{word}</text><group>{group}</group></selectoption>"
            for word, group in (("cat", 1), ("mat", 2), ("dog", 1))
        )
        return moodle(
            '<question type="gapselect"><name><text>n</text></name><questiontext format="html">'
            f"<text><![CDATA[<p>{text}</p>]]></text></questiontext>{choices}</question>"
        )

    question = only(read_moodle_xml(gapselect("The [[1]] and the [[3]].")))
    assert question.prompt == "The {gap-1} and the {gap-2}."
    assert [[option.text for option in gap.options] for gap in question.answers.gaps] == [
        ["cat", "dog"],
        ["cat", "dog"],
    ]
    assert why(read_moodle_xml(gapselect("The [[9]]."))) == "No answer of this question is right."
    assert why(read_moodle_xml(gapselect("The [[2]]."))) == "No answer of this question is right."
    assert why(read_moodle_xml(gapselect("The cat."))) == "This text has no gaps."


def test_qti_lists_within_a_text_and_long_texts_are_read() -> None:
    item = (
        b'<assessmentItem identifier="g" title="Gaps"><responseDeclaration identifier="R">'
        b"<correctResponse><value>b</value></correctResponse></responseDeclaration>"
        b'<responseDeclaration identifier="S"><correctResponse><value>x</value></correctResponse>'
        b"</responseDeclaration><itemBody><p>Make the place "
        b'<inlineChoiceInteraction responseIdentifier="R"><inlineChoice identifier="a">full'
        b'</inlineChoice><inlineChoice identifier="b">safe</inlineChoice>'
        b"</inlineChoiceInteraction>, then <b>ask</b> "
        b'<inlineChoiceInteraction responseIdentifier="S"><inlineChoice identifier="x">her'
        b'</inlineChoice><inlineChoice identifier="y">him</inlineChoice>'
        b"</inlineChoiceInteraction>.</p></itemBody></assessmentItem>"
    )
    question = only(read_qti(item))
    assert question.prompt == "Make the place {gap-1}, then **ask** {gap-2}."
    assert [
        [(option.text, option.credit) for option in gap.options] for gap in question.answers.gaps
    ] == [[("full", 0), ("safe", 1)], [("her", 1), ("him", 0)]]
    essay = only(
        read_qti(
            qti(
                '<rubricBlock view="scorer"><p>Look for the place.</p></rubricBlock>'
                '<extendedTextInteraction responseIdentifier="R"><prompt>And you?</prompt>'
                "</extendedTextInteraction>",
                'cardinality="single">',
            )
        )
    )
    assert essay.answers.kind is Kind.ESSAY
    assert essay.prompt == "Case.\n\nAnd you?"
    assert essay.answers.guidance == "Look for the place."
