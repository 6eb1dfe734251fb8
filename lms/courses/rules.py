"""What the room decides of itself: when a note is old, why an edition is withdrawn. Pure."""

from __future__ import annotations

import datetime
import enum

from lms.core.text import N_

STALE_AFTER = datetime.timedelta(days=365)
"""A note or a number nobody has checked for longer is shown with a word of caution."""


def is_stale(checked_on: datetime.date, today: datetime.date) -> bool:
    """Whether it is more than a year since somebody checked it."""
    return today - checked_on > STALE_AFTER


class EditionWithdrawal(enum.StrEnum):
    """Why an edition is no longer offered; only the last closes it to those who are on it."""

    OUT_OF_DATE = "out_of_date"
    NOT_NEEDED = "not_needed"
    HARMFUL_OR_WRONG = "harmful_or_wrong"


EDITION_WITHDRAWAL_NAMES: dict[EditionWithdrawal, str] = {
    EditionWithdrawal.OUT_OF_DATE: N_("It is out of date"),
    EditionWithdrawal.NOT_NEEDED: N_("It is not needed any more"),
    EditionWithdrawal.HARMFUL_OR_WRONG: N_("Something in it is harmful or wrong"),
}
