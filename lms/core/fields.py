"""Fields of forms that every room may use."""

from __future__ import annotations

from typing import Any

from wtforms import IntegerField

from lms.core.text import is_whole_number


class WholeNumberField(IntegerField):
    """A whole number without a sign that every column holds; anything else is told at the field.

    An IntegerField takes sixty digits, and the validators behind it fail on them.
    """

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Take the first value. Raises ValueError, as fields do, for what is no such number."""
        fits = not valuelist or is_whole_number(str(valuelist[0]).strip())
        # What does not fit is handed on as no number at all: IntegerField has the words for it.
        super().process_formdata(valuelist if fits else [""])
