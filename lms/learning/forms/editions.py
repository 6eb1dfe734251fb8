"""Forms of editions: withdrawing one, moving people to one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from flask_babel import format_decimal, gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectMultipleField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired
from wtforms.widgets import CheckboxInput, ListWidget

from lms.completion.rules.moving import GROUP_NAMES, Preview
from lms.courses.rules import EDITION_WITHDRAWAL_NAMES, EditionWithdrawal


def group_choices(found: Preview) -> list[tuple[str, str]]:
    """The groups that a move would touch, with how many persons each has; empty ones left out."""
    return [
        (
            group.value,
            gettext(
                "%(group)s: %(count)s",
                group=gettext(GROUP_NAMES[group]),
                count=format_decimal(numbers.persons),
            ),
        )
        for group, numbers in found.groups.items()
        if numbers.persons
    ]


class WithdrawForm(FlaskForm):
    """Why an edition is no longer offered."""

    reason = RadioField(
        _("Why"),
        [InputRequired(_("Choose a reason."))],
        choices=[
            SelectChoice(reason.value, cast(str, _(name)))
            for reason, name in EDITION_WITHDRAWAL_NAMES.items()
        ],
        description=_(
            "If something is harmful or wrong, its pages are closed at once, also to those who "
            "are on it; they and all who completed it are told. Otherwise they may finish it."
        ),
    )

    @property
    def chosen(self) -> EditionWithdrawal:
        """The reason, once the form is valid."""
        return EditionWithdrawal(self.reason.data)


class MoveGroupsForm(FlaskForm):
    """Which groups go on with an edition."""

    groups = SelectMultipleField(
        _("Who moves"),
        [InputRequired(_("Choose who moves."))],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        description=_("Whoever is not ticked stays on the edition they are on."),
    )

    def offer(self, groups: Sequence[tuple[str, str]]) -> None:
        """The groups there are, with how many enrolments each has."""
        self.groups.choices = [SelectChoice(value, words) for value, words in groups]


class MovePersonForm(FlaskForm):
    """To which edition one person goes."""

    edition = RadioField(_("Edition"), [InputRequired(_("Choose an edition."))])

    def offer(self, editions: Sequence[tuple[int, str]]) -> None:
        """Ids and words of the editions that are open."""
        self.edition.choices = [SelectChoice(str(each), words) for each, words in editions]
