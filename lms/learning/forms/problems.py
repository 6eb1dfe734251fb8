"""Forms of problems on pages: reporting one, moving it."""

from __future__ import annotations

from typing import cast

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, Regexp

from lms.learning.rules.problems import LONGEST_REPORT, PROBLEM_KIND_NAMES


class ProblemForm(FlaskForm):
    """What is wrong, of which kind."""

    client_id = HiddenField(validators=[Regexp(r"^[0-9a-f]{32}$")])
    kind = RadioField(
        _("What is wrong?"),
        [InputRequired(_("Choose what fits best."))],
        choices=[
            SelectChoice(kind.value, cast(str, _(name)))
            for kind, name in PROBLEM_KIND_NAMES.items()
        ],
    )
    text = TextAreaField(
        _("Where is it, and what should it be?"),
        [
            DataRequired(_("Say what is wrong, then send.")),
            Length(max=LONGEST_REPORT, message=_("This is too long. Shorten it.")),
        ],
        description=_("Name no person and no case. Up to 2,000 characters."),
    )
