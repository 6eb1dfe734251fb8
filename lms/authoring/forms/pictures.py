"""Bringing a picture into a draft."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional, Regexp


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
    name = StringField(
        _("Name"),
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
    page = SelectField(
        _("Put it at the end of a page"),
        validate_choice=True,
        default="",
        description=_("You move it to its place in the text afterwards."),
    )

    def offer(self, pages: Sequence[tuple[str, str]]) -> None:
        """Path and title of the pages it can stand on."""
        self.page.choices = [("", _("not yet")), *pages]
