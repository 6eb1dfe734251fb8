"""The form with which a trainer corrects the key of a question."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import (
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    widgets,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, Optional

from lms.assessments.rules.corrections import (
    KEY_REASON_NAMES,
    LONGEST_NOTE,
    AnswerKey,
    KeyReason,
)

RIGHTS, EVERYONE = "rights", "everyone"
Choices = Sequence[tuple[str, str]]


class _CorrectionForm(FlaskForm):
    how = RadioField(
        _("What is to count?"),
        default=RIGHTS,
        choices=[
            SelectChoice(RIGHTS, cast(str, _("Another key, which I give below"))),
            SelectChoice(EVERYONE, cast(str, _("Everybody who met it has its points"))),
        ],
    )
    reason = SelectField(
        _("Why"),
        choices=[
            SelectChoice(reason.value, cast(str, _(name)))
            for reason, name in KEY_REASON_NAMES.items()
        ],
    )
    note = TextAreaField(
        _("What was wrong"),
        [Length(max=LONGEST_NOTE, message=_("This is too long. Shorten it."))],
        description=_("For trainers and for who checks later. Name nobody."),
    )


def _several(label: str, choices: Choices) -> SelectMultipleField:
    return SelectMultipleField(
        label,
        choices=[SelectChoice(code, words) for code, words in choices],
        option_widget=widgets.CheckboxInput(),
        widget=widgets.ListWidget(prefix_label=False),
    )


def correction_form(
    groups: Sequence[tuple[str, Choices]],
    *,
    takes_texts: bool,
    takes_number: bool,
    chosen: Sequence[str],
) -> Any:
    """A form for one question: a list of what is right for each group, or a field to type in.

    `groups` gives for each item or gap its words ("" for the one list) with the codes that
    can be chosen and theirs; `chosen` are the codes that are right now.
    """
    fields: dict[str, Any] = {}
    for place, (words, choices) in enumerate(groups):
        label = words or cast(str, _("What is right"))
        fields[group_field(place)] = _several(label, choices)
    if takes_texts:
        fields["texts"] = TextAreaField(
            _("Answers to accept besides"),
            [Optional()],
            description=_("One on a line. What is accepted already stays."),
        )
    if takes_number:
        fields["number"] = StringField(_("The right number"), [Optional(), Length(max=30)])
        fields["tolerance"] = StringField(
            _("May differ by"), [Optional(), Length(max=30)], default="0"
        )
    if not fields:
        fields["how"] = RadioField(
            _("What is to count?"),
            default=EVERYONE,
            choices=[SelectChoice(EVERYONE, cast(str, _("Everybody who met it has its points")))],
        )
    form = type("CorrectionForm", (_CorrectionForm,), fields)()
    if not form.is_submitted():
        for place, (_label, choices) in enumerate(groups):
            form[group_field(place)].data = [code for code, _text in choices if code in chosen]
    return form


def group_field(place: int) -> str:
    """The name of the list of one group; of the first it is where errors about lists stand."""
    return f"rights-{place}"


def key_in(form: Any) -> AnswerKey:
    """The key that was given."""
    if form.how.data == EVERYONE:
        return AnswerKey(everyone=True)
    rights = [code for field in form if field.name.startswith("rights-") for code in field.data]
    lines = (form.texts.data or "").splitlines() if "texts" in form else []
    return AnswerKey(
        rights=tuple(rights),
        texts=tuple(dict.fromkeys(" ".join(line.split()) for line in lines if line.strip())),
        number=(form.number.data or "").strip() if "number" in form else "",
        tolerance=(form.tolerance.data or "").strip() if "number" in form else "",
    )


def reason_in(form: Any) -> KeyReason:
    """The reason chosen."""
    return KeyReason(form.reason.data)
