"""Fields that every room uses."""

import pytest
from werkzeug.datastructures import MultiDict
from wtforms import Form
from wtforms.validators import NumberRange, Optional

from lms.core.fields import WholeNumberField


class Months(Form):
    """As the form that corrects a certificate."""

    months = WholeNumberField("Months", [Optional(), NumberRange(1, 120, "From 1 to 120.")])


@pytest.mark.parametrize("written", ["9" * 60, "-1", "1.5", "٣", "twelve", "121", "0"])
def test_number_that_no_column_holds_or_nobody_asked_for_is_refused_at_the_field(
    written: str,
) -> None:
    form = Months(MultiDict({"months": written}))
    assert not form.validate()
    assert form.errors["months"]


@pytest.mark.parametrize(("written", "read"), [("12", 12), (" 12 ", 12), ("", None), (" ", None)])
def test_number_may_have_blanks_around_it_or_be_left_out(written: str, read: int | None) -> None:
    form = Months(MultiDict({"months": written}))
    assert form.validate()
    assert form.months.data == read
