"""Forms of guides: the file, corrections of the tree, and what is said of the edition."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import BooleanField, IntegerField, SelectField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional, Regexp
from wtforms.widgets import HiddenInput

from lms.core.fields import WholeNumberField

KEY = r"^[a-z0-9]+(?:-[a-z0-9]+)*$"
NEW = "+"
"""The choice of a guide that is not known yet; no key begins so."""


class GuideFileForm(FlaskForm):
    """A guide's file."""

    file = FileField(lazy_gettext("The guide's file (PDF, DOCX, HTML or Markdown)"))


class TreeForm(FlaskForm):
    """Corrections: the verb is the button, `seen` how many steps the page knew of."""

    seen = IntegerField(widget=HiddenInput(), validators=[InputRequired()])


class TitleForm(FlaskForm):
    """Another title for one section."""

    seen = IntegerField(widget=HiddenInput(), validators=[InputRequired()])
    title = StringField(
        lazy_gettext("Title"),
        validators=[InputRequired(lazy_gettext("Write a title.")), Length(max=300)],
    )


class StepForm(FlaskForm):
    """A button that needs nothing but the token."""


class AcceptForm(FlaskForm):
    """What the edition is."""

    seen = IntegerField(widget=HiddenInput(), validators=[InputRequired()])
    guide_key = SelectField(lazy_gettext("Guide"))
    title = StringField(
        lazy_gettext("Title of the new guide"), validators=[Optional(), Length(max=300)]
    )
    short = StringField(
        lazy_gettext("Its short name, for margins"), validators=[Optional(), Length(max=80)]
    )
    series_key = SelectField(lazy_gettext("Series"))
    language = SelectField(lazy_gettext("Language of this edition"))
    year = WholeNumberField(
        lazy_gettext("Year"),
        validators=[
            InputRequired(lazy_gettext("Write the year as four digits.")),
            NumberRange(1900, 2100, lazy_gettext("Write the year as four digits.")),
        ],
    )
    edition_key = StringField(
        lazy_gettext("Key of the edition"),
        validators=[
            Optional(),
            Length(max=80),
            Regexp(KEY, message=lazy_gettext("Use small letters, digits and single hyphens.")),
        ],
    )
    publisher = StringField(
        lazy_gettext("Publisher"),
        validators=[InputRequired(lazy_gettext("Write who published it.")), Length(max=300)],
    )
    may_quote = BooleanField(lazy_gettext("The licence lets us quote its words in courses"))

    def offer(
        self,
        guides: Sequence[tuple[str, str]],
        series: Sequence[tuple[str, str]],
        languages: Sequence[tuple[str, str]],
    ) -> None:
        """Fill in what there is to choose from."""
        self.guide_key.choices = [*guides, (NEW, gettext("A guide that is not in the list"))]
        self.series_key.choices = [("", gettext("None")), *series]
        self.language.choices = list(languages)
