"""The one choice on the page of what a draft follows."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import SelectField
from wtforms.validators import Optional


class AdaptedForForm(FlaskForm):
    """For which member a course is adapted."""

    member = SelectField(
        lazy_gettext("Adapted for"), [Optional(strip_whitespace=False)], default=""
    )

    def offer(self, members: Sequence[tuple[str, str]], nobody: str) -> None:
        """Code and name of every member, and the words for no single one."""
        self.member.choices = [("", nobody), *members]
