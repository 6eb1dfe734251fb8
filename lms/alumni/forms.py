"""What a person opens to fellow alumni."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import SelectMultipleField
from wtforms.widgets import CheckboxInput, ListWidget

from lms.alumni.rules import ALUMNI_FIELD_NAMES, AlumniField


class ConsentForm(FlaskForm):
    """Which fields fellow alumni see, each by itself. Nothing is ticked beforehand."""

    fields = SelectMultipleField(
        _("What fellow alumni may see of me"),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )

    @classmethod
    def of(cls, chosen: Iterable[AlumniField]) -> ConsentForm:
        """The form with these fields ticked."""
        form = cls(data={"fields": [field.value for field in chosen]})
        form.fields.choices = [
            (field.value, gettext(name)) for field, name in ALUMNI_FIELD_NAMES.items()
        ]
        return form

    def wanted(self) -> list[AlumniField]:
        """The fields ticked, after validation."""
        return [AlumniField(value) for value in self.fields.data or ()]
