"""The form that brings questions of others."""

from __future__ import annotations

from typing import cast

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import FileField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice

from lms.authoring.rules.questions.any_format import FORMAT_NAMES


class BringForm(FlaskForm):
    """A file or a pasted text, and what its questions get that do not say it."""

    file = FileField(
        _("File"),
        description=_("GIFT, Moodle XML, Aiken or QTI 2.1, up to 5,000 questions."),
    )
    text = TextAreaField(_("Or paste the questions"))
    format = SelectField(
        _("Format"),
        choices=[
            SelectChoice("", cast(str, _("As it looks"))),
            *(SelectChoice(form.value, cast(str, _(name))) for form, name in FORMAT_NAMES.items()),
        ],
    )
    objective = SelectField(_("Objective of questions that name none"))
    source = StringField(
        _("Source of questions that name none"),
        description=_("A guide section or a public source. Begin to type its key."),
    )
