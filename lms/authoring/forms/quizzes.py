"""The form of a quiz: its settings, and its places as they are sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, cast

from flask import request
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.widgets import CheckboxInput, ListWidget

from lms.authoring.rules.bank.uses import SlotUse
from lms.core.content.problems import Problem
from lms.core.content.values import without_unseen
from lms.core.text import N_

PURPOSE_NAMES: Mapping[str, str] = {
    "knowledge-check": N_("Knowledge check: within a module, feedback at once"),
    "pre-test": N_("Pre-test: what is known before, once"),
    "post-test": N_("Post-test: the same objectives afterwards"),
    "final": N_("Final quiz: must be passed"),
}
SHOWN_NAMES: Mapping[str, str] = {
    "score": N_("The score"),
    "right-or-wrong": N_("Whether each answer is right"),
    "feedback": N_("The feedback"),
    "right-answer": N_("The right answers"),
    "rationale": N_("Why"),
}
MOMENTS = ("after_question", "after_attempt", "when_over")


def _choices(names: Mapping[str, str]) -> list[SelectChoice]:
    return [SelectChoice(code, cast(str, _(name))) for code, name in names.items()]


def _ticks(label: Any, choices: list[SelectChoice] | None = None) -> SelectMultipleField:
    """Several of a list, as boxes to tick."""
    return SelectMultipleField(
        label,
        choices=choices,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )


class QuizForm(FlaskForm):
    """What a quiz is called, when it is done, and what is shown when."""

    title = StringField(_("Title"))
    purpose = SelectField(_("Purpose"), choices=_choices(PURPOSE_NAMES))
    minutes = StringField(_("Minutes it takes"))
    intro = TextAreaField(_("What learners read before it begins"))
    objectives = _ticks(_("Objectives"))
    done_when = RadioField(
        _("It is done when it is"),
        choices=_choices({"answered": N_("answered once"), "passed": N_("passed")}),
    )
    pass_mark = StringField(
        _("Pass mark"), description=_("In per cent of the points; needed where it must be passed.")
    )
    attempts = StringField(_("Attempts"), description=_("As many as wanted if you leave it empty."))
    delay_minutes = StringField(
        _("Minutes between two attempts"), description=_("A day is 1440. None if left empty.")
    )
    time_limit_minutes = StringField(
        _("Minutes one attempt may take"), description=_("No limit if you leave it empty.")
    )
    shuffle_questions = BooleanField(_("Ask the questions in another order each time"))
    shuffle_options = BooleanField(_("Show the answers in another order each time"))
    required = BooleanField(_("Needed to complete the course"))
    own_review = RadioField(
        _("What is shown when"),
        choices=_choices(
            {"": N_("The usual rules of its purpose"), "own": N_("Rules of its own, as below")}
        ),
    )
    after_question = _ticks(_("After each question"), _choices(SHOWN_NAMES))
    after_attempt = _ticks(_("After an attempt"), _choices(SHOWN_NAMES))
    when_over = _ticks(_("When it is passed or no attempt is left"), _choices(SHOWN_NAMES))

    def tree(self) -> dict[str, Any]:
        """What was typed, as the file of a quiz has it, without its places."""
        texts = ("title", "purpose", "minutes", "intro", "done_when", "pass_mark", "attempts",
                 "delay_minutes", "time_limit_minutes")  # fmt: skip
        own: dict[str, Any] = {
            name: without_unseen(str(self[name].data or "")).strip() for name in texts
        }
        if self.objectives.choices:
            own["objectives"] = list(self.objectives.data or ())
        own["required"] = "" if self.required.data else "no"
        own["shuffle_questions"] = "yes" if self.shuffle_questions.data else ""
        own["shuffle_options"] = "" if self.shuffle_options.data else "no"
        own["review"] = {}
        if self.own_review.data == "own":
            own["review"] = {name: list(self[name].data or ()) for name in MOMENTS}
            if not any(own["review"].values()):
                own["review"] = {"after_attempt": ["score"]}
        return own

    def tell(self, problems: Iterable[Problem]) -> tuple[list[Problem], dict[int, list[str]]]:
        """Put each problem beside its field; those of places by number from 1; the rest back."""
        rest: list[Problem] = []
        places: dict[int, list[str]] = {}
        for problem in problems:
            name = problem.field.split(".")[0].split("[")[0]
            sentence = gettext(problem.sentence, **problem.values)
            number = problem.field.partition("[")[2].partition("]")[0]
            if name == "slots" and number:
                places.setdefault(int(number), []).append(sentence)
            elif name in self and name != "csrf_token":
                self[name].errors = (*self[name].errors, sentence)
            else:
                rest.append(problem)
        return rest, places


def quiz_form(tree: Mapping[str, Any] | None, objectives: Iterable[tuple[str, str]]) -> QuizForm:
    """The form as sent when `tree` is None, else filled from the tree of a quiz."""
    if tree is None:
        form = QuizForm()
    else:
        review = tree.get("review")
        own = review if isinstance(review, Mapping) else {}
        data = {
            **tree,
            "required": _is_yes(tree.get("required"), default=True),
            "shuffle_questions": _is_yes(tree.get("shuffle_questions"), default=False),
            "shuffle_options": _is_yes(tree.get("shuffle_options"), default=True),
            "own_review": "own" if own else "",
            **{name: own.get(name) or [] for name in MOMENTS},
        }
        form = QuizForm(formdata=None, data=data)
    form.objectives.choices = [SelectChoice(key, words) for key, words in objectives]
    return form


def slots_sent() -> tuple[SlotUse, ...]:
    """The places of the quiz in the form, in order; what names no question is left out."""
    found: list[SlotUse] = []
    number = 0
    while f"slot-{number}" in request.form:
        question = request.form.get(f"slot-{number}", "")
        draw = request.form.get(f"slot-{number}-draw")
        if question:
            found.append(SlotUse((question,), None))
        elif draw is not None:
            size = int(draw) if draw.isascii() and draw.isdecimal() and len(draw) < 4 else 1
            keys = tuple(dict.fromkeys(request.form.getlist(f"slot-{number}-from")))
            found.append(SlotUse(keys, max(size, 1)))
        number += 1
    return tuple(found)


def _is_yes(value: object, *, default: bool) -> bool:
    if value is None:
        return default
    return str(value).casefold() in {"yes", "true", "on", "1", "y", "t"}
