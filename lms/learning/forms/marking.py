"""The form with which a text is marked by its rubric."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from lms.assessments.rules.markings import (
    LONGEST_COMMENT,
    RETURN_REASON_NAMES,
    ReturnReason,
    level_field,
)
from lms.core.text import is_whole_number
from lms.courses.values.task import Criterion


class _MarkForm(FlaskForm):
    version = HiddenField(validators=[InputRequired()])
    comment = TextAreaField(
        _("To the author"),
        [Optional(), Length(max=LONGEST_COMMENT, message=_("Shorten it to 4,000 characters."))],
        description=_("Say what is good and what to do next. The author reads it."),
    )
    reason = SelectField(
        _("If it goes back: why"),
        default="",
        choices=[
            SelectChoice("", cast(str, _("It does not go back"))),
            *(
                SelectChoice(reason.value, cast(str, _(name)))
                for reason, name in RETURN_REASON_NAMES.items()
            ),
        ],
    )


def mark_form(rubric: Sequence[Criterion]) -> Any:
    """A form with one row of levels for each criterion, in the language of the rubric."""
    fields = {
        level_field(criterion): RadioField(
            criterion.text,
            # The service says which must be chosen: a return needs none.
            validate_choice=False,
            choices=[
                SelectChoice(str(place), f"{level.points} – {level.text}")
                for place, level in enumerate(criterion.levels)
            ],
        )
        for criterion in rubric
    }
    return type("MarkForm", (_MarkForm,), fields)()


def levels_in(form: Any, rubric: Sequence[Criterion]) -> Mapping[str, int]:
    """The levels chosen, by criterion, as places in its list from 0."""
    chosen = {criterion.key: form[level_field(criterion)].data for criterion in rubric}
    return {key: int(place) for key, place in chosen.items() if is_whole_number(place or "")}


def reason_in(form: Any) -> ReturnReason | None:
    """The reason chosen for a return, if one was."""
    return ReturnReason(form.reason.data) if form.reason.data else None
