"""States of an alumni record, the fields a consent is given for, the text it is given to. Pure."""

from __future__ import annotations

import enum

from lms.access.disclosure import Field
from lms.core.states import Transition, step_from, steps_from
from lms.core.text import N_

CONSENT_VERSION = "2026-11"
"""The version of the text on the page of one's own record; a change of meaning is a new one."""


class AlumniState(enum.StrEnum):
    """Where a record stands. Nothing of it is shown to others unless it is accepted."""

    INVITED = "invited"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


ALUMNI_STATE_NAMES: dict[AlumniState, str] = {
    AlumniState.INVITED: N_("Invited"),
    AlumniState.ACCEPTED: N_("Taking part"),
    AlumniState.DECLINED: N_("Declined"),
    AlumniState.WITHDRAWN: N_("Withdrawn"),
}


class AlumniField(enum.StrEnum):
    """What a person may open to fellow alumni, each by itself."""

    NAME = "name"
    MEMBER = "member"
    AGENCY = "agency"
    POST = "post"
    LANGUAGES = "languages"
    COMPLETIONS = "completions"
    CONTACT = "contact"


ALUMNI_FIELD_NAMES: dict[AlumniField, str] = {
    AlumniField.NAME: N_("My name"),
    AlumniField.MEMBER: N_("My member"),
    AlumniField.AGENCY: N_("My agency"),
    AlumniField.POST: N_("My post"),
    AlumniField.LANGUAGES: N_("The languages I work in"),
    AlumniField.COMPLETIONS: N_("What I completed"),
    AlumniField.CONTACT: N_("That they may write to me through the platform"),
}

OPENS: dict[AlumniField, frozenset[Field]] = {
    AlumniField.NAME: frozenset({Field.NAME}),
    AlumniField.MEMBER: frozenset({Field.MEMBER}),
    AlumniField.AGENCY: frozenset({Field.AGENCY}),
    AlumniField.POST: frozenset({Field.POST}),
    AlumniField.LANGUAGES: frozenset({Field.LANGUAGES}),
    AlumniField.COMPLETIONS: frozenset(
        {Field.STATUS, Field.COMPLETION, Field.ATTENDANCE, Field.CERTIFICATES}
    ),
    AlumniField.CONTACT: frozenset({Field.EMAIL}),
}
"""Which fields of the disclosure table each consent opens to the viewer `alumni`.

Contact opens the relay, never the address: the table says so of that viewer.
"""


TRANSITIONS: tuple[Transition[AlumniState, str], ...] = (
    Transition(AlumniState.INVITED, "accept", AlumniState.ACCEPTED),
    Transition(AlumniState.INVITED, "decline", AlumniState.DECLINED),
    Transition(AlumniState.ACCEPTED, "accept", AlumniState.ACCEPTED),
    Transition(AlumniState.ACCEPTED, "withdraw", AlumniState.WITHDRAWN),
    Transition(AlumniState.DECLINED, "accept", AlumniState.ACCEPTED),
    Transition(AlumniState.WITHDRAWN, "accept", AlumniState.ACCEPTED),
)
"""What the person themselves may do with their record; nobody else moves it."""


def transition(state: AlumniState, verb: str) -> Transition[AlumniState, str] | None:
    """The step of this verb from this state, or None if it is not possible now."""
    return step_from(TRANSITIONS, state, verb)


def verbs(state: AlumniState) -> frozenset[str]:
    """What the person may do with a record in this state; the page draws its buttons from it."""
    return frozenset(step.verb for step in steps_from(TRANSITIONS, state))
