"""Kinds, states, numbers, the frozen snapshot, and what moves a certificate. Pure."""

from __future__ import annotations

import datetime
import enum
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from lms.access.permissions import Permission
from lms.core.states import Transition, step_from, steps_from
from lms.core.text import N_

WORDING_LANGUAGES = ("en", "id")
"""Languages in which a certificate is worded; others fall back to the first."""

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O or U, which are read as other characters or make words."""
NUMBER_LENGTH = 20
"""20 characters of 5 bits: 100 bits from the system's source of randomness."""
GROUP = 4
LONGEST_TYPED = 64
"""Characters of what somebody types as a number that are looked at."""

_MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1"})
_SEPARATORS = re.compile(r"[\s\-‐‑‒–—.·_/]+")


class SubjectKind(enum.StrEnum):
    """What a certificate is about."""

    ENROLMENT = "enrolment"
    PATH = "path"
    PARTICIPATION = "participation"


class CertificateKind(enum.StrEnum):
    """What a certificate says of its holder."""

    COMPLETION = "completion"
    PARTICIPATION = "participation"
    TRAINER = "trainer"


CERTIFICATE_KIND_NAMES: dict[CertificateKind, str] = {
    CertificateKind.COMPLETION: N_("Certificate of completion"),
    CertificateKind.PARTICIPATION: N_("Certificate of participation"),
    CertificateKind.TRAINER: N_("Trainer’s certificate"),
}


class CertificateState(enum.StrEnum):
    """Where a certificate stands. That it has expired follows from `expires_on`."""

    HELD = "held"
    ISSUED = "issued"
    SUPERSEDED = "superseded"
    REVOKED = "revoked"


CERTIFICATE_STATE_NAMES: dict[CertificateState, str] = {
    CertificateState.HELD: N_("Held"),
    CertificateState.ISSUED: N_("Issued"),
    CertificateState.SUPERSEDED: N_("Replaced"),
    CertificateState.REVOKED: N_("Withdrawn"),
}

PUBLISHED = frozenset(
    {CertificateState.ISSUED, CertificateState.SUPERSEDED, CertificateState.REVOKED}
)
"""States in which the number is ours to anybody who checks it; a held one is unknown."""


class Standing(enum.StrEnum):
    """What somebody who checks a number is told."""

    VALID = "valid"
    EXPIRED = "expired"
    REVOKED = "revoked"
    SUPERSEDED = "superseded"
    UNKNOWN = "unknown"


TRANSITIONS: tuple[Transition[CertificateState, str], ...] = (
    Transition(CertificateState.HELD, "release", CertificateState.ISSUED, None),
    Transition(CertificateState.ISSUED, "hold", CertificateState.HELD, None),
    Transition(
        CertificateState.ISSUED,
        "supersede",
        CertificateState.SUPERSEDED,
        Permission.CERTIFICATE_DECIDE,
    ),
    Transition(
        CertificateState.ISSUED, "revoke", CertificateState.REVOKED, Permission.CERTIFICATE_DECIDE
    ),
    Transition(
        CertificateState.HELD, "revoke", CertificateState.REVOKED, Permission.CERTIFICATE_DECIDE
    ),
)


STEP_NAMES: dict[str, str] = {
    "issue": N_("Issued"),
    "hold": N_("Held"),
    "release": N_("Issued, with the name mended"),
    "supersede": N_("Replaced"),
    "revoke": N_("Withdrawn"),
    "decline": N_("Left as it is"),
}
"""How a step of a certificate is called in its history."""


class CorrectionReason(enum.StrEnum):
    """Why a certificate is replaced by another; a class, nothing personal."""

    NAME = "name"
    AFFILIATION = "affiliation"
    HOURS = "hours"
    DATE = "date"
    RENEWAL = "renewal"


CORRECTION_REASON_NAMES: dict[CorrectionReason, str] = {
    CorrectionReason.NAME: N_("The name is not right"),
    CorrectionReason.AFFILIATION: N_("The member or agency is not right"),
    CorrectionReason.HOURS: N_("The hours are not right"),
    CorrectionReason.DATE: N_("A date is not right"),
    CorrectionReason.RENEWAL: N_("It is renewed"),
}


class RevocationReason(enum.StrEnum):
    """Why a certificate was withdrawn. Never shown to who checks it."""

    IN_ERROR = "in_error"
    ANOTHER_PERSON = "another_person"
    CONDITIONS_NOT_MET = "conditions_not_met"
    ASSESSMENT_SET_ASIDE = "assessment_set_aside"
    HOLDER_ASKED = "holder_asked"


REVOCATION_REASON_NAMES: dict[RevocationReason, str] = {
    RevocationReason.IN_ERROR: N_("Issued in error"),
    RevocationReason.ANOTHER_PERSON: N_("Issued to another person"),
    RevocationReason.CONDITIONS_NOT_MET: N_("The conditions were not met"),
    RevocationReason.ASSESSMENT_SET_ASIDE: N_("The assessment was set aside"),
    RevocationReason.HOLDER_ASKED: N_("The holder asked for it"),
}


class ShownField(enum.StrEnum):
    """What a holder may let others see of a certificate, beside its title and dates."""

    NAME = "name"
    OWN_SCRIPT = "own_script"
    MEMBER = "member"
    AGENCY = "agency"
    HOURS = "hours"


SHOWN_FIELD_NAMES: dict[ShownField, str] = {
    ShownField.NAME: N_("My name"),
    ShownField.OWN_SCRIPT: N_("My name in my own script"),
    ShownField.MEMBER: N_("My member"),
    ShownField.AGENCY: N_("My agency"),
    ShownField.HOURS: N_("The hours"),
}

SHOWN_ON_CHECK = frozenset(
    {ShownField.NAME, ShownField.OWN_SCRIPT, ShownField.MEMBER, ShownField.HOURS}
)
"""What a check of the number shows unless the holder chose otherwise."""
NAMING = frozenset({ShownField.NAME, ShownField.OWN_SCRIPT, ShownField.AGENCY})
"""Fields that lead to the person: left out for people with limited listing."""


def fields_on_check(chosen: Iterable[str] | None, *, is_limited: bool) -> frozenset[ShownField]:
    """What a check of the number shows: what the holder chose, or SHOWN_ON_CHECK.

    With limited listing nothing that leads to the person, whatever was chosen; the
    member goes too, since a certificate stands alone and not among three.
    """
    wanted = SHOWN_ON_CHECK if chosen is None else _known_fields(chosen)
    return wanted - NAMING - {ShownField.MEMBER} if is_limited else wanted


def fields_shared(chosen: Iterable[str], *, is_limited_by_others: bool) -> frozenset[ShownField]:
    """What the page shows that a holder shares: what they chose.

    Limited listing of their own choice does not bind them here, since they open it to whom
    they like; what their agency or focal point has set does, as on a check of the number.
    """
    wanted = _known_fields(chosen)
    return wanted - NAMING - {ShownField.MEMBER} if is_limited_by_others else wanted


def _known_fields(chosen: Iterable[str]) -> frozenset[ShownField]:
    return frozenset(ShownField(field) for field in chosen if field in set(ShownField))


class RequestState(enum.StrEnum):
    """Where a request for a corrected certificate stands."""

    OPEN = "open"
    DONE = "done"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything a certificate says, frozen when it was issued.

    `member` is the English short name; `agency` and `edition_number` are None where there
    is none; `courses` are the titles of a path's courses; `authority` is the name of the
    body. Two renders of one snapshot give the same bytes.
    """

    kind: CertificateKind
    language: str
    name: str
    name_own_script: str | None
    own_script_language: str | None
    member: str
    agency: str | None
    title: str
    edition_number: int | None
    courses: tuple[str, ...]
    hours: float
    completed_on: datetime.date
    issued_on: datetime.date
    expires_on: datetime.date | None
    signatory_name: str
    signatory_post: str
    authority: str

    def as_json(self) -> dict[str, Any]:
        """For the column `snapshot`: dates as ISO text, the courses as a list."""
        return {
            name: value.isoformat() if isinstance(value, datetime.date) else value
            for name, value in asdict(self).items()
        } | {"kind": self.kind.value, "courses": list(self.courses)}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Snapshot:
        """What `as_json` gave. Raises KeyError if a field is missing."""
        values = {field.name: stored[field.name] for field in fields(cls)}
        expires_on = values["expires_on"]
        return cls(
            **values
            | {
                "kind": CertificateKind(values["kind"]),
                "courses": tuple(values["courses"]),
                "completed_on": datetime.date.fromisoformat(values["completed_on"]),
                "issued_on": datetime.date.fromisoformat(values["issued_on"]),
                "expires_on": datetime.date.fromisoformat(expires_on) if expires_on else None,
            }
        )


def letters_named(letters: Iterable[str]) -> str:
    """Letters no font prints, each with its code point, since a screen may not show it either."""
    return ", ".join(f"{letter} (U+{ord(letter):04X})" for letter in letters)


def new_number() -> str:
    """A number nobody can guess: 100 random bits, nothing of the person in it."""
    return "".join(secrets.choice(ALPHABET) for _ in range(NUMBER_LENGTH))


def grouped(number: str) -> str:
    """The number as it is printed: groups of four with hyphens."""
    return "-".join(number[start : start + GROUP] for start in range(0, len(number), GROUP))


def read_number(typed: str) -> str | None:
    """The number somebody typed or scanned, or None if it cannot be one of ours.

    Small letters, spaces, dots and any dash are accepted; O is read as 0 and I and L as 1,
    as Crockford's base 32 asks.
    """
    number = _SEPARATORS.sub("", typed[:LONGEST_TYPED]).upper().translate(_MISREAD)
    is_ours = len(number) == NUMBER_LENGTH and all(letter in ALPHABET for letter in number)
    return number if is_ours else None


def transition(state: CertificateState, verb: str) -> Transition[CertificateState, str] | None:
    """The step of this verb from this state, or None if it is not possible now."""
    return step_from(TRANSITIONS, state, verb)


def verbs(state: CertificateState) -> tuple[str, ...]:
    """What the secretariat may do with a certificate in this state; pages draw buttons from it."""
    return tuple(
        step.verb for step in steps_from(TRANSITIONS, state) if step.permission is not None
    )


def standing_of(
    state: CertificateState, expires_on: datetime.date | None, *, today: datetime.date
) -> Standing:
    """What is told of a certificate on a day. It is valid through the day it expires on."""
    if state is CertificateState.HELD:
        return Standing.UNKNOWN
    if state is CertificateState.REVOKED:
        return Standing.REVOKED
    if state is CertificateState.SUPERSEDED:
        return Standing.SUPERSEDED
    if expires_on is not None and today > expires_on:
        return Standing.EXPIRED
    return Standing.VALID


def add_months(day: datetime.date, months: int) -> datetime.date:
    """The same day so many months later; the last of the month where there is no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    first_of_next = datetime.date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    last = (first_of_next - datetime.timedelta(days=1)).day
    return datetime.date(year, month + 1, min(day.day, last))


def wording_language(wish: str) -> str:
    """The language a certificate is worded in for somebody who reads `wish`."""
    return wish if wish in WORDING_LANGUAGES else WORDING_LANGUAGES[0]
