"""The forms of transfers: begin one, ask for a person, accept, refuse."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import EmailField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

from lms.people.rules.transfers import (
    ASK_REASONS,
    TRANSFER_REASON_NAMES,
    TransferReason,
)

LONGEST_EMAIL = 320
_REASON = _("Choose the reason that fits best.")


class AskForm(FlaskForm):
    """To which member, and why."""

    to_member_code = SelectField(
        _("New member"), [InputRequired(_("Choose the new member from the list."))]
    )
    reason = SelectField(_("Reason"), [InputRequired(_REASON)])

    @classmethod
    def of(cls, members: Sequence[tuple[str, str]]) -> AskForm:
        """The form with these members to choose from."""
        form = cls()
        form.to_member_code.choices = [("", gettext("Choose a member")), *members]
        form.reason.choices = _reasons(ASK_REASONS)
        return form

    def chosen(self) -> TransferReason:
        """The reason chosen, after validation."""
        return TransferReason(self.reason.data)


class RequestForm(FlaskForm):
    """For whom a focal point asks: an address is all there is to give."""

    email = EmailField(
        _("E-mail address of the person"),
        [
            InputRequired(_("Write the e-mail address of the person.")),
            Length(max=LONGEST_EMAIL, message=_("This address is longer than any can be.")),
        ],
        description=_("The address they sign in with, or the one you know."),
    )


class AcceptForm(FlaskForm):
    """Where the person belongs from now on."""

    agency_id = SelectField(
        _("Agency"), [InputRequired(_("Choose the agency the person works for."))]
    )
    post = StringField(
        _("Post"),
        [Optional(), Length(max=200, message=_("Write it in at most 200 characters."))],
        description=_("Such as “Immigration officer”."),
    )

    @classmethod
    def of(cls, agencies: Sequence[tuple[int, str]]) -> AcceptForm:
        """The form with the agencies of the new member."""
        form = cls()
        form.agency_id.choices = [
            ("", gettext("Choose an agency")),
            *((str(agency_id), name) for agency_id, name in agencies),
        ]
        return form


class RefuseForm(FlaskForm):
    """Why a transfer is refused. Its field is not called as that of another form of the page."""

    reason = SelectField(_("Reason"), [InputRequired(_REASON)])

    @classmethod
    def of(cls, reasons: Iterable[TransferReason]) -> RefuseForm:
        """The form with the reasons of this step."""
        form = cls()
        form.reason.choices = _reasons(reasons)
        return form

    def chosen(self) -> TransferReason:
        """The reason chosen, after validation."""
        return TransferReason(self.reason.data)


def _reasons(reasons: Iterable[TransferReason]) -> list[tuple[str, str]]:
    return [(reason.value, gettext(TRANSFER_REASON_NAMES[reason])) for reason in reasons]
