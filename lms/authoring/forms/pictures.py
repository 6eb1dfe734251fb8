"""Bringing a picture into a draft."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from lms.authoring.forms.media import MediumFields, file_name
from lms.authoring.rules.pictures import figure


class PictureForm(FlaskForm):
    """A picture with the words that stand for it."""

    file = FileField(
        _("Picture"),
        [FileRequired(_("Choose a file."))],
        description=_(
            "PNG, JPEG or SVG, up to 2 MB; a drawing up to 100 kB. Where and when a photograph "
            "was taken is removed. No faces of people who could be recognised."
        ),
    )
    alternative = TextAreaField(
        _("What the picture shows"),
        [
            DataRequired(_("Say what the picture shows to somebody who cannot see it.")),
            Length(max=300, message=_("Write it in at most 300 characters.")),
        ],
        description=_("For those who cannot see it, in at most 300 characters."),
    )
    caption = StringField(
        _("Caption"),
        [
            DataRequired(_("Write the line below the picture.")),
            Length(max=300, message=_("Write it in at most 300 characters.")),
        ],
    )
    name = file_name(_("Name"))
    page = SelectField(
        _("Put it at the end of a page"),
        validate_choice=True,
        default="",
        description=_("You move it to its place in the text afterwards."),
    )

    def shared(self) -> MediumFields:
        """The fields every medium has."""
        return MediumFields(self.file, self.name, self.page)

    def lines(self, name: str) -> str:
        """What a page says to show it under this name."""
        return figure(name, self.alternative.data or "", self.caption.data or "")

    def offer(self, pages: Sequence[tuple[str, str]]) -> None:
        """Path and title of the pages it can stand on; it may wait for one."""
        self.page.choices = [("", _("not yet")), *pages]
