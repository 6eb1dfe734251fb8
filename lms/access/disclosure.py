"""Who sees what of a person: one table, asked by lists, exports, certificates, search, notices.

The table is DESIGN 5 as data. A cell says how a field is shown to a viewer; what is not
written down is not shown. Rooms decide who the viewer is (a trainer of which course, an
alumna with whose consent); the four viewers that follow from roles alone are found by
`viewer_of`. Fields the design does not name, such as the state of an account, stand
below it in the same table.
"""

from __future__ import annotations

import enum
import functools
from collections.abc import Mapping

from lms.access.permissions import Permission
from lms.access.rules import scopes_for
from lms.core.actor import Actor, ScopeKind
from lms.core.text import N_


class Field(enum.StrEnum):
    """What there is to know of a person."""

    NAME = "name"
    MEMBER = "member"
    AGENCY = "agency"
    POST = "post"
    SEX = "sex"
    LANGUAGES = "languages"
    EMAIL = "email"
    STATUS = "status"
    COMPLETION = "completion"
    ATTENDANCE = "attendance"
    CERTIFICATES = "certificates"
    SCORES = "scores"
    ANSWERS = "answers"
    REFLECTIONS = "reflections"
    SCENARIO_PATH = "scenario_path"
    CONTENT_OPT_OUTS = "content_opt_outs"
    SECTOR = "sector"
    ACCOUNT_STATE = "account_state"
    ROLES = "roles"
    AFFILIATIONS = "affiliations"
    PREFERENCES = "preferences"
    LISTING = "listing"
    WHO_LOOKED = "who_looked"


FIELD_NAMES: dict[Field, str] = {
    Field.NAME: N_("Name"),
    Field.MEMBER: N_("Member"),
    Field.AGENCY: N_("Agency"),
    Field.POST: N_("Post"),
    Field.SEX: N_("Sex"),
    Field.LANGUAGES: N_("Languages"),
    Field.EMAIL: N_("E-mail address"),
    Field.STATUS: N_("Courses and where you stand in them"),
    Field.COMPLETION: N_("What you completed"),
    Field.ATTENDANCE: N_("What you attended"),
    Field.CERTIFICATES: N_("Certificates"),
    Field.SCORES: N_("Scores"),
    Field.ANSWERS: N_("Answers to questions"),
    Field.REFLECTIONS: N_("Reflections"),
    Field.SCENARIO_PATH: N_("Your way through scenarios"),
    Field.CONTENT_OPT_OUTS: N_("Whether you chose another version of hard content"),
    Field.SECTOR: N_("Sector"),
    Field.ACCOUNT_STATE: N_("State of the account"),
    Field.ROLES: N_("Roles held"),
    Field.AFFILIATIONS: N_("Earlier posts and agencies"),
    Field.PREFERENCES: N_("Time zone and interface language"),
    Field.LISTING: N_("Limited listing"),
    Field.WHO_LOOKED: N_("Who looked at a record with limited listing"),
}


class Viewer(enum.StrEnum):
    """As what somebody looks at a person. One looks as one of these at a time."""

    SELF = "self"
    OWN_FOCAL_POINT = "own_focal_point"
    TRAINER = "trainer"
    FELLOW_PARTICIPANT = "fellow_participant"
    ALUMNI = "alumni"
    SECRETARIAT = "secretariat"
    REPORTING_OFFICER = "reporting_officer"
    ADMINISTRATOR = "administrator"


VIEWER_NAMES: dict[Viewer, str] = {
    Viewer.SELF: N_("Yourself"),
    Viewer.OWN_FOCAL_POINT: N_("Your focal point"),
    Viewer.TRAINER: N_("Trainers of your course or event"),
    Viewer.FELLOW_PARTICIPANT: N_("People taking part with you"),
    Viewer.ALUMNI: N_("Alumni"),
    Viewer.SECRETARIAT: N_("The secretariat"),
    Viewer.REPORTING_OFFICER: N_("Reporting officers"),
    Viewer.ADMINISTRATOR: N_("Administrators"),
}


class Shown(enum.StrEnum):
    """How a field is shown. Only YES needs no further question."""

    NO = "no"
    YES = "yes"
    AS_LISTED = "as_listed"
    OPT_IN = "opt_in"
    BY_CONSENT = "by_consent"
    TYPE_ONLY = "type_only"
    RELAY = "relay"
    OWN_COURSE = "own_course"
    PASSED_OR_NOT = "pass_fail"
    TO_MARK = "to_mark"
    COUNTS = "counts"
    FOR_PURPOSE = "for_purpose"


SHOWN_NAMES: dict[Shown, str] = {
    Shown.NO: N_("No"),
    Shown.YES: N_("Yes"),
    Shown.AS_LISTED: N_("As you are listed"),
    Shown.OPT_IN: N_("If you choose so"),
    Shown.BY_CONSENT: N_("With your consent"),
    Shown.TYPE_ONLY: N_("Kind of agency only"),
    Shown.RELAY: N_("No; they write through the platform"),
    Shown.OWN_COURSE: N_("Of that course only"),
    Shown.PASSED_OR_NOT: N_("Passed or not, no score"),
    Shown.TO_MARK: N_("What they have to mark"),
    Shown.COUNTS: N_("In counts only"),
    Shown.FOR_PURPOSE: N_("For a stated purpose, which is recorded"),
}

_EVERYTHING_LEARNT = (Field.STATUS, Field.COMPLETION, Field.ATTENDANCE, Field.CERTIFICATES)
_PRIVATE = (Field.ANSWERS, Field.REFLECTIONS, Field.SCENARIO_PATH, Field.CONTENT_OPT_OUTS)

DISCLOSURE: Mapping[Viewer, Mapping[Field, Shown]] = {
    Viewer.SELF: dict.fromkeys(Field, Shown.YES),
    Viewer.OWN_FOCAL_POINT: {
        **dict.fromkeys(Field, Shown.YES),
        Field.SCORES: Shown.PASSED_OR_NOT,
        **dict.fromkeys(_PRIVATE, Shown.NO),
    },
    Viewer.TRAINER: {
        Field.NAME: Shown.YES,
        Field.MEMBER: Shown.YES,
        Field.AGENCY: Shown.TYPE_ONLY,
        Field.EMAIL: Shown.RELAY,
        **dict.fromkeys((*_EVERYTHING_LEARNT, Field.SCORES), Shown.OWN_COURSE),
        **dict.fromkeys(_PRIVATE, Shown.TO_MARK),
    },
    Viewer.FELLOW_PARTICIPANT: {
        Field.NAME: Shown.AS_LISTED,
        Field.MEMBER: Shown.AS_LISTED,
        Field.AGENCY: Shown.OPT_IN,
        Field.POST: Shown.OPT_IN,
        Field.EMAIL: Shown.RELAY,
    },
    Viewer.ALUMNI: {
        Field.NAME: Shown.BY_CONSENT,
        Field.MEMBER: Shown.BY_CONSENT,
        Field.AGENCY: Shown.BY_CONSENT,
        Field.POST: Shown.BY_CONSENT,
        Field.LANGUAGES: Shown.BY_CONSENT,
        Field.EMAIL: Shown.RELAY,
        **dict.fromkeys(_EVERYTHING_LEARNT, Shown.BY_CONSENT),
    },
    Viewer.SECRETARIAT: {
        **dict.fromkeys(Field, Shown.YES),
        Field.SCORES: Shown.PASSED_OR_NOT,
        **dict.fromkeys(_PRIVATE, Shown.NO),
        Field.WHO_LOOKED: Shown.NO,
    },
    Viewer.REPORTING_OFFICER: {
        **dict.fromkeys(
            (Field.SEX, Field.LANGUAGES, *_EVERYTHING_LEARNT, Field.SCORES), Shown.COUNTS
        ),
        **dict.fromkeys((Field.NAME, Field.MEMBER), Shown.FOR_PURPOSE),
    },
    Viewer.ADMINISTRATOR: dict.fromkeys(
        (Field.NAME, Field.MEMBER, Field.ROLES, Field.ACCOUNT_STATE), Shown.YES
    ),
}
"""The table. A field that a viewer's row leaves out is not shown to that viewer."""


def shown(field: Field, viewer: Viewer) -> Shown:
    """How this field of a person is shown to this viewer."""
    return DISCLOSURE[viewer].get(field, Shown.NO)


def sees(field: Field, viewer: Viewer) -> bool:
    """Whether the viewer sees the field whole, with no further question to ask."""
    return shown(field, viewer) is Shown.YES


@functools.cache
def fields_seen(viewer: Viewer) -> frozenset[Field]:
    """The fields the viewer sees whole; the columns of that viewer's lists and exports."""
    return frozenset(field for field in Field if sees(field, viewer))


def viewer_of(
    actor: Actor, *, person_id: int, member_code: str, agency_id: int | None
) -> Viewer | None:
    """As what the actor looks at a person of this member and agency, by roles alone.

    The nearest counts: oneself, then the own focal point, the secretariat, the
    administrator. None where no role reaches the person: show nothing.
    """
    if actor.person_id is not None and actor.person_id == person_id:
        return Viewer.SELF
    own = scopes_for(actor, Permission.PERSON_READ_OWN_MEMBER)
    if member_code in own.of(ScopeKind.MEMBER) or str(agency_id) in own.of(ScopeKind.AGENCY):
        return Viewer.OWN_FOCAL_POINT
    if own.everywhere:
        return Viewer.SECRETARIAT
    if scopes_for(actor, Permission.PERSON_READ_ALL).everywhere:
        return Viewer.ADMINISTRATOR
    return None
