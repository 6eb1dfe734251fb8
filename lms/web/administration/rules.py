"""Which permission each step on a job or a mail needs; the steps are in core's tables."""

from __future__ import annotations

from lms.access.permissions import Permission
from lms.access.rules import may
from lms.core.actor import Actor
from lms.core.jobs import rules as job_rules
from lms.core.jobs.models import JobState
from lms.core.outbox import rules as mail_rules
from lms.core.outbox.models import OutboxState
from lms.core.text import N_

JOB_VERBS: dict[str, tuple[Permission, str]] = {
    "retry": (Permission.JOB_DECIDE, N_("Try again")),
    "dismiss": (Permission.JOB_DECIDE, N_("Dismiss")),
    "cancel": (Permission.JOB_DECIDE, N_("Cancel")),
}
MAIL_VERBS: dict[str, tuple[Permission, str]] = {
    "resend": (Permission.MAIL_DECIDE, N_("Send again")),
    "dismiss": (Permission.MAIL_DECIDE, N_("Dismiss")),
}
"""Verb to permission and word of the button."""


def job_buttons(actor: Actor, state: JobState) -> list[tuple[str, str]]:
    """Verb and word of each step this actor may take on a job in this state."""
    return [
        (verb, JOB_VERBS[verb][1])
        for verb in job_rules.verbs(state)
        if may(actor, JOB_VERBS[verb][0])
    ]


def mail_buttons(actor: Actor, state: OutboxState) -> list[tuple[str, str]]:
    """Verb and word of each step this actor may take on a mail in this state."""
    return [
        (verb, MAIL_VERBS[verb][1])
        for verb in mail_rules.verbs(state)
        if may(actor, MAIL_VERBS[verb][0])
    ]
