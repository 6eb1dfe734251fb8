"""Forms of questions about a lesson: asking, changing, answering, hiding."""

from __future__ import annotations

import uuid
from typing import cast

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, Regexp

from lms.learning.rules.questions import (
    AUDIENCE_NAMES,
    HIDE_REASON_NAMES,
    LONGEST_ANSWER,
    LONGEST_QUESTION,
    Audience,
)

_SAY = _("Write something, then send.")
_LONG = _("This is too long. Shorten it.")


def new_id() -> str:
    """A mark for one form, by which a repeat is known."""
    return uuid.uuid4().hex


class QuestionForm(FlaskForm):
    """A question. Asking the trainers alone is what stands chosen at first."""

    client_id = HiddenField(validators=[Regexp(r"^[0-9a-f]{32}$")])
    text = TextAreaField(
        _("Your question"),
        [DataRequired(_SAY), Length(max=LONGEST_QUESTION, message=_LONG)],
        description=_("Name no person and no case. Up to 2,000 characters."),
    )
    audience = RadioField(
        _("Who may read it?"),
        default=Audience.TRAINER.value,
        choices=[
            SelectChoice(each.value, cast(str, _(name))) for each, name in AUDIENCE_NAMES.items()
        ],
    )


class ChangeForm(FlaskForm):
    """Other words for one's own question."""

    text = TextAreaField(
        _("Your question"), [DataRequired(_SAY), Length(max=LONGEST_QUESTION, message=_LONG)]
    )


class AnswerForm(FlaskForm):
    """An answer of a trainer."""

    client_id = HiddenField(validators=[Regexp(r"^[0-9a-f]{32}$")])
    text = TextAreaField(
        _("Your answer"),
        [DataRequired(_SAY), Length(max=LONGEST_ANSWER, message=_LONG)],
        description=_("Whoever reads the question reads it too."),
    )


class HideForm(FlaskForm):
    """Why a question is hidden from fellow learners."""

    reason = SelectField(
        _("Why"),
        [InputRequired(_("Choose the reason that fits best."))],
        choices=[
            SelectChoice("", cast(str, _("Choose a reason"))),
            *(
                SelectChoice(reason.value, cast(str, _(name)))
                for reason, name in HIDE_REASON_NAMES.items()
            ),
        ],
    )
