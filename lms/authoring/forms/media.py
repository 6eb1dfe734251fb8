"""Bringing a medium into a draft: what pictures and recordings share."""

from __future__ import annotations

from typing import NamedTuple

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString
from flask_wtf.file import FileField
from wtforms import SelectField, StringField
from wtforms.validators import Length, Optional, Regexp


class MediumFields(NamedTuple):
    """The file that is brought, the name it is to have, the page it is put on.

    The forms stand on one page, so these fields are called differently in each.
    """

    file: FileField
    name: StringField
    page: SelectField


def file_name(label: LazyString) -> StringField:
    """A field for the name of the file, without its ending."""
    return StringField(
        label,
        [
            Optional(),
            Length(max=60, message=_("Write it in at most 60 characters.")),
            Regexp(
                r"^[a-z0-9]+(-[a-z0-9]+)*$",
                message=_("Use small letters a to z, digits and single hyphens."),
            ),
        ],
        description=_("Left empty, it is made from the name of the file."),
    )
