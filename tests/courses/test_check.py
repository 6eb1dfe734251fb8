"""Every mistake an author can make is named with its file, line and field."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from lms.core.content.problems import Level, Problem
from lms.courses.check import check_course, load_course
from lms.courses.folder import CourseError
from tests.courses.small_course import write, write_small_course

PAGE = "modules/01-first/01-asking.md"
MODULE = "modules/01-first/module.yaml"
QUIZ = "quizzes/check.yaml"
BANK = "bank/all.yaml"
STORY = "scenarios/quay.yaml"


@dataclass(frozen=True)
class Mistake:
    """In `file`, `old` becomes `new` (None deletes the file, no `old` appends or writes it).

    The check must then name `named` (or `file`), a line that holds `line` (None: no line),
    the `field`, and say `says`.
    """

    title: str
    file: str
    old: str
    new: str | None
    line: str | None
    field: str
    says: str
    named: str | None = None
    level: Level = Level.ERROR


MISTAKES = [
    # The YAML itself
    Mistake("a missing space after a colon", "course.yaml", "level: foundation",
            "level:foundation", "level:foundation", "", "cannot be read"),
    Mistake("a tab", "course.yaml", "  - kind:", "\t- kind:", "- kind", "", "cannot be read"),
    Mistake("a doubled name", "course.yaml", "level: foundation",
            "level: foundation\nlevel: specialist", "level: specialist", "level", "twice"),
    Mistake("an anchor", "course.yaml", "audience: [police]\ntopics: [trafficking]",
            "audience: &x [police]\ntopics: *x", "audience: &x", "topics", "Write the value out"),
    Mistake("a tag", "course.yaml", "A small course", "!!python/name:os.system x",
            "key: small-course", "", "beginning with !"),
    Mistake("a control character", "course.yaml", "It is small.", '"It \\u202e is small."',
            "It \\u202e", "summary", "cannot be seen"),
    Mistake("two documents", QUIZ, "slots:", "---\nslots:", "---", "", "second ---"),
    Mistake("a file that is a list", "glossary.yaml", "terms:\n", "- terms:\n", "- terms:", "",
            "must be a list of names with values"),
    # Fields
    Mistake("a missing field", "course.yaml", "level: foundation\n", "", "key: small-course",
            "level", "level is missing"),
    Mistake("an unknown field", "course.yaml", "level:", "levle: x\nlevel:", "levle: x", "levle",
            "Did you mean level?"),
    Mistake("a field that means nothing", "course.yaml", "level:", "zzz: x\nlevel:", "zzz: x",
            "zzz", "zzz is not a name that can stand here"),
    Mistake("a value outside the list", "course.yaml", "foundation", "easy", "level: easy",
            "level", "easy is not one of: foundation"),
    Mistake("words for a number", QUIZ, "minutes: 2", "minutes: two", "minutes: two", "minutes",
            "Write a whole number, not two"),
    Mistake("a number too large", QUIZ, "minutes: 2", "minutes: 9000", "minutes: 9000", "minutes",
            "600 or less"),
    Mistake("an empty value", QUIZ, "title: Check", "title:", "title:", "title",
            "Nothing stands after title"),
    Mistake("a text for a list", MODULE, "[ask-alone]", "ask-alone", "objectives: ask-alone",
            "objectives", "Write a list"),
    Mistake("maybe for yes or no", BANK, "right: yes", "right: maybe", "right: maybe",
            "questions[1].options[1].right", "Write yes or no, not maybe"),
    Mistake("a key with capitals", "glossary.yaml", "key: minder", "key: Minder", "key: Minder",
            "terms[1].key", '"Minder" cannot be a key'),
    Mistake("an unknown type of question", BANK, "type: true-false", "type: guess",
            "type: guess", "questions[3].type", "guess is not one of: single"),
    Mistake("a field of another type of question", BANK, "    answer: false",
            "    options: [a]\n    answer: false", "options: [a]", "questions[3].options",
            "options is not a name that can stand here"),
    Mistake("an Adelaide action that does not exist", "course.yaml", "[3]", "[26]",
            "adelaide_actions: [26]", "adelaide_actions[1]", "25 or less"),
    Mistake("a field that follows from the place", QUIZ, "title: Check", "kind: quiz\ntitle: Check",
            "kind: quiz", "kind", "not written by hand"),
    Mistake("a citation that is none", BANK, "    sources: [protocol:3]",
            "    sources: ['the Protocol']", "the Protocol", "questions[1].sources[1]",
            "the Protocol is not a citation"),
    Mistake("a language that is none", "course.yaml", "language: en", "language: English",
            "language: English", "language", "English is not a language code"),
    # Files and keys
    Mistake("a needed file is missing", "glossary.yaml", "", None, None, "", "is missing"),
    Mistake("a file that belongs to nothing", "notes.txt", "", "x", None, "",
            "belongs to no part of a course"),
    Mistake("a page without a number", "modules/01-first/extra.md", "", "x", None, "",
            "belongs to no part of a course"),
    Mistake("a key unlike its file", QUIZ, "key: check", "key: chekc", "key: chekc", "key",
            "the name of the file says check"),
    Mistake("a course unlike its folder", "course.yaml", "key: small-course", "key: large-course",
            "key: large-course", "key", "the folder is called small-course"),
    Mistake("a key used twice in a list", BANK, "      - key: b\n        text: The minder",
            "      - key: a\n        text: The minder", "- key: a", "questions[1].options[2].key",
            "stands twice"),
    Mistake("a key used in two files", "bank/more.yaml", "", """\
questions:
  - key: is-it-true
    type: true-false
    objective: ask-alone
    prompt: x
    answer: true
    feedback_true: x
    feedback_false: x
    rationale: x
    sources: [protocol]
""", "key: is-it-true", "questions[1].key", "also used in bank/all.yaml"),
    Mistake("a key that is an address of our own", "reflections/pause.yaml", "", """\
key: pause
title: Pause
minutes: 3
intro: x
prompts:
  - key: one
    text: x
""", "key: pause", "key", "is the address of another page"),
    # The outline
    Mistake("an activity that does not exist", MODULE, "quay, plan", "quay, paln",
            "activities:", "activities[4]", "no page, quiz, scenario or task with the key paln"),
    Mistake("an activity in no module", MODULE, ", plan]", "]", "key: plan", "key",
            "No module lists plan", named="reflections/plan.yaml"),
    Mistake("an activity twice", MODULE, "quay, plan", "quay, plan, quay", "activities:",
            "activities[5]", "already stands in"),
    Mistake("an alternative in a module", MODULE, "[asking,", "[asking, asking-lighter,",
            "activities:", "activities[2]", "cannot stand in a module"),
    Mistake("an objective that does not exist", PAGE, "objectives: [ask-alone]",
            "objectives: [ask-loud]", "objectives: [ask-loud]", "objectives[1]",
            "ask-loud is not an objective"),
    Mistake("a certificate that needs nothing there is", "course.yaml", "    hours: 0.5",
            "    hours: 0.5\n    needs: [exam]", "needs: [exam]", "certificates[1].needs[1]",
            "with the key exam"),
    Mistake("a guide that is not registered", "course.yaml", "guide: identification-guide",
            "guide: other-guide", "guide: other-guide", "guides[1].guide", "not a guide"),
    Mistake("an edition that does not exist", "course.yaml", "2021-en", "1999-en",
            "edition: 1999-en", "guides[1].edition", "It has: 2021-en"),
    Mistake("facilitator's notes for no module", "facilitator/first.md", "module: first",
            "module: second", "module: second", "module", "no module with the key second"),
    Mistake("a prerequisite that does not exist", "course.yaml", "guides:",
            "prerequisites: [other]\nguides:", "prerequisites: [other]", "prerequisites[1]",
            "no course with the key other"),
    Mistake("a course that asks for itself", "course.yaml", "guides:",
            "prerequisites: [small-course]\nguides:", "prerequisites", "prerequisites[1]",
            "itself asks for this course"),
    Mistake("unlikely minutes", "course.yaml", "minutes: 22", "minutes: 220", "minutes: 220",
            "minutes", "take 22 minutes together", level=Level.WARNING),
    # Questions and quizzes
    Mistake("two right options", BANK, "        text: The minder",
            "        text: The minder\n        right: yes", "options:", "questions[1].options",
            "Exactly one option must be right; 2"),
    Mistake("no right option", BANK, "        text: The person\n        right: yes\n",
            "        text: The person\n", "options:", "questions[1].options", "0 are marked"),
    Mistake("all options right", BANK, "        text: In the queue",
            "        text: In the queue\n        right: yes", "options:", "questions[2].options",
            "All options are right"),
    Mistake("no feedback", BANK, "        feedback: Groups are silent.\n", "", "- key: c",
            "questions[1].options[3].feedback", "feedback is missing"),
    Mistake("no rationale", BANK, "    rationale: Only the person knows.\n", "",
            "- key: who-answers", "questions[1].rationale", "rationale is missing"),
    Mistake("no source", BANK, "    sources: [protocol:3]", "    sources: []", "sources: []",
            "questions[1].sources", "At least 1 are needed"),
    Mistake("two options alike", BANK, "text: The group", "text: the  Minder",
            "text: the  Minder", "questions[1].options[3].text", "say the same"),
    Mistake("a question that does not exist", QUIZ, "question: who-answers",
            "question: who-asks", "question: who-asks", "slots[1].question",
            "no question with the key who-asks"),
    Mistake("a pool too small", QUIZ, "draw: 1", "draw: 3", "draw: 3", "slots[2]",
            "3 are drawn from 2"),
    Mistake("a pool without chance", QUIZ, "draw: 1", "draw: 2", "draw: 2", "slots[2]",
            "Nothing is random", level=Level.WARNING),
    Mistake("a question in two slots", QUIZ, "[where-to-ask, is-it-true]",
            "[where-to-ask, is-it-true, who-answers]", "from:", "slots[2].from[3]",
            "twice in this quiz"),
    Mistake("a slot of both kinds", QUIZ, "  - draw: 1", "  - question: is-it-true\n    draw: 1",
            "- question: is-it-true", "slots[2]", "A slot is either"),
    Mistake("passing without a mark", QUIZ, "done_when: answered", "done_when: passed",
            "key: check", "", "needs a pass_mark"),
    Mistake("a pre-test with attempts", QUIZ, "purpose: knowledge-check", "purpose: pre-test",
            "key: check", "attempts", "attempts: 1"),
    Mistake("a module left out by another quiz", QUIZ, "slots:",
            "test_out:\n  - module: first\n    questions: [who-answers]\n    right: 1\nslots:",
            "- module: first", "test_out[1]", "Only a pre-test"),
    # Scenarios
    Mistake("a way to nowhere", STORY, "to: evening", "to: morning", "to: morning",
            "nodes[1].choices[1].to", "no node with the key morning"),
    Mistake("a node nobody reaches", STORY, "to: silence", "to: evening", "- key: silence",
            "nodes[2].key", "No choice leads to the node silence"),
    Mistake("a circle without a way out", STORY, "to: evening", "to: silence", "- key: arrival",
            "nodes[1].key", "no way leads to an ending"),
    Mistake("a dead end", STORY, "    next: arrival\n", "", "- key: silence", "nodes[2]",
            "choices, or next, or ending"),
    Mistake("harm without a way back", STORY, "        way_back: Begin again ashore.\n", "",
            "- key: group", "nodes[1].choices[2]", "needs a way_back"),
    Mistake("a choice without a reason", STORY,
            "        reason: Ashore they can choose what to say.\n", "", "- key: ashore",
            "nodes[1].choices[1].reason", "reason is missing"),
    Mistake("a variable nobody declared", STORY, "          trust: 1", "          truts: 1",
            "truts: 1", "nodes[1].choices[1].change.truts", "not one of the variables"),
    Mistake("a condition on nothing", STORY, "        - variable: trust", "        - variable: t",
            "- variable: t", "debrief.bands[1].when[1].variable", "not one of the variables"),
    Mistake("a start that does not exist", STORY, "start: arrival", "start: begin",
            "start: begin", "start", "no node with the key begin"),
    Mistake("no good ending", STORY, "ending: good", "ending: mixed", "nodes:", "nodes",
            "No node has ending: good"),
    # Pages
    Mistake("a bar of a term inside a table", PAGE, "## Alone\n",
            "## Alone\n\n| who | what |\n|---|---|\n| the [[minder|man]] | answers |\n",
            "| the [[minder|man]]", "", "ends the cell of the table"),
    Mistake("a page without a head", PAGE, "---\nkey: asking\n", "key: asking\n", "key: asking",
            "", "must begin with a line of ---"),
    Mistake("a head that is not closed", PAGE, "cites: [protocol:3]\n---\n",
            "cites: [protocol:3]\n", "---", "", "no second line"),
    Mistake("an unknown call-out", PAGE, "::: task Think", "::: tsak Think", "::: tsak", "",
            "tsak is not a call-out"),
    Mistake("a call-out that is not closed", PAGE, "Beside her.\n:::\n", "Beside her.\n",
            "::: answer", "", "never closed"),
    Mistake("a call-out in another", PAGE, "Where would you sit?",
            "::: caution\nWhere would you sit?", "::: caution", "", "inside another"),
    Mistake("an answer without a task", PAGE, "::: task Think", "::: caution", "::: answer", "",
            "must follow its ::: task"),
    Mistake("a heading of the first level", PAGE, "## Alone", "# Alone", "# Alone", "",
            "## and ###"),
    Mistake("raw HTML", PAGE, "The [[minder]]", "<b>The</b> [[minder]]", "<b>The</b>", "",
            "HTML cannot stand here"),
    Mistake("a script", PAGE, "## Alone", "<script>\nx\n</script>\n\n## Alone", "<script>", "",
            "HTML cannot stand here"),
    Mistake("a bare image", PAGE, "## Alone", "![A room](plan.svg)", "![A room]", "",
            "::: figure"),
    Mistake("a link that is not https", PAGE, "The [[minder]]", "[x](http://a.test) [[minder]]",
            "http://a.test", "", "begins with https://"),
    Mistake("a link to a page that does not exist", PAGE, "The [[minder]]",
            "[x](page:nowhere) [[minder]]", "page:nowhere", "", "with the key nowhere"),
    Mistake("a term that is not explained", PAGE, "[[minder]]", "[[watcher]]", "[[watcher]]", "",
            "watcher is not a term"),
    Mistake("a section that does not exist", PAGE, "guide:guidance]", "guide:advice]",
            "guide:advice]", "", "no section advice"),
    Mistake("a source that is not registered", PAGE, "cites: [protocol:3]", "cites: [treaty:3]",
            "cites: [treaty:3]", "cites[1]", "neither a guide nor a source"),
    Mistake("a figure without an alternative", PAGE, "alternative: Two chairs and a door.\n", "",
            "::: figure", "", "A figure needs alternative"),
    Mistake("a figure without its picture", PAGE, "::: figure plan.svg", "::: figure plans.svg",
            "::: figure plans.svg", "", "no picture plans.svg"),
    Mistake("a wide drawing that is missing", PAGE, "caption: The room.",
            "caption: The room.\nwide: hall.svg", "wide: hall.svg", "", "no drawing hall.svg"),
    Mistake("a content note without another version", PAGE, "alternative: asking-lighter\n", "",
            "::: content-note", "", "page with equal credit"),
    Mistake("another version that earns nothing", "modules/01-first/02-asking-lighter.md",
            "alternative_to: asking\n", "", "alternative: asking-lighter", "",
            "needs alternative_to: asking", named=PAGE),
    Mistake("a jurisdiction note without a key", PAGE, "jurisdiction who-asks", "jurisdiction",
            "::: jurisdiction", "", "needs a key"),
    Mistake("HTML in a question", BANK, "Who should answer?", "Who <i>should</i> answer?",
            "Who <i>should</i>", "questions[1].prompt", "HTML cannot stand here"),
    Mistake("a heading in a consequence", STORY, "consequence: They sit down.",
            "consequence: '# They sit down'", "# They sit", "nodes[1].choices[1].consequence",
            "belong on a page"),
    Mistake("a page too short", PAGE, "minutes: 5", "minutes: 90", "minutes: 90", "minutes",
            "is unlikely", level=Level.WARNING),
    Mistake("a sentence too long to follow", PAGE, "## Alone", "Word " * 36 + ".\n\n## Alone",
            "Word Word", "", "A sentence of 37 words", level=Level.WARNING),
    # Pictures
    Mistake("a script in a drawing", "media/plan.svg", "  <rect",
            "  <script>x</script>\n  <rect", "<script>", "", "<script> cannot stand"),
    Mistake("a handler in a drawing", "media/plan.svg", 'class="box"', 'onload="x()"', "onload",
            "", "onload cannot stand"),
    Mistake("an address in a drawing", "media/plan.svg", 'class="box"',
            'fill="url(https://evil.test/x)"', "evil.test", "", "points outside"),
    Mistake("a drawing without a viewBox", "media/plan.svg", ' viewBox="0 0 320 100"', "",
            "<svg", "", "needs a viewBox"),
    Mistake("a drawing that is broken", "media/plan.svg", "</svg>", "", None, "",
            "cannot be read"),
    Mistake("a document type in a drawing", "media/plan.svg", "<svg",
            '<!DOCTYPE svg [<!ENTITY x "y">]>\n<svg', "<!DOCTYPE", "", "document type"),
    Mistake("an image that is none", "media/photo.png", "", "GIF89a", None, "",
            "no PNG image"),
    # Translations
    Mistake("a translation of nothing", "quizzes/other.id.yaml", "", """\
key: other
title: Lain
purpose: knowledge-check
minutes: 2
done_when: answered
slots:
  - question: who-answers
""", "key: other", "", "quizzes/other.yaml, which this translates, does not exist"),
    Mistake("a translation with other settings", "reflections/plan.id.yaml", "", """\
translation:
  review: needed
key: plan
title: Rencana Anda
form: action-plan
minutes: 11
intro: Apa yang akan Anda lakukan?
follow_up_months: 3
prompts:
  - key: step
    text: Satu langkah.
""", "minutes: 11", "minutes", "must be as in the source: 10"),
    Mistake("a quiz whose translation is behind", "quizzes/check.id.yaml", "", """\
translation:
  source: 000000000000
key: check
title: Periksa
purpose: knowledge-check
minutes: 2
done_when: answered
slots:
  - question: who-answers
  - draw: 1
    from: [where-to-ask, is-it-true]
""", "source: 000000000000", "translation.source", "never differs between languages"),
    Mistake("a translation that is behind", "glossary.id.yaml", "", """\
translation:
  source: 000000000000
terms:
  - key: minder
    term: pengawas
    definition: Orang yang mengawasi.
""", "source: 000000000000", "translation.source", "has changed since", level=Level.WARNING),
]  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_small_course(tmp_path / "content")


def make(folder: Path, mistake: Mistake) -> None:
    target = folder / mistake.file
    if mistake.new is None:
        target.unlink()
    elif not mistake.old:
        write(target, mistake.new)
    else:
        text = target.read_text(encoding="utf-8")
        assert mistake.old in text, "the small course has changed under this mistake"
        write(target, text.replace(mistake.old, mistake.new, 1))


def test_small_course_has_nothing_wrong(folder: Path) -> None:
    assert [str(problem) for problem in check_course(folder)] == []


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.title)
def test_mistake_is_named_with_file_line_and_field(folder: Path, mistake: Mistake) -> None:
    make(folder, mistake)
    problems = check_course(folder)
    told = "\n".join(str(problem) for problem in problems)
    found = [problem for problem in problems if mistake.says in problem.text]
    assert found, told
    problem = found[0]
    assert problem.file == (mistake.named or mistake.file), told
    assert problem.field == mistake.field, told
    assert problem.level is mistake.level, told
    if mistake.line is not None:
        assert mistake.line in line_of(folder, problem), told


def line_of(folder: Path, problem: Problem) -> str:
    assert problem.line is not None
    lines = (folder / problem.file).read_text(encoding="utf-8").split("\n")
    return lines[problem.line - 1]


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.title)
def test_errors_keep_a_course_from_being_loaded_and_warnings_do_not(
    folder: Path, mistake: Mistake
) -> None:
    make(folder, mistake)
    if mistake.level is Level.WARNING:
        assert load_course(folder).course.key == "small-course"
    else:
        with pytest.raises(CourseError) as caught:
            load_course(folder)
        assert any(mistake.says in problem.text for problem in caught.value.problems)


def test_all_mistakes_are_told_at_once(folder: Path) -> None:
    chosen = [m for m in MISTAKES if m.title in {
        "an unknown field", "a pool too small", "a node nobody reaches", "raw HTML",
        "a script in a drawing", "two right options",
    }]  # fmt: skip
    for mistake in chosen:
        make(folder, mistake)
    told = "\n".join(str(problem) for problem in check_course(folder))
    for mistake in chosen:
        assert mistake.says in told


def test_one_broken_file_does_not_make_others_look_broken(folder: Path) -> None:
    make(folder, next(m for m in MISTAKES if m.title == "no feedback"))
    problems = check_course(folder)
    assert [problem.file for problem in problems] == [BANK]


def test_two_courses_that_ask_for_each_other_are_both_told(folder: Path) -> None:
    course = folder / "course.yaml"
    text = course.read_text(encoding="utf-8")
    write(course, text.replace("guides:", "prerequisites: [other]\nguides:"))
    write(folder.parent / "other" / "course.yaml", "key: other\nprerequisites: [small-course]\n")
    told = [problem.text for problem in check_course(folder)]
    assert told == ["other itself asks for this course first. Take one of them out."]


def test_pre_test_and_post_test_share_no_question(folder: Path) -> None:
    for name, purpose in (("before", "pre-test"), ("after", "post-test")):
        write(folder / f"quizzes/{name}.yaml", f"""\
key: {name}
title: {name}
purpose: {purpose}
minutes: 1
done_when: answered
attempts: 1
slots:
  - question: is-it-true
""")  # fmt: skip
    module = folder / MODULE
    write(module, module.read_text(encoding="utf-8").replace("plan]", "plan, before, after]"))
    told = [problem.text for problem in check_course(folder)]
    assert "is-it-true also stand in the pre-test. Parallel tests share no question." in told


def test_link_out_of_the_folder_is_refused(folder: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.yaml"
    secret.write_text("terms: []\n", encoding="utf-8")
    (folder / "glossary.yaml").unlink()
    (folder / "glossary.yaml").symlink_to(secret)
    problems = check_course(folder)
    assert ("glossary.yaml", "This is a link to another file. Put the file itself here.") in {
        (problem.file, problem.text) for problem in problems
    }


def test_file_that_is_not_utf_8_is_told_at_its_byte(folder: Path) -> None:
    (folder / "glossary.yaml").write_bytes(b"terms: []\n# caf\xe9\n")
    told = [problem.text for problem in check_course(folder)]
    assert "The file is not UTF-8 at byte 15. Save it as UTF-8." in told


def test_folder_without_a_course_is_no_course(tmp_path: Path) -> None:
    problems = check_course(tmp_path)
    assert [problem.file for problem in problems] == ["course.yaml"]


def test_story_in_a_real_member_is_told_and_a_page_about_its_law_is_not(folder: Path) -> None:
    write(folder.parent.parent / "members.csv", "code,kind,name\nTHA,government,Thailand\n")
    story, page = folder / STORY, folder / PAGE
    write(story, story.read_text().replace("Two men are safe.", "Two men are safe in Thailand."))
    write(page, page.read_text().replace("## Alone", "## In Thailand"))
    told = [(problem.file, problem.field, problem.level) for problem in check_course(folder)]
    assert told == [(STORY, "nodes[3].text", Level.WARNING)]


GAPS = """\
  - key: in-order
    type: gap-select
    objective: ask-alone
    prompt: First make the place {place}, then {ask} alone.
    gaps:
      - key: place
        options:
          - key: a
            text: safe
            right: yes
          - key: b
            text: full
        feedback: Safety comes first.
      - key: ask
        options:
          - key: a
            text: ask
            right: yes
          - key: b
            text: accuse
        feedback: Nobody is accused.
    rationale: Safety, then a question.
    sources: [protocol]
  - key: in-your-words
    type: essay
    objective: ask-alone
    prompt: How would you begin?
    rubric:
      - key: place
        text: The text begins with the place.
        levels:
          - points: 0
            text: It does not.
          - points: 2
            text: It does.
    rationale: A good text makes the place safe first.
    sources: [protocol]
"""
ASKED = "slots:\n  - question: in-order\n  - question: in-your-words\n"


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        (BANK, "place {place}", "place", "Write {place} once"),
        (BANK, "{ask} alone", "[{ask}](https://ask.example/{ask})", ""),
        (BANK, "then {ask} alone", "[then](https://ask.example/{ask})", "Write {ask} once"),
        (BANK, "then {ask}", "{then} {ask}", "{then} stands in the text"),
        (BANK, "text: full", "text: Safe", "Two options say the same."),
        (BANK, "text: accuse\n", "text: accuse\n            right: yes\n", "Exactly one option"),
        (BANK, "- key: ask\n", "- key: place\n", "Two gaps have this key."),
        (BANK, "- points: 2", "- points: 0", "No level of this criterion has points."),
        (QUIZ, "knowledge-check", "post-test", "in-your-words is marked by a person."),
    ],
)
def test_gaps_and_essays_are_whole_or_told(
    folder: Path, file: str, old: str, new: str, says: str
) -> None:
    write(folder / BANK, (folder / BANK).read_text() + GAPS)
    write(folder / QUIZ, (folder / QUIZ).read_text().replace("slots:\n", ASKED))
    assert [found for found in check_course(folder) if found.level is Level.ERROR] == []
    text = (folder / file).read_text()
    assert old in text
    write(folder / file, text.replace(old, new))
    errors = [str(found) for found in check_course(folder) if found.level is Level.ERROR]
    assert any(says in error for error in errors) if says else errors == []
