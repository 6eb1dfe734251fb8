"""The form of an agency."""

from __future__ import annotations

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import SelectField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from lms.people.models import Agency
from lms.people.models.members import AGENCY_TYPE_NAMES, AgencyType

_LENGTH = Length(max=200, message=_("Write it in at most 200 characters."))


class AgencyForm(FlaskForm):
    """Name, name in the member's own script, and type."""

    name = StringField(
        _("Name in English"),
        [DataRequired(_("Write the name of the agency.")), _LENGTH],
        description=_("Such as “Department of Immigration”. Without the name of the member."),
    )
    own_script_name = StringField(
        _("Name in the member's own language"),
        [Optional(), _LENGTH],
        description=_("In its own letters, as it stands on letters and buildings."),
    )
    type = SelectField(
        _("Type"),
        [InputRequired(_("Choose the type that fits best."))],
        description=_("Trainers see the type of a person's agency, and not its name."),
    )

    @classmethod
    def of(cls, agency: Agency | None) -> AgencyForm:
        """The form for an agency that stands, or for a new one."""
        form = cls(obj=agency)
        if agency is not None and not form.is_submitted():
            form.type.data = agency.type.value
        first = [("", gettext("Choose a type"))] if agency is None else []
        form.type.choices = first + [
            (kind.value, gettext(name)) for kind, name in AGENCY_TYPE_NAMES.items()
        ]
        return form

    def chosen_type(self) -> AgencyType:
        """The type chosen, after validation."""
        return AgencyType(self.type.data)
