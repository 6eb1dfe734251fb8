"""Forms of the second factor."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired, Length

from lms.people.rules.passwords import LONGEST


class CodeForm(FlaskForm):
    """A code of the app, or a printed one."""

    code = StringField(
        _("Code"),
        [
            InputRequired(_("Write the six digits that your app shows.")),
            Length(max=40, message=_("A code is six digits, or twelve letters and digits.")),
        ],
        description=_("Six digits from your app, or one of your printed codes."),
    )


class SetUpCodeForm(FlaskForm):
    """The first code, which proves that the app has the secret."""

    code = StringField(
        _("Code"),
        [
            InputRequired(_("Write the six digits that your app shows.")),
            Length(max=40, message=_("A code is six digits.")),
        ],
        description=_("The six digits that your app shows now."),
    )


class PasswordAgainForm(FlaskForm):
    """The present password, asked before something that weakens the account."""

    password = PasswordField(
        _("Your password"),
        [
            InputRequired(_("Write your password.")),
            Length(max=LONGEST, message=_("A password here has at most 200 characters.")),
        ],
    )
