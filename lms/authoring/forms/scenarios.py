"""Forms of a scenario: its head, one step, and what is begun with a title."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, cast

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import (
    FieldList,
    Form,
    FormField,
    HiddenField,
    RadioField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from lms.authoring.rules.scenarios.changing import NEW_STEP, ChoiceWords, StepWords
from lms.authoring.rules.scenarios.files import Story, Tree, clean
from lms.authoring.rules.scenarios.wording import (
    UnreadableError,
    changes_as_words,
    changes_in,
    conditions_as_words,
    conditions_in,
    variables_as_words,
    variables_in,
)

Options = Sequence[tuple[str, str]]

MOST_CHOICES = 12


class LineField(StringField):
    """A line that is read by a pattern; what cannot be read is told and kept as typed."""

    def __init__(self, label: Any, read: Callable[[str], Any], example: str, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.read = read
        self.example = example

    def pre_validate(self, form: Any) -> None:
        try:
            self.read(clean(self.data))
        except UnreadableError as error:
            raise ValidationError(
                gettext(
                    "“%(part)s” cannot be read. Write it like this: %(example)s",
                    part=error.args[0].strip(),
                    example=self.example,
                )
            ) from error

    @property
    def value(self) -> Any:
        """What the line says; only after validating."""
        return self.read(clean(self.data))


class LinesField(LineField, TextAreaField):
    """The same over several lines."""


class NewStoryForm(FlaskForm):
    """A title, and the module the scenario is listed in."""

    title = StringField(
        _("Title of the scenario"),
        [InputRequired(_("Write a title.")), Length(max=300)],
    )
    module = SelectField(_("Stands last in"), validate_choice=False)


class NewStepForm(FlaskForm):
    """A title; `count` is how many steps the page showed."""

    title = StringField(_("Title of the step"), [Length(max=300)])
    count = HiddenField()


class ChoiceForm(Form):
    """One choice of a step."""

    key = HiddenField()
    text = TextAreaField(_("What the learner may do"))
    quality = SelectField(_("How wise it is"), validate_choice=False)
    to = SelectField(_("Goes to"), validate_choice=False)
    consequence = TextAreaField(_("What happens then"))
    reason = TextAreaField(_("Why, said without blame"))
    way_back = TextAreaField(
        _("The way back"), description=_("How harm can be repaired. A harmful choice needs it.")
    )
    change = LineField(
        _("Changes variables"),
        changes_in,
        "trust +1, safety -2",
        description=_("Such as trust +1, safety -2. Empty if nothing changes."),
    )
    when = LineField(
        _("Offered only when"),
        conditions_in,
        "trust >= 1",
        description=_("Such as trust >= 1. Empty if it is always offered."),
    )


class StepForm(FlaskForm):
    """One step. `based_on` marks what its writer started from."""

    based_on = HiddenField()
    title = StringField(_("Title"))
    text = TextAreaField(
        _("What happens here"),
        description=_("Plain words with **bold**, *emphasis* and lists with hyphens."),
    )
    goes_on = RadioField(
        _("How it goes on"),
        choices=[
            SelectChoice("choices", cast(str, _("The learner chooses"))),
            SelectChoice("next", cast(str, _("It leads on to another step"))),
            SelectChoice("ending", cast(str, _("It is an ending"))),
        ],
        validate_choice=False,
    )
    next = SelectField(_("Leads on to"), validate_choice=False)
    ending = SelectField(
        _("How it ends"),
        choices=[
            SelectChoice("good", cast(str, _("Well"))),
            SelectChoice("mixed", cast(str, _("In part well"))),
            SelectChoice("poor", cast(str, _("Badly"))),
        ],
        validate_choice=False,
    )
    choices = FieldList(FormField(ChoiceForm), max_entries=MOST_CHOICES)

    @classmethod
    def of(cls, node: Tree, mark: str) -> StepForm:
        """The form as the step stands."""
        goes_on = (
            "choices" if node.get("choices")
            else "next" if node.get("next")
            else "ending" if node.get("ending")
            else "choices"
        )  # fmt: skip
        return cls(
            formdata=None,
            data={
                "based_on": mark,
                "title": node.get("title"),
                "text": node.get("text"),
                "goes_on": goes_on,
                "next": node.get("next"),
                "ending": node.get("ending"),
                "choices": [_choice_data(choice) for choice in node.get("choices") or []],
            },
        )

    def offer(self, steps: Options, *, spare: int) -> None:
        """Fill the lists to choose from, and offer so many empty rows for choices if none is."""
        targets = [("", gettext("Not decided yet")), *steps, (NEW_STEP, gettext("A new step"))]
        qualities = [
            ("", gettext("Not decided yet")),
            ("good", gettext("Wise")),
            ("tolerable", gettext("It can be done")),
            ("harmful", gettext("It can do harm")),
        ]
        while len(self.choices.entries) < spare:
            self.choices.append_entry({})
        self.next.choices = _with_present(targets, self.next.data)
        for row in self.rows():
            row.to.choices = _with_present(targets, row.to.data)
            row.quality.choices = _with_present(qualities, row.quality.data)

    def rows(self) -> Iterator[ChoiceForm]:
        """The forms of the choices."""
        for entry in self.choices:
            yield entry.form

    def words(self) -> StepWords:
        """What was typed; only after validating."""
        return StepWords(
            title=clean(self.title.data, lines=False),
            text=clean(self.text.data),
            goes_on=self.goes_on.data or "",
            next=self.next.data or "",
            ending=self.ending.data or "",
            choices=[
                ChoiceWords(
                    key=row.key.data or "",
                    text=clean(row.text.data),
                    quality=row.quality.data or "",
                    to=row.to.data or "",
                    consequence=clean(row.consequence.data),
                    reason=clean(row.reason.data),
                    way_back=clean(row.way_back.data),
                    change=row.change.value,
                    when=row.when.value,
                )
                for row in self.rows()
            ],
        )

    def rearranged(self, *, up: int | None = None, out: int | None = None) -> StepForm:
        """The same form, unsaved, with a choice one place up or taken out, or one more row."""
        rows = [dict(entry.form.data) for entry in self.choices]
        if up is not None and 0 < up < len(rows):
            rows.insert(up - 1, rows.pop(up))
        elif out is not None and 0 <= out < len(rows):
            del rows[out]
        elif up is None and out is None and len(rows) < MOST_CHOICES:
            rows.append({})
        data = {name: field.data for name, field in self._fields.items() if name != "choices"}
        return StepForm(formdata=None, data={**data, "choices": rows})


def _choice_data(choice: Mapping[str, Any]) -> dict[str, Any]:
    names = ("key", "text", "quality", "to", "consequence", "reason", "way_back")
    return {
        **{name: choice.get(name) or "" for name in names},
        "change": changes_as_words(choice.get("change")),
        "when": conditions_as_words(choice.get("when")),
    }


def _with_present(options: Options, present: str | None) -> list[SelectChoice]:
    """The options, with the present value named where it is none of them: nothing gets lost."""
    found = list(options)
    if present and present not in dict(found):
        found.append((present, gettext("“%(key)s”, which does not exist", key=present)))
    return choices_of(found)


def choices_of(options: Options) -> list[SelectChoice]:
    """Pairs of a value and its words as WTForms takes them."""
    return [SelectChoice(value, words) for value, words in options]


class BandForm(Form):
    """What is said in the debrief to those for whom the conditions hold."""

    when = LineField(_("Said when"), conditions_in, "trust <= 0")
    text = TextAreaField(_("Words"))


class HeadForm(FlaskForm):
    """All of a scenario but its steps."""

    based_on = HiddenField()
    title = StringField(_("Title"))
    minutes = StringField(
        _("Minutes"), description=_("How long it takes somebody who reads slowly.")
    )
    summary = StringField(_("Summary"), description=_("One or two sentences, before it begins."))
    objectives = SelectMultipleField(
        _("Objectives"),
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
        validate_choice=False,
    )
    cites = StringField(
        _("Cites"),
        description=_(
            "Keys of guides and sources, such as palermo-protocol:3, with commas between."
        ),
    )
    note = TextAreaField(
        _("Content note"),
        description=_("What hard matter it speaks of. Empty if there is none."),
    )
    alternative = StringField(
        _("Page to read instead"),
        description=_("The key of a page that gives the same credit. A content note needs it."),
    )
    intro = TextAreaField(
        _("Introduction"), description=_("Where the learner is, who they are, what they know.")
    )
    start = SelectField(_("Begins with"), validate_choice=False)
    variables = LinesField(
        _("Variables"),
        variables_in,
        "trust: Trust of the crew",
        description=_(
            "One to a line: a key, a colon, its name; a number in brackets to begin with."
        ),
    )
    debrief = TextAreaField(_("Debrief"), description=_("Said to everybody at the end."))
    questions = TextAreaField(_("Questions to think about"), description=_("One to a line."))
    bands = FieldList(FormField(BandForm), max_entries=MOST_CHOICES)

    @classmethod
    def of(cls, head: Tree, mark: str) -> HeadForm:
        """The form as the head stands."""
        note, debrief = _part(head, "content_note"), _part(head, "debrief")
        return cls(
            formdata=None,
            data={
                **{name: head.get(name) for name in ("title", "minutes", "summary", "intro")},
                "based_on": mark,
                "objectives": _texts(head.get("objectives")),
                "cites": ", ".join(_texts(head.get("cites"))),
                "note": note.get("text"),
                "alternative": note.get("alternative"),
                "start": head.get("start"),
                "variables": variables_as_words(head.get("variables")),
                "debrief": debrief.get("text"),
                "questions": "\n".join(_texts(debrief.get("questions"))),
                "bands": [
                    {"when": conditions_as_words(band.get("when")), "text": band.get("text")}
                    for band in debrief.get("bands") or []
                    if isinstance(band, dict)
                ],
            },
        )

    def offer(self, steps: Options, objectives: Options) -> None:
        """Fill the lists to choose from, and offer one empty row for the debrief."""
        self.start.choices = _with_present(
            [("", gettext("Not decided yet")), *steps], self.start.data
        )
        given = [(key, key) for key in self.objectives.data or () if key not in dict(objectives)]
        self.objectives.choices = choices_of([*objectives, *given])
        if len(self.bands.entries) < MOST_CHOICES and all(e.form.text.data for e in self.bands):
            self.bands.append_entry({})

    def values(self, story: Story) -> Tree:
        """The head as typed; only after validating. What the form does not show stays."""
        before = _part(story.tree, "content_note")
        note = {"text": clean(self.note.data), "alternative": clean(self.alternative.data)}
        bands = [
            {"when": entry.form.when.value, "text": clean(entry.form.text.data)}
            for entry in self.bands
            if clean(entry.form.text.data) or entry.form.when.value
        ]
        return {
            "title": clean(self.title.data, lines=False),
            "minutes": clean(self.minutes.data),
            "summary": clean(self.summary.data, lines=False),
            "objectives": list(self.objectives.data or ()),
            "cites": [part.strip() for part in clean(self.cites.data).split(",") if part.strip()],
            "content_note": {**before, **note} if any(note.values()) else None,
            "intro": clean(self.intro.data),
            "start": self.start.data or "",
            "variables": self.variables.value,
            "debrief": {
                **_part(story.tree, "debrief"),
                "text": clean(self.debrief.data),
                "questions": [line for line in clean(self.questions.data).split("\n") if line],
                "bands": bands,
            },
        }  # fmt: skip


def _part(tree: Tree, name: str) -> Tree:
    found = tree.get(name)
    return found if isinstance(found, dict) else {}


def _texts(value: Any) -> list[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []
