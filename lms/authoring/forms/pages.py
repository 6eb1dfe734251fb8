"""The forms in which pages and other files of a draft are written.

None of them refuses what is unfinished: a draft may be. What is to mend is shown beside it.
"""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    HiddenField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import Length, Optional, Regexp
from wtforms.widgets import CheckboxInput, ListWidget

from lms.authoring.rules.page_text import PageFields
from lms.core.text import clean_line

LONGEST = 200_000


class PageForm(FlaskForm):
    """A page: its head as fields, its text as Markdown. `based_on` is what one started from."""

    based_on = HiddenField(validators=[Optional(strip_whitespace=False), Regexp(r"^[0-9a-f]{64}$")])
    aside = HiddenField(validators=[Optional(strip_whitespace=False), Regexp(r"^\d{1,15}$")])
    title = StringField(_("Title of the page"))
    minutes = StringField(_("Minutes"), description=_("How long reading and doing it takes."))
    summary = TextAreaField(
        _("Summary"), description=_("One or two sentences that say what the page gives.")
    )
    objectives = SelectMultipleField(
        _("Objectives it serves"),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        validate_choice=False,
    )
    cites = TextAreaField(
        _("What the whole page rests on"),
        description=_(
            "One source to a line: a key, or a key, a colon and a place in it, such as "
            "palermo-protocol:3."
        ),
    )
    found = SelectMultipleField(
        _("Sources found"),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        validate_choice=False,
    )
    required = BooleanField(_("Everybody must read it"), default=True)
    alternative_to = SelectField(
        _("Stands in for"),
        validate_choice=False,
        description=_("For a version without hard details, which earns the same credit."),
    )
    body = TextAreaField(
        _("Text, in Markdown"),
        [Length(max=LONGEST, message=_("The page is too long. Divide it."))],
    )

    @classmethod
    def of(cls, fields: PageFields, based_on: str) -> PageForm:
        """The form as the page stands, not as it was sent."""
        return cls(
            formdata=None,
            data={
                "based_on": based_on,
                "title": fields.title,
                "minutes": fields.minutes,
                "summary": fields.summary,
                "objectives": list(fields.objectives),
                "cites": "\n".join(fields.cites),
                "required": fields.required,
                "alternative_to": fields.alternative_to,
                "body": fields.body,
            },
        )

    def offer(
        self,
        objectives: Sequence[tuple[str, str]],
        others: Sequence[tuple[str, str]],
        found: Sequence[tuple[str, str]] = (),
    ) -> None:
        """What can be chosen; what is chosen already and unknown stands among it, to be mended."""
        known = dict(objectives)
        unknown = [key for key in self.objectives.data or [] if key not in known]
        self.objectives.choices = [*objectives, *((key, key) for key in unknown)]
        keys = dict(others)
        chosen = self.alternative_to.data or ""
        extra = [(chosen, chosen)] if chosen and chosen not in keys else []
        self.alternative_to.choices = [("", _("nothing; it is a page of its own")), *others, *extra]
        self.found.choices = list(found)

    def fields(self) -> PageFields:
        """What was typed; sources that were found and ticked stand behind the others."""
        typed = [clean_line(line) for line in (self.cites.data or "").split("\n")]
        cites = [line for line in typed if line]
        cites += [found for found in self.found.data or [] if found not in cites]
        return PageFields(
            title=clean_line(self.title.data or ""),
            minutes=clean_line(self.minutes.data or ""),
            summary=self.summary.data or "",
            objectives=tuple(self.objectives.data or ()),
            cites=tuple(cites),
            required=bool(self.required.data),
            alternative_to=self.alternative_to.data or "",
            body=self.body.data or "",
        )


class FileForm(FlaskForm):
    """Any other file, as text."""

    based_on = HiddenField(validators=[Optional(strip_whitespace=False), Regexp(r"^[0-9a-f]{64}$")])
    aside = HiddenField(validators=[Optional(strip_whitespace=False), Regexp(r"^\d{1,15}$")])
    text = TextAreaField(
        _("Text of the file"),
        [Length(max=LONGEST, message=_("The file is too long. Divide it."))],
    )

    @classmethod
    def of(cls, text: str, based_on: str) -> FileForm:
        """The form as the file stands, not as it was sent."""
        return cls(formdata=None, data={"based_on": based_on, "text": text})
