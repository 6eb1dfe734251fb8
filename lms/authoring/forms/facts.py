"""Forms of course.yaml, of a module and of the glossary. None refuses what is unfinished."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import (
    HiddenField,
    RadioField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional, Regexp
from wtforms.widgets import CheckboxInput, ListWidget

from lms.authoring.forms.beginning import choices_of
from lms.courses.catalogue import (
    AUDIENCE_NAMES,
    LEVEL_NAMES,
    OPEN_TO_NAMES,
    STAGE_NAMES,
    TOPIC_NAMES,
)


def several(label: object, choices: Sequence[SelectChoice] = ()) -> SelectMultipleField:
    """Boxes to tick, none needed; what is not on the list is kept and shown by its key."""
    return SelectMultipleField(
        label,
        choices=list(choices),
        validate_choice=False,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )


class FactsForm(FlaskForm):
    """What every form of a file carries: the content its writer started from."""

    based_on = HiddenField(validators=[Optional(strip_whitespace=False), Regexp(r"^[0-9a-f]{64}$")])


class CourseForm(FactsForm):
    """course.yaml, but for its key and language, which never change."""

    title = StringField(_("Title of the course"))
    summary = TextAreaField(
        _("Summary"), description=_("Two or three sentences for the catalogue.")
    )
    level = RadioField(_("Level"), choices=choices_of(LEVEL_NAMES), validate_choice=False)
    minutes = StringField(
        _("Minutes"), description=_("What all required activities take together.")
    )
    open_to = RadioField(
        _("Who may take it"), choices=choices_of(OPEN_TO_NAMES), validate_choice=False
    )
    audience = several(_("For whom"), choices_of(AUDIENCE_NAMES))
    topics = several(_("Topics"), choices_of(TOPIC_NAMES))
    route_stages = several(_("Stages of the route"), choices_of(STAGE_NAMES))
    adelaide_actions = StringField(
        _("Actions of the Adelaide Strategy"),
        description=_("Numbers from 1 to 25, with commas between them."),
    )
    prerequisites = several(_("Courses to be done first"))
    guides = several(_("Guides it rests on"))
    hours_completion = StringField(
        _("Hours on the certificate of completion"), description=_("Such as 4 or 2.5.")
    )
    hours_participation = StringField(
        _("Hours on the certificate of participation"),
        description=_("Left empty, there is none."),
    )
    hours_trainer = StringField(
        _("Hours on the certificate of a trainer"), description=_("Left empty, there is none.")
    )


class ModuleFactsForm(FactsForm):
    """module.yaml, but for its key and its activities, which the outline arranges."""

    title = StringField(_("Title"))
    summary = TextAreaField(
        _("Summary"), description=_("One or two sentences: what the module is for.")
    )
    objectives = several(_("Objectives it serves"))
