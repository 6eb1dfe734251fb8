"""Forms of the outline: adding, and another title."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import StringField, TextAreaField
from wtforms.validators import DataRequired, Length

_LONG = _("Write it in at most 300 characters.")


class TitleForm(FlaskForm):
    """The title of something."""

    title = StringField(
        _("Title"), [DataRequired(_("Write the title.")), Length(max=300, message=_LONG)]
    )


class ModuleForm(TitleForm):
    """A new module."""

    summary = TextAreaField(
        _("Summary"),
        [
            DataRequired(_("Write one or two sentences.")),
            Length(max=2000, message=_("Write at most 2,000 characters.")),
        ],
        description=_("One or two sentences: what the module is for."),
    )
