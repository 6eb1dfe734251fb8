"""What a service says when it will not do something.

Each error carries one sentence in English for the person who reads it, marked
with `text.N_` where it is written and translated where it is shown, with its
values as named parameters. `field` names the form field it stands beside.
Views turn them into pages (`web.errors`); services never raise HTTP errors.
"""

from __future__ import annotations


class BekalError(Exception):
    """The base: a sentence, its values, and the field it belongs to if there is one."""

    def __init__(self, sentence: str, *, field: str | None = None, **values: object) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.field = field
        self.values = values

    def __str__(self) -> str:
        return self.sentence % self.values if self.values else self.sentence


class NotFoundError(BekalError):
    """No such row for this actor: absent, or of another member; nobody can tell which. 404."""


class RefusedError(BekalError):
    """The actor's role may not do this at all. 403."""


class NotPossibleError(BekalError):
    """The state of things does not allow it now. 409."""


class ConflictError(NotPossibleError):
    """Somebody changed it meanwhile; what the second one wrote must not be lost. 409."""


class ClosedError(BekalError):
    """It stood and was closed for the reason the sentence gives; it does not open again. 410."""


class BadInputError(BekalError):
    """What was given cannot be used; `field` says where. The form is shown again. 400."""


class TooManyTriesError(BekalError):
    """Throttled; `values['minutes']` says how long to wait. 429."""
