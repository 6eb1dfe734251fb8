"""What holders fill in about their own certificates."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectMultipleField
from wtforms.validators import InputRequired
from wtforms.widgets import CheckboxInput, ListWidget

from lms.certificates.rules import CORRECTION_REASON_NAMES, SHOWN_FIELD_NAMES, ShownField
from lms.certificates.services.holding import ASKABLE


class FieldsForm(FlaskForm):
    """Which fields others see: on a check of the number, or on the page that is shared."""

    fields = SelectMultipleField(
        _("What is shown beside the title and the dates"),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )

    @classmethod
    def of(cls, chosen: Iterable[ShownField], *, prefix: str) -> FieldsForm:
        """The form with these fields ticked; `prefix` keeps two on a page apart."""
        form = cls(prefix=prefix, data={"fields": [field.value for field in chosen]})
        form.fields.choices = [
            (field.value, gettext(name)) for field, name in SHOWN_FIELD_NAMES.items()
        ]
        return form

    def wanted(self) -> list[ShownField]:
        """The fields ticked, after validation."""
        return [ShownField(value) for value in self.fields.data or ()]


class AskForm(FlaskForm):
    """What is not right on a certificate."""

    reason = RadioField(_("What is not right?"), [InputRequired(_("Choose what is not right."))])

    @classmethod
    def fresh(cls) -> AskForm:
        """The form with its reasons in the page's language."""
        form = cls()
        form.reason.choices = [
            (reason.value, gettext(CORRECTION_REASON_NAMES[reason])) for reason in ASKABLE
        ]
        return form
