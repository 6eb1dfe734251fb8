"""Forms of imports: the file, how it is read, and the decision to write it."""

from __future__ import annotations

from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import IntegerField, RadioField, SelectField
from wtforms.validators import InputRequired
from wtforms.widgets import HiddenInput

from lms.people.rules.spreadsheets.delimited import DELIMITER_NAMES
from lms.people.rules.spreadsheets.encodings import ENCODING_NAMES

NOW, LATER = "now", "later"


class FileForm(FlaskForm):
    """A file of people, and for whom it is."""

    file = FileField(lazy_gettext("File of people (CSV or XLSX)"))
    scope = SelectField(lazy_gettext("For"))


class ReadAgainForm(FlaskForm):
    """How to read the file; what a kind of file does not have is left out of the page."""

    encoding = SelectField(lazy_gettext("Encoding of the letters"), default="")
    delimiter = SelectField(lazy_gettext("Between columns stands"), default="")
    sheet = SelectField(lazy_gettext("Sheet"), default="")

    def offer(self, sheets: list[str]) -> None:
        """Fill in what there is to choose from, in the language of the page."""
        guess = [("", gettext("Guess it"))]
        self.encoding.choices = [
            *guess,
            *[(code, gettext(words)) for code, words in ENCODING_NAMES.items()],
        ]
        self.delimiter.choices = [
            *guess,
            *[(code, gettext(words)) for code, words in DELIMITER_NAMES.items()],
        ]
        self.sheet.choices = [("", gettext("The first one")), *[(name, name) for name in sheets]]


class WriteForm(FlaskForm):
    """Let the previewed rows be written. The counts are those the person was shown."""

    new = IntegerField(widget=HiddenInput(), validators=[InputRequired()])
    changed = IntegerField(widget=HiddenInput(), validators=[InputRequired()])
    problems = IntegerField(widget=HiddenInput(), validators=[InputRequired()])
    invitations = RadioField(lazy_gettext("Invitations"), default=NOW)

    def offer(self) -> None:
        """Fill in the choice, in the language of the page."""
        self.invitations.choices = [
            (NOW, gettext("Send them at once")),
            (LATER, gettext("Send none now; I send them from this page later")),
        ]


class StepForm(FlaskForm):
    """A button that needs nothing but the token."""
