"""What the secretariat fills in: a correction, a withdrawal, who signs, a scope."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import DateField, DecimalField, RadioField, SelectField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from lms.certificates.queries.lists import Place
from lms.certificates.rules import (
    CORRECTION_REASON_NAMES,
    REVOCATION_REASON_NAMES,
    CorrectionReason,
    RevocationReason,
)
from lms.certificates.services.deciding import Correction
from lms.certificates.services.signatories import LONGEST, Post, Signing
from lms.core.fields import WholeNumberField


class CorrectForm(FlaskForm):
    """What the corrected certificate says instead."""

    reason = RadioField(_("What is not right?"), [InputRequired(_("Choose what is not right."))])
    affiliation = SelectField(
        _("Member and agency"),
        [Optional(strip_whitespace=False)],
        description=_("Only if the member or agency is not right: where it was earned."),
    )
    hours = DecimalField(
        _("Hours"), [Optional()], places=1, description=_("Only if the hours are not right.")
    )
    completed_on = DateField(
        _("Day of completion"), [Optional()], description=_("Only if a date is not right.")
    )
    months = WholeNumberField(
        _("Valid for how many months from today"),
        [Optional(), NumberRange(1, 120, _("Write a number from 1 to 120."))],
        description=_("Only if it is renewed."),
    )

    @classmethod
    def of(cls, places: Iterable[Place]) -> CorrectForm:
        """The form with reasons in the page's language and these affiliations to choose from."""
        form = cls()
        form.reason.choices = [
            (reason.value, gettext(name)) for reason, name in CORRECTION_REASON_NAMES.items()
        ]
        form.affiliation.choices = [
            ("", gettext("Leave as it is")),
            *((str(each.affiliation_id), _place(each)) for each in places),
        ]
        return form

    def wanted(self) -> Correction:
        """What was filled in, after validation."""
        chosen = self.affiliation.data
        return Correction(
            reason=CorrectionReason(self.reason.data),
            affiliation_id=int(chosen) if chosen else None,
            hours=float(self.hours.data) if self.hours.data is not None else None,
            completed_on=self.completed_on.data,
            months=self.months.data,
        )


class RevokeForm(FlaskForm):
    """Why a certificate is withdrawn."""

    revocation = RadioField(
        _("Why is it withdrawn?"),
        [InputRequired(_("Choose the reason that fits best."))],
        description=_("Who checks the number is told that it was withdrawn and when, never why."),
    )

    @classmethod
    def fresh(cls) -> RevokeForm:
        """The form with its reasons in the page's language."""
        form = cls()
        form.revocation.choices = [
            (reason.value, gettext(name)) for reason, name in REVOCATION_REASON_NAMES.items()
        ]
        return form

    def chosen(self) -> RevocationReason:
        """The reason chosen, after validation."""
        return RevocationReason(self.revocation.data)


class SignatoryForm(FlaskForm):
    """Who signs certificates from now on, in the languages they are worded in."""

    name = StringField(_("Name"), [InputRequired(_("Write who signs.")), Length(max=LONGEST)])
    post_en = StringField(_("Post, in English"), [InputRequired(_("Write the post."))])
    authority_en = StringField(_("Body, in English"), [InputRequired(_("Write the body."))])
    post_id = StringField(_("Post, in Bahasa Indonesia"), [InputRequired(_("Write the post."))])
    authority_id = StringField(
        _("Body, in Bahasa Indonesia"), [InputRequired(_("Write the body."))]
    )

    @classmethod
    def of(cls, signing: Signing) -> SignatoryForm:
        """The form with who signs now."""
        return cls(
            data={
                "name": signing.name,
                **{f"post_{code}": post.post for code, post in signing.posts.items()},
                **{f"authority_{code}": post.authority for code, post in signing.posts.items()},
            }
        )

    def wanted(self) -> Signing:
        """What was filled in, after validation."""
        return Signing(
            name=self.name.data or "",
            posts={
                "en": Post(self.post_en.data or "", self.authority_en.data or ""),
                "id": Post(self.post_id.data or "", self.authority_id.data or ""),
            },
        )


def _place(place: Place) -> str:
    return ", ".join(part for part in (place.member, place.agency) if part)
