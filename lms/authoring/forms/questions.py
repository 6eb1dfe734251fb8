"""Forms of questions, one class to a type. A new type needs a class here and a line in `FORMS`.

A form holds the tree of a question as YAML has it and never refuses one: a question may be
unfinished. What is to be mended is put beside its fields (`tell`). Rows are added, removed
and moved by `rearranged`, without JavaScript and without losing what was typed.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, cast

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    Field,
    FieldList,
    Form,
    FormField,
    HiddenField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice

from lms.authoring.rules.bank.merging import free_key
from lms.core.content.problems import Problem
from lms.core.content.values import without_unseen
from lms.core.text import N_

LETTERS = "abcdefghijklmnopqrstuvwxyz"
MOST_ROWS = 40
_STEP = re.compile(r"([a-z_]+)\[(\d+)\]|([a-z_]+)")

KIND_NAMES: Mapping[str, str] = {
    "single": N_("One right answer"),
    "multiple": N_("Several right answers"),
    "true-false": N_("True or false"),
    "matching": N_("Match or sort"),
    "ordering": N_("Put in order"),
    "short-answer": N_("A word or two"),
    "numeric": N_("A number"),
    "gap-select": N_("Gaps in a text"),
    "essay": N_("A text that a person marks"),
    "file": N_("A file that a person marks"),
}


MISSING = N_("%(name)s is missing. Add it.")
FIELD_NAMES: Mapping[str, str] = {
    "answer": N_("the answer"),
    "answers": N_("answers"),
    "choice": N_("what an item belongs to"),
    "choices": N_("choices"),
    "feedback": N_("feedback"),
    "feedback_false": N_("feedback to whoever said false"),
    "feedback_other": N_("feedback to other answers"),
    "feedback_right": N_("feedback to the right answer"),
    "feedback_true": N_("feedback to whoever said true"),
    "feedback_wrong": N_("feedback to wrong answers"),
    "gaps": N_("gaps"),
    "items": N_("items"),
    "objective": N_("the objective"),
    "options": N_("answers"),
    "prompt": N_("what is asked"),
    "rationale": N_("why the right answer is right"),
    "rubric": N_("the rubric"),
    "sources": N_("a source"),
    "steps": N_("steps"),
    "text": N_("words"),
}
"""How a list says what a question still lacks, by the names of the format."""


class ChoiceOfRowsField(SelectField):
    """A choice among rows of the same form; what is none of them stays as it was typed."""

    def pre_validate(self, form: Any) -> None:
        """Nothing is refused: a row may have gone."""


class OptionRow(Form):
    """One answer to choose."""

    key = HiddenField()
    text = TextAreaField(_("Answer"))
    right = BooleanField(_("This answer is right"))
    feedback = TextAreaField(_("Feedback to whoever chooses it"))


class ChoiceRow(Form):
    """What items belong to."""

    key = HiddenField()
    text = StringField(_("Choice"))


class MatchRow(Form):
    """One item and the choice it belongs to."""

    key = HiddenField()
    text = TextAreaField(_("Item"))
    choice = ChoiceOfRowsField(_("Belongs to"))
    feedback = TextAreaField(_("Feedback when it is put elsewhere"))


class StepRow(Form):
    """One step of an order."""

    key = HiddenField()
    text = TextAreaField(_("Step"))


class AnswerRow(Form):
    """A foreseen answer."""

    text = StringField(_("What is typed"))
    right = BooleanField(_("This answer is right"))
    feedback = TextAreaField(_("Feedback"))


class GapOptionRow(Form):
    """A word that can stand in a gap."""

    key = HiddenField()
    text = StringField(_("Word or phrase"))
    right = BooleanField(_("This one is right"))


class GapRow(Form):
    """A gap with its list."""

    key = StringField(
        _("Name of the gap"),
        description=_("It stands in braces where the gap is, as in {place}."),
    )
    options = FieldList(FormField(GapOptionRow), _("Words for this gap"))
    feedback = TextAreaField(_("Feedback when it is not filled rightly"))


class LevelRow(Form):
    """One level of a criterion."""

    points = StringField(_("Points"))
    text = StringField(_("What such a text does"))


class CriterionRow(Form):
    """One thing the marker looks for."""

    key = HiddenField()
    text = StringField(_("What the marker looks for"))
    levels = FieldList(FormField(LevelRow), _("Levels"))


class QuestionForm(FlaskForm):
    """What every type has. `parts` names the own fields of a type in the order of its page.

    `rows` says how many empty rows a new question begins with, by list.
    """

    parts: ClassVar[tuple[str, ...]] = ()
    rows: ClassVar[Mapping[str, int]] = {}
    row_names: ClassVar[Mapping[str, str]] = {}

    prompt = TextAreaField(
        _("What is asked"), description=_("Paragraphs, lists and emphasis in Markdown.")
    )
    objective = ChoiceOfRowsField(_("Objective"))
    tags = StringField(
        _("Tags"), description=_("Your own words to find it by, with commas between.")
    )
    points = StringField(_("Points"), description=_("1 if you leave it empty."))
    rationale = TextAreaField(_("Why"), description=_("Why the right answer is right, in general."))
    sources = FieldList(StringField(_("Source")), _("Sources"))

    def tree(self) -> dict[str, Any]:
        """What was typed, as YAML has it; empty rows are kept."""
        own: dict[str, Any] = {}
        for field in self:
            if field.name != "csrf_token":
                own[field.short_name] = _plain(field)
        own["tags"] = [
            "-".join(word.casefold().split()) for word in own["tags"].split(",") if word.strip()
        ]
        return own

    def tell(self, problems: Iterable[Problem]) -> list[Problem]:
        """Put each problem beside the field it is about; those that are about none come back."""
        rest = []
        for problem in problems:
            field = _field_at(self, problem.field)
            if field is None:
                rest.append(problem)
                continue
            sentence = _words_of(self, field, problem)
            if sentence not in field.errors:
                field.errors = (*field.errors, sentence)
        return rest


class SingleForm(QuestionForm):
    """Exactly one option is right."""

    parts = ("options", "keep_order")
    rows = {"options": 4}
    row_names = {"options": N_("Answer %(number)s")}
    options = FieldList(FormField(OptionRow), _("Answers"))
    keep_order = BooleanField(_("Always show the answers in this order"))


class MultipleForm(QuestionForm):
    """Some options are right."""

    parts = ("options", "partial", "keep_order")
    rows = {"options": 5}
    row_names = {"options": N_("Answer %(number)s")}
    options = FieldList(FormField(OptionRow), _("Answers"))
    partial = BooleanField(_("Each answer rightly chosen or left counts its share"))
    keep_order = BooleanField(_("Always show the answers in this order"))


class TrueFalseForm(QuestionForm):
    """A statement that is true or false."""

    parts = ("answer", "feedback_true", "feedback_false")
    answer = RadioField(
        _("The statement is"),
        choices=[
            SelectChoice("true", cast(str, _("true"))),
            SelectChoice("false", cast(str, _("false"))),
        ],
    )
    feedback_true = TextAreaField(_("Feedback to whoever said true"))
    feedback_false = TextAreaField(_("Feedback to whoever said false"))


class MatchingForm(QuestionForm):
    """Match each item to a choice."""

    parts = ("choices", "items", "partial")
    rows = {"choices": 3, "items": 3}
    row_names = {"choices": N_("Choice %(number)s"), "items": N_("Item %(number)s")}
    choices = FieldList(FormField(ChoiceRow), _("Choices"))
    items = FieldList(FormField(MatchRow), _("Items"))
    partial = BooleanField(_("Each item rightly matched counts its share"))


class OrderingForm(QuestionForm):
    """Put the steps in order."""

    parts = ("steps", "partial", "feedback_right", "feedback_wrong")
    rows = {"steps": 4}
    row_names = {"steps": N_("Step %(number)s")}
    steps = FieldList(FormField(StepRow), _("Steps, in the right order"))
    partial = BooleanField(_("Each step in its place counts its share"))
    feedback_right = TextAreaField(_("Feedback to the right order"))
    feedback_wrong = TextAreaField(_("Feedback to any other order"))


class ShortAnswerForm(QuestionForm):
    """A few typed words."""

    parts = ("answers", "feedback_other")
    rows = {"answers": 3}
    row_names = {"answers": N_("Answer %(number)s")}
    answers = FieldList(FormField(AnswerRow), _("Answers you foresee, right ones and mistakes"))
    feedback_other = TextAreaField(_("Feedback to any other answer"))


class NumericForm(QuestionForm):
    """A number."""

    parts = ("answer", "tolerance", "unit", "feedback_right", "feedback_wrong")
    answer = StringField(_("The number"))
    tolerance = StringField(
        _("How far an answer may be from it"), description=_("0 if you leave it empty.")
    )
    unit = StringField(_("Unit"))
    feedback_right = TextAreaField(_("Feedback to the right number"))
    feedback_wrong = TextAreaField(_("Feedback to any other number"))


class GapSelectForm(QuestionForm):
    """A text whose gaps are filled from lists."""

    parts = ("gaps", "partial", "keep_order")
    rows = {"gaps": 2}
    row_names = {"gaps": N_("Gap %(number)s"), "options": N_("Word %(number)s")}
    gaps = FieldList(FormField(GapRow), _("Gaps"))
    partial = BooleanField(_("Each gap rightly filled counts its share"))
    keep_order = BooleanField(_("Show the words in this order, not by the alphabet"))


class EssayForm(QuestionForm):
    """A text that a person marks by a rubric."""

    parts = ("most_words", "rubric")
    rows = {"rubric": 2}
    row_names = {"rubric": N_("Criterion %(number)s"), "levels": N_("Level %(number)s")}
    most_words = StringField(
        _("Most words"), description=_("20 to 2,000; 400 if you leave it empty.")
    )
    rubric = FieldList(FormField(CriterionRow), _("Rubric"))


class FileForm(QuestionForm):
    """A file that a person marks by a rubric."""

    parts = ("rubric",)
    rows = {"rubric": 2}
    row_names = {"rubric": N_("Criterion %(number)s"), "levels": N_("Level %(number)s")}
    rubric = FieldList(FormField(CriterionRow), _("Rubric"))


FORMS: Mapping[str, type[QuestionForm]] = {
    "single": SingleForm,
    "multiple": MultipleForm,
    "true-false": TrueFalseForm,
    "matching": MatchingForm,
    "ordering": OrderingForm,
    "short-answer": ShortAnswerForm,
    "numeric": NumericForm,
    "gap-select": GapSelectForm,
    "essay": EssayForm,
    "file": FileForm,
}
_INNER = {"gaps": ("options", 3), "rubric": ("levels", 3)}
_KEYED = frozenset({"options", "choices", "items", "steps", "rubric"})


def form_of(
    kind: str, tree: Mapping[str, Any] | None, objectives: Sequence[tuple[str, str]]
) -> QuestionForm:
    """The form of a type: as sent when `tree` is None, else filled from the tree."""
    form_class = FORMS[kind]
    filled = {"formdata": None, "data": _data(tree)} if tree is not None else {}
    form = form_class(**filled)
    form.objective.choices = _with_own(objectives, form.objective.data)
    if isinstance(form, MatchingForm):
        # By number as well: a choice that was typed just now has no words here yet.
        names = [
            (row.form.key.data, f"{number}. {row.form.text.data or ''}".rstrip())
            for number, row in enumerate(form.choices, 1)
        ]
        for row in form.items:
            row.form.choice.choices = _with_own(names, row.form.choice.data)
    return form


def _with_own(choices: Sequence[tuple[str, str]], own: str | None) -> list[SelectChoice]:
    """The choices, an empty one first, and what stands in the question should it be none."""
    listed = [("", gettext("Choose")), *choices]
    if own and own not in dict(choices):
        listed.append((own, own))
    return [SelectChoice(value, words) for value, words in listed]


def begun(kind: str) -> dict[str, Any]:
    """The tree of a question that is not written yet, with its empty rows."""
    tree: dict[str, Any] = {}
    for name, number in FORMS[kind].rows.items():
        for _place in range(number):
            _add_row(tree, name)
    tree["sources"] = [""]
    return tree


def _add_row(tree: dict[str, Any], name: str) -> None:
    rows = tree.setdefault(name, [])
    if len(rows) >= MOST_ROWS:
        return
    if name == "sources":
        rows.append("")
        return
    taken = {str(row.get("key")) for row in rows}
    row: dict[str, Any] = {}
    if name in _KEYED:
        place = len(rows)
        row["key"] = free_key(LETTERS[place] if place < len(LETTERS) else f"n{place}", taken)
    if name == "gaps":
        row["key"] = free_key(f"gap-{len(rows) + 1}", taken)
    inner = _INNER.get(name)
    if inner is not None:
        for _place in range(inner[1]):
            _add_row(row, inner[0])
    rows.append(row)


def rearranged(tree: Mapping[str, Any], act: str) -> dict[str, Any] | None:
    """The tree after a button beside a row, or None for a button that is none of these.

    `add:gaps-0-options` adds a row, `drop:options-2`, `up:options-2` and `down:options-2` act
    on one. What names a row that is not there changes nothing.
    """
    verb, colon, where = act.partition(":")
    if not colon or verb not in {"add", "drop", "up", "down"}:
        return None
    made = copy.deepcopy(dict(tree))
    steps = where.split("-")
    holder: dict[str, Any] = made
    while len(steps) > 2:
        rows = holder.get(steps[0])
        if not isinstance(rows, list) or not steps[1].isdecimal() or int(steps[1]) >= len(rows):
            return made
        holder, steps = rows[int(steps[1])], steps[2:]
    if verb == "add":
        if steps[0] in {*_KEYED, "sources", "answers", "gaps", "levels"}:
            _add_row(holder, steps[0])
        return made
    rows = holder.get(steps[0], [])
    place = int(steps[1]) if len(steps) == 2 and steps[1].isdecimal() else len(rows)
    if not isinstance(rows, list) or place >= len(rows):
        return made
    if verb == "drop":
        del rows[place]
        return made
    other = place - 1 if verb == "up" else place + 1
    if 0 <= other < len(rows):
        rows[place], rows[other] = rows[other], rows[place]
    return made


def without_empty_rows(tree: Mapping[str, Any]) -> dict[str, Any]:
    """The tree without rows in which nobody wrote anything: their keys alone say nothing."""
    done: dict[str, Any] = {}
    for name, value in tree.items():
        if not isinstance(value, list):
            done[name] = value
            continue
        rows = [without_empty_rows(row) if isinstance(row, Mapping) else row for row in value]
        done[name] = [row for row in rows if _says_something(row)]
    return done


def _says_something(row: Any) -> bool:
    if not isinstance(row, Mapping):
        return bool(row)
    return any(value for name, value in row.items() if name not in {"key", "right"})


def lacking_words(said: Iterable[tuple[str, Mapping[str, Any]]]) -> str:
    """What a question still lacks in one line: the missing parts by name, then other sentences."""
    missing, others = [], []
    for sentence, values in said:
        name = str(values.get("name", ""))
        if sentence == MISSING and name in FIELD_NAMES:
            missing.append(gettext(FIELD_NAMES[name]))
        else:
            others.append(gettext(sentence, **values))
    return " ".join([*([f"{', '.join(missing)}."] if missing else []), *others])


def path_words(path: str) -> str:
    """A place in a question for people: `options[2].feedback` as answers 2: feedback."""
    parts = []
    for step in _STEP.finditer(path):
        name = step[1] or step[3]
        words = gettext(FIELD_NAMES[name]) if name in FIELD_NAMES else name.replace("_", " ")
        parts.append(f"{words} {step[2]}" if step[2] else words)
    return ": ".join(parts)


def _words_of(form: QuestionForm, field: Field, problem: Problem) -> str:
    """The sentence of a problem, with the label of its field where it only says what is missing."""
    if problem.sentence != MISSING:
        return gettext(problem.sentence, **problem.values)
    label = str(field.label.text)
    found = re.match(r"([a-z_]+)\[(\d+)\]\.", problem.field)
    if found and found[1] in form.row_names:
        row = gettext(form.row_names[found[1]], number=found[2])
        return gettext("%(row)s: “%(label)s” is still empty.", row=row, label=label)
    return gettext("“%(label)s” is still empty.", label=label)


def _plain(field: Field) -> Any:
    if isinstance(field, FieldList):
        return [_plain(entry) for entry in field.entries]
    if isinstance(field, FormField):
        return {inner.short_name: _plain(inner) for inner in field.form}
    if isinstance(field, BooleanField):
        return "yes" if field.data else ""
    return without_unseen(str(field.data or "")).strip()


def _data(tree: Mapping[str, Any]) -> dict[str, Any]:
    """A tree as the fields of its form take it: yes and no as boxes, tags on one line."""
    data = _boxes(tree)
    if isinstance(data.get("tags"), list):
        data["tags"] = ", ".join(str(tag) for tag in data["tags"])
    return data


def _boxes(tree: Mapping[str, Any]) -> dict[str, Any]:
    done: dict[str, Any] = {}
    for name, value in tree.items():
        if isinstance(value, list):
            done[name] = [_boxes(row) if isinstance(row, Mapping) else row for row in value]
        elif name in {"right", "partial", "keep_order"}:
            done[name] = str(value).casefold() in {"yes", "true", "on", "1", "y", "t"}
        else:
            done[name] = value
    return done


def _field_at(form: QuestionForm, path: str) -> Field | None:
    """The field a problem names: `options[2].feedback`; the nearest above it that there is."""
    here: Any = form
    found: Field | None = None
    for step in _STEP.finditer(path):
        name, number = (step[1], int(step[2])) if step[1] else (step[3], 0)
        inner = here.form if isinstance(here, FormField) else here
        if name not in getattr(inner, "_fields", {}):
            return found
        here = found = inner[name]
        if number:
            if not isinstance(here, FieldList) or number > len(here.entries):
                return found
            here = here.entries[number - 1]
            found = here if not isinstance(here, FormField) else found
    return found
