"""Forms of the learner's pages."""

from __future__ import annotations

from typing import cast

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Regexp

from lms.enrolments.rules import WITHDRAWAL_REASON_NAMES


class DoneForm(FlaskForm):
    """“Done” at the end of a page. `client_id` is made with the page, so a repeat is known."""

    client_id = HiddenField(validators=[Regexp(r"^[0-9a-f]{32}$")])


class WithdrawForm(FlaskForm):
    """Leaving a course."""

    reason = RadioField(
        lazy_gettext("Why do you leave?"),
        choices=[
            SelectChoice(reason.value, cast(str, lazy_gettext(name)))
            for reason, name in WITHDRAWAL_REASON_NAMES.items()
        ],
    )
