"""Adding a contributor."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import EmailField
from wtforms.validators import DataRequired, Length


class ContributorForm(FlaskForm):
    """The address of a colleague who writes courses."""

    email = EmailField(
        _("E-mail address of a trainer"),
        [
            DataRequired(_("Write the address.")),
            Length(max=254, message=_("Write it in at most 254 characters.")),
        ],
    )
