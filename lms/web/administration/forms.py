"""What the lists of audit and access record may be narrowed to. Sent by GET, no token."""

from __future__ import annotations

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import BooleanField, DateField, IntegerField, StringField
from wtforms.validators import Length, NumberRange, Optional


class FilterForm(FlaskForm):
    """A form of a GET address."""

    class Meta:
        csrf = False


class AuditFilterForm(FilterForm):
    """Which rows of the audit; days are days in UTC."""

    verb = StringField(
        lazy_gettext("What was done"),
        [Optional(), Length(max=60)],
        description=lazy_gettext("A whole verb or its first part: person.invite, person"),
    )
    kind = StringField(lazy_gettext("Kind of thing"), [Optional(), Length(max=40)])
    id = StringField(lazy_gettext("Its number"), [Optional(), Length(max=64)])
    since = DateField(lazy_gettext("From"), [Optional()])
    until = DateField(lazy_gettext("To"), [Optional()])


class AccessFilterForm(FilterForm):
    """Which records of access."""

    viewer = IntegerField(lazy_gettext("Who looked: person number"), [Optional(), NumberRange(1)])
    person = IntegerField(
        lazy_gettext("Who was looked at: person number"), [Optional(), NumberRange(1)]
    )
    exports = BooleanField(lazy_gettext("Exports only"))
