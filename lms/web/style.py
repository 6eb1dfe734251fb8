"""What the living style page shows: every part of the look with its states, on invented facts."""

from __future__ import annotations

import datetime

from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    DateField,
    EmailField,
    FileField,
    PasswordField,
    RadioField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Optional
from wtforms.widgets import CheckboxInput, ListWidget


class StyleForm(FlaskForm):
    """One field of every sort; sent by nobody."""

    name = StringField("Name as you write it", description="It is printed on certificates.")
    email = EmailField("E-mail address", [InputRequired("Write your e-mail address")])
    password = PasswordField("Password", description="At least 12 characters.")
    session_day = DateField("Date of the session", [Optional()])
    member = StringField("Member", description="Your focal point changes this.")
    work = SelectField(
        "Your work",
        choices=[
            SelectChoice("border", "Border and immigration"),
            SelectChoice("labour", "Labour inspection"),
        ],
    )
    way = RadioField(
        "How will you join?",
        choices=[SelectChoice("room", "In the room"), SelectChoice("online", "Online")],
    )
    languages = SelectMultipleField(
        "Languages you work in",
        choices=[
            SelectChoice("en", "English"),
            SelectChoice("th", "ไทย"),
            SelectChoice("vi", "Tiếng Việt"),
        ],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    reminder = BooleanField("Send me a reminder one day before")
    agreed = BooleanField(
        "Each person has agreed to be nominated",
        [InputRequired("Ask each person, then tick this")],
    )
    note = TextAreaField("What they will bring home", [Optional()])
    people = FileField(
        "List of participants", description="CSV or XLSX, up to 1 MB. One person to a line."
    )


def facts() -> dict[str, object]:
    """The names templates/style/index.html needs. The form is filled, and two fields refused."""
    filled = MultiDict(
        {
            "name": "ณัฐพล สุขเจริญ",
            "email": "",
            "member": "Thailand",
            "work": "labour",
            "way": "room",
            "languages": "th",
        }
    )
    form = StyleForm(formdata=filled, meta={"csrf": False})
    form.validate()
    return {
        "form": form,
        "closes": datetime.datetime(2026, 12, 11, 11, 30, tzinfo=datetime.UTC),
        "past": datetime.date(2026, 11, 10),
        "today": datetime.date(2026, 11, 22),
        "ahead": datetime.date(2027, 2, 9),
    }
