"""Questions about a lesson: who reads them, how long they may be changed, why one is hidden."""

from __future__ import annotations

import datetime
import enum

from lms.core.text import N_
from lms.core.throttle import Limit

LONGEST_QUESTION = 2_000
LONGEST_ANSWER = 4_000
MAY_CHANGE_FOR = datetime.timedelta(minutes=15)
"""How long the asker may change the words, if nobody has answered yet."""
ASKED_BY_PERSON = Limit("question:person", 5, datetime.timedelta(hours=1))


class Audience(enum.StrEnum):
    """Who reads a question and its answers."""

    TRAINER = "trainer"
    COURSE = "course"


AUDIENCE_NAMES: dict[Audience, str] = {
    Audience.TRAINER: N_("Only the trainers of the course"),
    Audience.COURSE: N_("Everybody on the course, with your name as you are listed"),
}


class HideReason(enum.StrEnum):
    """Why a trainer took a question out of what everybody reads; a class, nothing personal."""

    POINTS_TO_SOMEBODY = "points_to_somebody"
    GIVES_ANSWERS = "gives_answers"
    OTHER_MATTER = "other_matter"
    UNKIND = "unkind"
    OTHER = "other"


HIDE_REASON_NAMES: dict[HideReason, str] = {
    HideReason.POINTS_TO_SOMEBODY: N_("It could point to a real person"),
    HideReason.GIVES_ANSWERS: N_("It gives away answers of a quiz"),
    HideReason.OTHER_MATTER: N_("It is about another matter"),
    HideReason.UNKIND: N_("Its tone could hurt somebody"),
    HideReason.OTHER: N_("Another reason"),
}


class Show(enum.StrEnum):
    """Which questions a trainer's list shows."""

    UNANSWERED = "unanswered"
    ANSWERED = "answered"
    HIDDEN = "hidden"


SHOW_NAMES: dict[Show, str] = {
    Show.UNANSWERED: N_("Not answered yet"),
    Show.ANSWERED: N_("Answered"),
    Show.HIDDEN: N_("Hidden"),
}


def may_change(asked_at: datetime.datetime, *, is_answered: bool, now: datetime.datetime) -> bool:
    """Whether the asker may still change the words."""
    return not is_answered and now - asked_at <= MAY_CHANGE_FOR
