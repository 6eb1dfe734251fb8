"""Forms of a member's notes and of the numbers its people may call."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, Length, Regexp
from wtforms.widgets import CheckboxInput, ListWidget

from lms.courses.models import Helpline, MemberNote
from lms.courses.notes import LONGEST_NOTE
from lms.courses.services.helplines import Called


class DayField(DateField):
    """A day, and our own words when it cannot be read."""

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError(gettext("Write the day like this: 2026-11-22")) from error


class NoteForm(FlaskForm):
    """The text of a note, its language, and when somebody last made sure of it.

    `standing` is the number of the version on the page: a change made meanwhile is seen.
    """

    body = TextAreaField(
        _("Your note"),
        [
            DataRequired(_("Write the note, or take it away.")),
            Length(max=LONGEST_NOTE, message=_("Write at most 2000 characters.")),
        ],
        description=_(
            "Name the authority, the law and the number to call in your jurisdiction. "
            "**bold**, *emphasis*, lists with hyphens and [links](https://…) are kept."
        ),
    )
    checked_on = DayField(
        _("Last checked on"),
        [InputRequired(_("Write the day on which somebody made sure that this is right."))],
        description=_("Readers see it. After a year they are told that it may be out of date."),
    )
    standing = HiddenField(validators=[Regexp(r"^\d{1,6}$")])

    @classmethod
    def of(cls, note: MemberNote | None, *, today: datetime.date) -> NoteForm:
        """The form as the note stands, or empty."""
        return cls(
            data={
                "body": note.body if note else "",
                "checked_on": note.checked_on if note else today,
                "standing": str(note.number if note else 0),
            }
        )


class HelplineForm(FlaskForm):
    """One service people may call."""

    name = StringField(
        _("Name of the service"),
        [
            DataRequired(_("Write the name of the service.")),
            Length(max=120, message=_("Write it in at most 120 characters.")),
        ],
    )
    number = StringField(
        _("Number"),
        [
            DataRequired(_("Write the number as it is dialled.")),
            Length(max=60, message=_("Write it in at most 60 characters.")),
        ],
        description=_("As it is dialled inside the member, such as 488 2511 or 112."),
    )
    hours = StringField(
        _("Hours"),
        [
            DataRequired(_("Write when somebody answers.")),
            Length(max=120, message=_("Write it in at most 120 characters.")),
        ],
        description=_("Such as “day and night” or “Monday to Friday, 08:00 to 17:00”."),
    )
    languages = SelectMultipleField(
        _("Languages spoken there"),
        [InputRequired(_("Choose one language or more."))],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    is_free = BooleanField(_("The call is free of charge"))
    checked_on = DayField(
        _("Last checked on"),
        [InputRequired(_("Write the day on which somebody tried this number."))],
        description=_("Somebody who calls in a bad moment must reach a person."),
    )

    @classmethod
    def of(
        cls,
        helpline: Helpline | None,
        languages: Sequence[tuple[str, str]],
        *,
        today: datetime.date,
    ) -> HelplineForm:
        """The form as the service stands, or empty; `languages` are code and name."""
        form = cls(
            data={
                "name": helpline.name if helpline else "",
                "number": helpline.number if helpline else "",
                "hours": helpline.hours if helpline else "",
                "languages": helpline.languages if helpline else [],
                "is_free": helpline.is_free if helpline else False,
                "checked_on": helpline.checked_on if helpline else today,
            }
        )
        form.languages.choices = list(languages)
        return form

    def called(self) -> Called:
        """What was typed, after validation."""
        return Called(
            name=self.name.data or "",
            number=self.number.data or "",
            hours=self.hours.data or "",
            languages=tuple(self.languages.data or ()),
            is_free=bool(self.is_free.data),
            checked_on=self.checked_on.data,
        )
