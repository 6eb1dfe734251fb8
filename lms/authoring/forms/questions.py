"""Forms of questions, one class to a type. A new type needs a class here and a line in `FORMS`.

A form holds the tree of a question as YAML has it and never refuses one: a question may be
unfinished. What is to be mended is put beside its fields (`tell`). Rows are added, removed
and moved by `rules.bank.rows`, without JavaScript and without losing what was typed.
"""

from __future__ import annotations

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

from lms.authoring.forms.question_words import MISSING, STEP
from lms.authoring.rules.bank.rows import add_row
from lms.core.content.problems import Problem
from lms.core.content.values import without_unseen
from lms.core.text import N_


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
            add_row(tree, name)
    tree["sources"] = [""]
    return tree


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
    for step in STEP.finditer(path):
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
