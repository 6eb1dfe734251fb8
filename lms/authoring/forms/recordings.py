"""Bringing a recording into a draft."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from lms.authoring.forms.media import MediumFields, file_name
from lms.authoring.rules.pictures import recording

LONGEST_TRANSCRIPT = 30_000


class RecordingForm(FlaskForm):
    """A recording with every word that is said in it."""

    sound = FileField(
        _("Recording"),
        [FileRequired(_("Choose a file."))],
        description=_(
            "MP3 or M4A, up to 10 MB; 48 kbit/s are enough for a voice. Who made it, where and "
            "when is removed. No voices of people who could be recognised, unless they agreed."
        ),
    )
    title = StringField(
        _("Title of the recording"),
        [
            DataRequired(_("Say what is heard.")),
            Length(max=160, message=_("Write it in at most 160 characters.")),
        ],
    )
    transcript = TextAreaField(
        _("Every word that is said"),
        [
            DataRequired(_("Write what is said, for those who cannot hear it or cannot load it.")),
            Length(
                max=LONGEST_TRANSCRIPT, message=_("The text is too long. Divide the recording.")
            ),
        ],
        description=_(
            "A paragraph for each speaker, such as **Officer:** Would you like some water? Sounds "
            "that matter too."
        ),
    )
    sound_name = file_name(_("Name of the file"))
    sound_page = SelectField(
        _("The page it stands on"),
        validate_choice=True,
        description=_("It is put at the end; you move it to its place in the text afterwards."),
    )

    def shared(self) -> MediumFields:
        """The fields every medium has."""
        return MediumFields(self.sound, self.sound_name, self.sound_page)

    def lines(self, name: str) -> str:
        """What a page says to play it under this name."""
        return recording(name, self.title.data or "", self.transcript.data or "")

    def offer(self, pages: Sequence[tuple[str, str]]) -> None:
        """Path and title of the pages it can stand on."""
        self.sound_page.choices = list(pages)
