"""Forms that begin a draft."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping, Sequence
from typing import Any, cast

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import (
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, Optional, Regexp
from wtforms.widgets import CheckboxInput, ListWidget

from lms.authoring.rules.new_course import CourseBegun, key_from
from lms.courses.catalogue import AUDIENCE_NAMES, LEVEL_NAMES, OPEN_TO_NAMES, TOPIC_NAMES

_KEY = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def new_id() -> str:
    """A mark for one form, by which a repeat is known."""
    return uuid.uuid4().hex


def choices_of(names: Mapping[str, str]) -> list[SelectChoice]:
    """Choices of a field from codes and marked names."""
    return [SelectChoice(code, cast(str, _(name))) for code, name in names.items()]


def ticks(label: object, names: Mapping[str, str], missing: object) -> SelectMultipleField:
    """Several of a list as boxes to tick, one at least."""
    return SelectMultipleField(
        label,
        [InputRequired(missing)],
        choices=choices_of(names),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )


class KeyedForm(FlaskForm):
    """What every new course needs: a title, and a key that stays for ever."""

    client_id = HiddenField(validators=[Regexp(r"^[0-9a-f]{32}$")])
    title = StringField(
        _("Title of the course"),
        [
            DataRequired(_("Write the title.")),
            Length(max=300, message=_("Write it in at most 300 characters.")),
        ],
    )
    key = StringField(
        _("Key"),
        [Optional(), Length(max=80, message=_("Write it in at most 80 characters."))],
        description=_(
            "The address of the course, in small letters, digits and hyphens, such as "
            "first-contact. It never changes. Left empty, it is made from the title."
        ),
    )

    def validate_key(self, field: Any) -> None:
        """A key that can stand in an address and that nobody has used."""
        wanted = self.wanted_key
        if not wanted or not _KEY.fullmatch(wanted):
            raise ValidationError(
                _("Write a key of small letters a to z, digits and single hyphens.")
            )
        if wanted in self.taken:
            raise ValidationError(_("There is a course with this key. Choose another."))

    taken: frozenset[str] = frozenset()

    @property
    def wanted_key(self) -> str:
        """The key that was typed, else one from the title."""
        return (self.key.data or "").strip() or key_from(self.title.data or "")

    def validate(self, extra_validators: Any = None) -> bool:
        """A key left empty is looked at as the one made from the title."""
        if not (self.key.data or "").strip() and self.title.data:
            self.key.data = key_from(self.title.data)
            self.key.raw_data = [self.key.data]
        return bool(super().validate(extra_validators))


class NewCourseForm(KeyedForm):
    """A course from nothing: what the catalogue must know. All but the key can change later."""

    summary = TextAreaField(
        _("Summary"),
        [
            DataRequired(_("Write two or three sentences.")),
            Length(max=2000, message=_("Write at most 2,000 characters.")),
        ],
        description=_("Two or three sentences for the catalogue: for whom, and what it gives."),
    )
    objective = StringField(
        _("What can the learner do afterwards?"),
        [
            DataRequired(_("Write one thing the learner can do.")),
            Length(max=300, message=_("Write it in at most 300 characters.")),
        ],
        description=_("One objective, beginning with a verb. You add others later."),
    )
    language = SelectField(_("Language the course is written in"), default="en")
    level = RadioField(
        _("Level"),
        [InputRequired(_("Choose a level."))],
        choices=choices_of(LEVEL_NAMES),
        default="practitioner",
    )
    audience = ticks(_("For whom"), AUDIENCE_NAMES, _("Choose one audience or more."))
    topics = ticks(_("Topics"), TOPIC_NAMES, _("Choose one topic or more."))
    open_to = RadioField(
        _("Who may take it"), choices=choices_of(OPEN_TO_NAMES), default="officials"
    )

    @property
    def begun(self) -> CourseBegun:
        """What was said of the course, once the form has been found whole."""
        return CourseBegun(
            key=self.wanted_key,
            title=self.title.data or "",
            summary=self.summary.data or "",
            language=self.language.data,
            level=self.level.data,
            audience=self.audience.data or (),
            topics=self.topics.data or (),
            objective=self.objective.data or "",
            open_to=self.open_to.data,
        )


class AdaptForm(KeyedForm):
    """A course of one's own that follows another."""

    course = SelectField(
        _("Course to adapt"), [InputRequired(_("Choose the course to adapt."))], default=""
    )

    def offer(self, courses: Sequence[tuple[str, str]]) -> None:
        """Key and title of the courses that may be adapted."""
        self.course.choices = list(courses)
