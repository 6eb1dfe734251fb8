"""What may wait for a person, and the words for it. Pure."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from lms.core.text import N_

CONFIRM_EVERY = datetime.timedelta(days=180)
"""A focal point confirms twice a year that the role is still theirs (SECTOR 2.1)."""


@dataclass(frozen=True, slots=True)
class DueKind:
    """One kind of thing that waits: its words in both numbers, and where to do it."""

    name: str
    one: str
    many: str
    path: str
    why: str


REGISTRATIONS = DueKind(
    "registrations",
    N_("%(num)d person has registered and waits for your decision"),
    N_("%(num)d people have registered and wait for your decision"),
    "/people/waiting",
    N_("They cannot sign in until somebody who knows them says yes."),
)
BEING_CHECKED = DueKind(
    "being_checked",
    N_("%(num)d address is held by somebody else already"),
    N_("%(num)d addresses are held by somebody else already"),
    "/people/waiting",
    N_("Only the secretariat sees this; whoever entered them was told nothing."),
)
RELEASES = DueKind(
    "releases",
    N_("%(num)d person asks you to release them to another member"),
    N_("%(num)d people ask you to release them to another member"),
    "/transfers",
    N_("The new member sees nothing of them before you release them."),
)
ACCEPTANCES = DueKind(
    "acceptances",
    N_("%(num)d person is released to your member"),
    N_("%(num)d people are released to your member"),
    "/transfers",
    N_("Accept them and choose their agency; they confirm last."),
)
CONFIRMATIONS = DueKind(
    "confirmations",
    N_("%(num)d transfer of yours waits for your confirmation"),
    N_("%(num)d transfers of yours wait for your confirmation"),
    "/transfers",
    N_("Your new member has accepted you. Nothing changes before you confirm."),
)
MERGES = DueKind(
    "merges",
    N_("%(num)d pair of accounts may be one person"),
    N_("%(num)d pairs of accounts may be one person each"),
    "/merges",
    N_("A merge moves nothing and can be undone."),
)
ROLES = DueKind(
    "roles",
    N_("%(num)d role of yours is to be confirmed"),
    N_("%(num)d roles of yours are to be confirmed"),
    "/roles/confirm",
    N_("Twice a year we ask focal points whether the role is still theirs."),
)
IMPORTS = DueKind(
    "imports",
    N_("%(num)d import is read and waits for you to look at it"),
    N_("%(num)d imports are read and wait for you to look at them"),
    "/imports",
    N_("Nothing is written before you say so."),
)


@dataclass(frozen=True, slots=True)
class Due:
    """So many of one kind wait for the actor."""

    kind: DueKind
    count: int
