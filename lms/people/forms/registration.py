"""The form of a person who registers."""

from __future__ import annotations

from collections.abc import Sequence

from babel import Locale
from flask_babel import get_locale, gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    EmailField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
)
from wtforms.validators import InputRequired, Length, Optional, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from lms.people.models import Agency
from lms.people.models.persons import SECTOR_NAMES, SEX_NAMES, Sector, Sex
from lms.people.rules.languages import REGION, find_language, language_names
from lms.people.rules.sign_in import LONGEST_EMAIL
from lms.people.services.registrations import Wish

ANOTHER = "another"
_LENGTH = Length(max=200, message=_("Write it in at most 200 characters."))


class RegistrationForm(FlaskForm):
    """Who registers, for which member, and how they want to be shown."""

    member = HiddenField()
    name = StringField(
        _("Your name"),
        [InputRequired(_("Write your name.")), _LENGTH],
        description=_("As you write it in Latin letters. It is printed on your certificates."),
    )
    own_script_name = StringField(
        _("Your name in your own script"),
        [Optional(), _LENGTH],
        description=_("If you write it in other letters, such as ខ្មែរ, বাংলা or 中文."),
    )
    email = EmailField(
        _("E-mail address"),
        [
            InputRequired(_("Write your e-mail address.")),
            Length(max=LONGEST_EMAIL, message=_("This address is longer than any can be.")),
        ],
        description=_("Your address at work, if you have one. We send a link to it."),
    )
    agency = SelectField(_("Agency"), [InputRequired(_("Choose your agency."))])
    agency_name = StringField(
        _("Name of another agency"),
        [_LENGTH],
        description=_("Only if yours is not in the list."),
    )
    post = StringField(
        _("Post"),
        [InputRequired(_("Write your post.")), _LENGTH],
        description=_("Such as “Immigration officer”."),
    )
    sector = SelectField(_("Sector"), default=Sector.GOVERNMENT.value)
    languages = SelectMultipleField(
        _("Languages you work in"),
        [InputRequired(_("Choose at least one language."))],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    sex = RadioField(
        _("Sex"),
        default=Sex.NOT_STATED.value,
        description=_(
            "We ask in order to report how many women and men take part, as numbers only. "
            "Your focal point and the secretariat see your answer. You need not give one."
        ),
    )
    limits_own_listing = BooleanField(
        _("Limited listing"),
        description=_(
            "Show me as “Official” to everybody but my focal point and the secretariat, and leave "
            "me out of directories. Anybody may choose this; no reason is asked or kept."
        ),
    )

    def offer(self, agencies: Sequence[Agency], *, spoken: str) -> None:
        """Give the choices: the member's agencies, and the words in the reader's language.

        `spoken`: the member's languages by their English names, with commas; they and
        English come first.
        """
        self.agency.choices = [
            ("", gettext("Choose")),
            *[(str(agency.id), agency.name) for agency in agencies],
            (ANOTHER, gettext("Another agency")),
        ]
        self.sector.choices = [(each.value, gettext(SECTOR_NAMES[each])) for each in Sector]
        self.sex.choices = [(each.value, gettext(SEX_NAMES[each])) for each in Sex]
        own_names = (get_locale() or Locale("en")).languages
        english = language_names()
        named = [(code, own_names.get(code) or english[code]) for code in REGION]
        first = {find_language(word) for word in spoken.split(",")} | {"en"}
        self.languages.choices = sorted(
            named, key=lambda each: (each[0] not in first, each[1].casefold())
        )

    def validate_agency_name(self, field: StringField) -> None:
        """Another agency needs its name."""
        if self.agency.data == ANOTHER and not (field.data or "").strip():
            raise ValidationError(gettext("Write the name of your agency."))

    def wish(self) -> Wish:
        """What was typed, for the service."""
        another = self.agency.data == ANOTHER
        return Wish(
            email=self.email.data or "",
            name=self.name.data or "",
            own_script_name=self.own_script_name.data or "",
            own_script_language="",
            member_code=self.member.data or "",
            agency_id=None if another else int(self.agency.data),
            agency_name=(self.agency_name.data or "") if another else "",
            post=self.post.data or "",
            sector=Sector(self.sector.data),
            sex=Sex(self.sex.data),
            languages=list(self.languages.data or []),
            limits_own_listing=bool(self.limits_own_listing.data),
        )
