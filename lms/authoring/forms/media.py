"""Bringing a medium into a draft: what pictures and recordings share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import SelectField, StringField
from wtforms.validators import Length, Optional, Regexp


class MediumFields(NamedTuple):
    """The file that is brought, the name it is to have, the page it is put on."""

    file: FileField
    name: StringField
    page: SelectField


class MediumForm(FlaskForm):
    """A medium with the words that stand for it.

    The forms stand on one page, so the fields they share are called differently in each.
    """

    def shared(self) -> MediumFields:
        """The fields every medium has."""
        raise NotImplementedError

    def lines(self, name: str) -> str:
        """What a page says to show or play it under this name."""
        raise NotImplementedError

    def offer(self, pages: Sequence[tuple[str, str]]) -> None:
        """Path and title of the pages it can stand on."""
        self.shared().page.choices = list(pages)


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
