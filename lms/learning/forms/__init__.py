"""Forms of the room, one file a noun."""

from lms.learning.forms.learner import DoneForm, WithdrawForm

__all__ = ["DoneForm", "WithdrawForm"]
