"""The form that gives a person another agency or post within the member."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import DateField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

from lms.people.models import Person


class AffiliationForm(FlaskForm):
    """Agency, post, and since when."""

    agency_id = SelectField(_("Agency"), [Optional(strip_whitespace=False)])
    post = StringField(
        _("Post"),
        [Optional(), Length(max=200, message=_("Write it in at most 200 characters."))],
        description=_("Such as “Immigration officer”."),
    )
    started_on = DateField(_("Since"), [InputRequired(_("Write the day from which this holds."))])

    @classmethod
    def of(
        cls, person: Person, agencies: Sequence[tuple[int, str]], *, today: datetime.date
    ) -> AffiliationForm:
        """The form as things stand, with the agencies the actor may choose from."""
        form = cls(
            data={"agency_id": person.agency_id or "", "post": person.post, "started_on": today}
        )
        form.agency_id.choices = [
            *([] if person.agency_id else [("", gettext("No agency"))]),
            *((str(agency_id), name) for agency_id, name in agencies),
        ]
        return form
