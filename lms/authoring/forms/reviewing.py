"""Forms of review and publication."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectMultipleField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, Optional, Regexp
from wtforms.widgets import CheckboxInput, ListWidget

from lms.authoring.rules.reviewing import LONGEST_TEXT

_LONG = _("This is too long. Shorten it.")
_DIGEST = r"^[0-9a-f]{64}$"


class AskForm(FlaskForm):
    """Who reads the draft, and a word to them."""

    reviewers = SelectMultipleField(
        _("Who reads it"),
        coerce=int,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        description=_("They are told. Whoever wrote the draft is not in the list."),
    )
    note = TextAreaField(
        _("A word to them"),
        [Optional(), Length(max=LONGEST_TEXT, message=_LONG)],
        description=_("What is new, and where you are unsure."),
    )

    def offer(self, people: Sequence[tuple[int, str]]) -> None:
        """Ids and names of those who may sign."""
        self.reviewers.choices = [SelectChoice(str(person_id), name) for person_id, name in people]


class DecideForm(FlaskForm):
    """A signature or a return. `digest` names what was read."""

    digest = HiddenField(validators=[Regexp(_DIGEST)])
    words = TextAreaField(
        _("What you say of it"),
        [Optional(), Length(max=LONGEST_TEXT, message=_LONG)],
        description=_("Its authors read this. To return the draft, write what is to be done."),
    )


class PublishForm(FlaskForm):
    """The last look: why without review, if so, and who moves. `digest` names what was shown."""

    digest = HiddenField(validators=[Regexp(_DIGEST)])
    reason = TextAreaField(
        _("Why it goes without review"),
        [Length(max=LONGEST_TEXT, message=_LONG)],
        description=_("Nobody has signed it as it stands. What you write is kept with it."),
    )
    groups = SelectMultipleField(
        _("Who goes on with the new edition"),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        description=_("Whoever is not ticked stays on the edition they began."),
    )

    def offer(self, groups: Sequence[tuple[str, str]]) -> None:
        """The groups there are, with how many persons each has."""
        self.groups.choices = [SelectChoice(value, words) for value, words in groups]
