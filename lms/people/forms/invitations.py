"""Forms for inviting one person, or several at once."""

from __future__ import annotations

from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from wtforms import BooleanField, EmailField, SelectField, StringField, TextAreaField

from lms.core.errors import BadInputError, BekalError
from lms.people.rules.invitations import Line, LineError, clean_address, read_lines
from lms.people.rules.names import clean_name


def whole_number(value: object) -> int | None:
    """What a list of rows sends back: the id, or None for the line that names none."""
    return int(str(value)) if value not in (None, "", "None") else None


class _TermsForm(FlaskForm):
    """What all people of one invitation have in common."""

    agency_id = SelectField(lazy_gettext("Agency"), coerce=whole_number)
    post = StringField(lazy_gettext("Post"))
    language = SelectField(lazy_gettext("Language of the invitation"))
    limits_listing = BooleanField(
        lazy_gettext("Limited listing: show them to others as “Official”, in no directory")
    )


class InviteOneForm(_TermsForm):
    """One person."""

    name = StringField(lazy_gettext("Name"))
    email = EmailField(lazy_gettext("E-mail address"))

    def line(self) -> Line | None:
        """The person typed; None, with errors beside the fields, if they cannot be used."""
        found: dict[str, str] = {}
        for field, clean in ((self.name, clean_name), (self.email, clean_address)):
            try:
                found[field.name] = clean(field.data or "", field=field.name)
            except BadInputError as error:
                field.errors = (*field.errors, say(error))
        if "name" in found and not found["name"]:
            self.name.errors = (gettext("Write the person's name."),)
            return None
        if len(found) < 2:
            return None
        return Line(1, found["email"], found["name"], found["email"])


class InviteSeveralForm(_TermsForm):
    """Several people, a line each."""

    lines = TextAreaField(lazy_gettext("People, a line each: name, e-mail"))

    def read(self) -> tuple[list[Line], list[LineError]]:
        """The people typed and the lines that cannot be used; an error if there is neither."""
        lines, errors = read_lines(self.lines.data or "")
        if not lines and not errors:
            self.lines.errors = (gettext("Paste at least one line, with a name and an address."),)
        return lines, errors


def say(error: BekalError) -> str:
    """The sentence of an error in the language of the page."""
    return str(gettext(error.sentence, **error.values))
