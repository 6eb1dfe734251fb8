"""Forms of one person's page: reasons of decisions, the agency chosen, limited listing."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from wtforms import BooleanField, EmailField, HiddenField, SelectField, StringField

from lms.people.forms.invitations import whole_number
from lms.people.rules.persons import REASON_NAMES, Reason, Transition


class MoveForm(FlaskForm):
    """One verb with its reason. Ids carry the verb, so that several stand on one page."""

    verb = HiddenField()
    reason = SelectField(lazy_gettext("Reason"), validate_choice=False)

    @classmethod
    def of(cls, step: Transition, *, mark: str = "", **given: object) -> MoveForm:
        """The form of one transition; `mark` keeps ids apart where it stands on many rows."""
        form = cls(**given)
        form.verb.data = step.verb.value
        form.verb.id = f"verb-{step.verb.value}{mark}"
        form.reason.choices = reason_choices(step.reasons)
        form.reason.id = f"reason-{step.verb.value}{mark}"
        form.reason.label.field_id = form.reason.id
        return form

    def chosen(self) -> Reason | None:
        """The reason chosen, or None."""
        return Reason(self.reason.data) if self.reason.data in set(Reason) else None


def reason_choices(reasons: Sequence[Reason]) -> list[tuple[str, str]]:
    """The reasons as options, after one that is no choice."""
    options = [(reason.value, gettext(REASON_NAMES[reason])) for reason in reasons]
    return [("", gettext("Choose a reason")), *options]


class AcceptForm(FlaskForm):
    """The agency of somebody who registered."""

    agency_id = SelectField(lazy_gettext("Agency"), coerce=whole_number, validate_choice=False)


class ListingForm(FlaskForm):
    """The focal point's switch of limited listing, and the names they vouch for."""

    is_limited = BooleanField(lazy_gettext("Limit the listing of this person"))
    working_name = StringField(
        lazy_gettext("Working name you vouch for"),
        description=lazy_gettext("Shown to others instead of “Official”. Leave empty for none."),
    )
    relay_address = EmailField(
        lazy_gettext("Relay address you vouch for"),
        description=lazy_gettext("Mail of others goes there instead of to the person's address."),
    )


class CheckForm(FlaskForm):
    """What the secretariat decides about an address that somebody else holds."""

    decision = HiddenField()
