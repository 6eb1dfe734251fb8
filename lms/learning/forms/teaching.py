"""The form with which a trainer writes to some of a course."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import HiddenField, TextAreaField
from wtforms.validators import InputRequired, Length

from lms.learning.rules.teaching import LONGEST_MESSAGE


class MessageForm(FlaskForm):
    """A text, and a key that makes pressing twice send once."""

    once_key = HiddenField(validators=[InputRequired(), Length(max=64)])
    text = TextAreaField(
        _("Your message"),
        [
            InputRequired(_("Write what you want to say.")),
            Length(
                max=LONGEST_MESSAGE,
                message=_("Write it in at most %(most)s characters.", most=LONGEST_MESSAGE),
            ),
        ],
        description=_(
            "Plain text, at most 2,000 characters. Everybody reads it with your name, in the "
            "language you write it in."
        ),
    )
