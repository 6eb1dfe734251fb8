"""The form of a list of people who were at a meeting."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import DateField, SelectMultipleField
from wtforms.validators import InputRequired

from lms.core.text import LARGEST_NUMBER


class AttendanceForm(FlaskForm):
    """The day, and who was there; the people are boxes in the table of the page."""

    day = DateField(
        _("Day"), [InputRequired(_("Write the day, such as 2026-11-09."))], description=""
    )
    people = SelectMultipleField(_("Who was there"), coerce=int, validate_choice=False)

    def ticked(self) -> Sequence[int]:
        """The enrolments ticked, after validation."""
        return sorted({each for each in self.people.data or () if 0 < each < LARGEST_NUMBER})
