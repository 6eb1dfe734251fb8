"""The form that proposes a merge."""

from __future__ import annotations

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import EmailField, SelectField
from wtforms.validators import InputRequired, Length

from lms.people.rules.merges import MERGE_REASON_NAMES, MergeReason

LONGEST_EMAIL = 320


class ProposeMergeForm(FlaskForm):
    """Which other account is the same person's, and what speaks for it."""

    other_email = EmailField(
        _("E-mail address of the other account"),
        [
            InputRequired(_("Write the e-mail address of the other account.")),
            Length(max=LONGEST_EMAIL, message=_("This address is longer than any can be.")),
        ],
        description=_("That account will be closed, and can be opened again."),
    )
    reason = SelectField(
        _("What speaks for it"), [InputRequired(_("Choose the reason that fits best."))]
    )

    @classmethod
    def fresh(cls) -> ProposeMergeForm:
        """The form with its reasons in the page's language."""
        form = cls()
        form.reason.choices = [
            (reason.value, gettext(name)) for reason, name in MERGE_REASON_NAMES.items()
        ]
        return form

    def chosen(self) -> MergeReason:
        """The reason chosen, after validation."""
        return MergeReason(self.reason.data)
