"""Forms of assignments: what and by when, another day due, taking back."""

from __future__ import annotations

from typing import cast

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import DateField, RadioField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Optional

from lms.enrolments.rules.due import DUE_REASON_NAMES
from lms.enrolments.rules.states import WithdrawalReason

TAKE_BACK_REASONS: dict[WithdrawalReason, str] = {
    WithdrawalReason.NOT_NEEDED: cast(str, lazy_gettext("It is not needed for the post")),
    WithdrawalReason.CHANGED_POST: cast(str, lazy_gettext("The post has changed")),
    WithdrawalReason.NO_TIME: cast(str, lazy_gettext("There is no time for it at present")),
    WithdrawalReason.OTHER: cast(str, lazy_gettext("Another reason")),
}


class AssignForm(FlaskForm):
    """What to assign, and the day it is due. `subject` is the kind and the key."""

    subject = SelectField(
        lazy_gettext("Course or path"),
        validators=[InputRequired(lazy_gettext("Choose a course or a path."))],
    )
    due_on = DateField(
        lazy_gettext("Due on"),
        description=lazy_gettext(
            "The day ends in each person's own time zone. Leave it empty for no day."
        ),
        validators=[Optional()],
    )


class DueForm(FlaskForm):
    """Another day due, or none."""

    due_on = DateField(
        lazy_gettext("Due on"),
        description=lazy_gettext("Leave it empty for no day."),
        validators=[Optional()],
    )
    reason = SelectField(
        lazy_gettext("Reason"),
        choices=[
            SelectChoice("", cast(str, lazy_gettext("Choose a reason"))),
            *(
                SelectChoice(reason.value, cast(str, lazy_gettext(name)))
                for reason, name in DUE_REASON_NAMES.items()
            ),
        ],
        validators=[InputRequired(lazy_gettext("Choose a reason."))],
    )


class TakeBackForm(FlaskForm):
    """Taking back an assignment. Its reason says nothing about the person's learning."""

    taken_reason = RadioField(
        lazy_gettext("Why do you take it back?"),
        choices=[SelectChoice(reason.value, words) for reason, words in TAKE_BACK_REASONS.items()],
        validators=[InputRequired(lazy_gettext("Choose a reason."))],
    )
