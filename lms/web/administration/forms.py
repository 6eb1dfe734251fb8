"""What the lists of audit and access record may be narrowed to. Sent by GET, no token."""

from __future__ import annotations

from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from wtforms import BooleanField, DateField, IntegerField, StringField
from wtforms.validators import Length, Optional

from lms.core.text import is_whole_number


class Unasked(Optional):
    """May be left empty, which goes without saying in a filter: the label does not say it."""

    def __init__(self) -> None:
        super().__init__()
        self.field_flags = {}


class DayField(DateField):
    """A day, and our own words when it cannot be read."""

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError(gettext("Write the day like this: 2026-11-22")) from error


class NumberOfPersonField(IntegerField):
    """The number of a person, 1 or more, and our own words when it is none."""

    def process_formdata(self, valuelist: list[str]) -> None:
        words = "".join(valuelist).strip()
        if words and not (is_whole_number(words) and int(words)):
            raise ValueError(gettext("Write the number of a person, such as 41"))
        self.data = int(words) if words else None


class FilterForm(FlaskForm):
    """A form of a GET address."""

    class Meta:
        csrf = False


class AuditFilterForm(FilterForm):
    """Which rows of the audit; days are days in UTC."""

    verb = StringField(
        lazy_gettext("What was done"),
        [Unasked(), Length(max=60)],
        description=lazy_gettext("person.invite, or person for all"),
    )
    kind = StringField(lazy_gettext("Kind of thing"), [Unasked(), Length(max=40)])
    id = StringField(lazy_gettext("Its number"), [Unasked(), Length(max=64)])
    since = DayField(lazy_gettext("From"), [Unasked()])
    until = DayField(lazy_gettext("To"), [Unasked()])


class AccessFilterForm(FilterForm):
    """Which records of access."""

    viewer = NumberOfPersonField(lazy_gettext("Who looked: person number"), [Unasked()])
    person = NumberOfPersonField(
        lazy_gettext("Who was looked at: person number"),
        [Unasked()],
    )
    exports = BooleanField(lazy_gettext("Exports only"))
