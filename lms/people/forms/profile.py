"""Forms of the own profile."""

from __future__ import annotations

import datetime

from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from wtforms import (
    EmailField,
    FieldList,
    HiddenField,
    PasswordField,
    RadioField,
    SelectField,
    StringField,
)

from lms.people.models.persons import SEX_NAMES, Sex
from lms.people.rules.languages import REGION, language_names
from lms.people.rules.names import LONGEST
from lms.people.rules.time_zones import zone_names, zones_by_region
from lms.people.services.profile import Profile

MOST_LANGUAGES = 5


class ProfileForm(FlaskForm):
    """What a person says about themselves."""

    name = StringField(
        lazy_gettext("Name"),
        description=lazy_gettext("As you write it. Certificates print it so; we never split it."),
    )
    own_script_name = StringField(
        lazy_gettext("Name in your own script"),
        description=lazy_gettext("If you also write it in other letters, such as Khmer or Thai."),
    )
    own_script_language = SelectField(lazy_gettext("Language of that name"))
    list_name = StringField(
        lazy_gettext("Name for lists"),
        description=lazy_gettext("Only if lists should sort you by another part of your name."),
    )
    post = StringField(lazy_gettext("Post"))
    sex = RadioField(
        lazy_gettext("Sex"),
        description=lazy_gettext(
            "Asked so that the secretariat can count how many women and men take part. Your "
            "focal point and the secretariat see it; reports show counts only."
        ),
    )
    languages = FieldList(
        SelectField(lazy_gettext("Language")), min_entries=MOST_LANGUAGES, max_entries=9
    )
    time_zone = SelectField(
        lazy_gettext("Time zone"), description=lazy_gettext("Times are shown to you in this zone.")
    )
    interface_language = SelectField(lazy_gettext("Language of pages and mail"))

    def offer(
        self,
        interface: list[tuple[str, str]],
        *,
        present: list[str],
        zone: str,
        now: datetime.datetime,
    ) -> None:
        """Fill in the choices; `present` languages and `zone` stay choices if they are rare."""
        names = language_names()
        codes = [*REGION, *(code for code in present if code not in REGION and code in names)]
        spoken = sorted(((code, names[code]) for code in codes), key=lambda pair: pair[1])
        self.own_script_language.choices = [("", gettext("Not needed")), *spoken]
        for field in self.languages:
            field.choices = [("", gettext("None")), *spoken]
        self.sex.choices = [(sex.value, lazy_gettext(SEX_NAMES[sex])) for sex in Sex]
        everywhere = ["UTC"] if zone in zone_names() else ["UTC", zone]
        self.time_zone.choices = {
            gettext("Everywhere"): [(name, name) for name in everywhere],
            **{gettext(region): zones for region, zones in zones_by_region(now)},
        }
        self.interface_language.choices = interface

    def values(self) -> Profile:
        """What was typed, for the service, which checks the names."""
        languages = dict.fromkeys(field.data for field in self.languages if field.data)
        return Profile(
            name=self.name.data or "",
            own_script_name=self.own_script_name.data or "",
            own_script_language=self.own_script_language.data or "",
            list_name=self.list_name.data or "",
            post=(self.post.data or "")[:LONGEST],
            sex=Sex(self.sex.data),
            languages=tuple(languages),
            time_zone=self.time_zone.data,
            interface_language=self.interface_language.data,
        )


class OwnListingForm(FlaskForm):
    """The own switch of limited listing; the button says which way."""

    limited = HiddenField()


class AddressForm(FlaskForm):
    """The new e-mail address."""

    email = EmailField(lazy_gettext("New e-mail address"))
    password = PasswordField(lazy_gettext("Your present password"))


class ConfirmForm(FlaskForm):
    """One button behind the link of a mail."""
