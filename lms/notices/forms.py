"""Forms of the room."""

from __future__ import annotations

from typing import cast

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import SelectField
from wtforms.fields.choices import SelectChoice

from lms.notices.rules import CATEGORY_NAMES, FREQUENCY_NAMES, Category, Frequency


class ChoicesForm(FlaskForm):
    """How often, for each category. One field a category, named as the category."""

    def values(self) -> dict[Category, Frequency]:
        """What was chosen."""
        return {category: Frequency(self[category.value].data) for category in Category}


for _category in Category:
    setattr(
        ChoicesForm,
        _category.value,
        SelectField(
            lazy_gettext(CATEGORY_NAMES[_category]),
            choices=[
                SelectChoice(frequency.value, cast(str, lazy_gettext(name)))
                for frequency, name in FREQUENCY_NAMES.items()
            ],
        ),
    )
