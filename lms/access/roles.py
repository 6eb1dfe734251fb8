"""The roles and the one matrix: role to permissions. `lms access matrix` prints it."""

from __future__ import annotations

import enum

from lms.access.permissions import Permission
from lms.core.actor import ScopeKind
from lms.core.text import N_


class Role(enum.StrEnum):
    """All roles, as data from the start (DESIGN 2); `system` is for the worker and commands."""

    OFFICIAL = "official"
    FOCAL_POINT = "focal_point"
    TRAINER = "trainer"
    REVIEWER = "reviewer"
    MARKER = "marker"
    FACILITATOR = "facilitator"
    PARTNER_STAFF = "partner_staff"
    HOST_SUPERVISOR = "host_supervisor"
    CHAPTER_COORDINATOR = "chapter_coordinator"
    SECRETARIAT = "secretariat"
    REPORTING_OFFICER = "reporting_officer"
    ADMINISTRATOR = "administrator"
    SYSTEM = "system"


ROLE_NAMES: dict[Role, str] = {
    Role.OFFICIAL: N_("Official"),
    Role.FOCAL_POINT: N_("Focal point"),
    Role.TRAINER: N_("Trainer"),
    Role.REVIEWER: N_("Reviewer"),
    Role.MARKER: N_("Marker"),
    Role.FACILITATOR: N_("Facilitator"),
    Role.PARTNER_STAFF: N_("Partner staff"),
    Role.HOST_SUPERVISOR: N_("Host supervisor"),
    Role.CHAPTER_COORDINATOR: N_("Chapter coordinator"),
    Role.SECRETARIAT: N_("Secretariat"),
    Role.REPORTING_OFFICER: N_("Reporting officer"),
    Role.ADMINISTRATOR: N_("Administrator"),
    Role.SYSTEM: N_("System"),
}

_EVERY_ACCOUNT = frozenset(
    {Permission.ACCOUNT_USE, Permission.LEARNING_TAKE, Permission.MEMBER_READ}
)

PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.OFFICIAL: _EVERY_ACCOUNT,
    Role.FOCAL_POINT: frozenset(
        {
            Permission.AFFILIATION_CHANGE,
            Permission.AGENCY_EDIT,
            Permission.ASSIGNMENT_MAKE,
            Permission.CERTIFICATE_READ_OWN_MEMBER,
            Permission.ENROLMENT_READ_OWN_MEMBER,
            Permission.IMPORT_RUN,
            Permission.LISTING_LIMIT,
            Permission.MEMBER_NOTE_EDIT,
            Permission.MERGE_PROPOSE,
            Permission.PERSON_DECIDE,
            Permission.PERSON_INVITE,
            Permission.PERSON_LIST,
            Permission.PERSON_READ_OWN_MEMBER,
            Permission.PERSON_SUSPEND,
            Permission.REPORT_OPEN,
            Permission.REPORT_READ_OWN_MEMBER,
            Permission.ROLE_READ,
            Permission.TRANSFER_ACCEPT,
            Permission.TRANSFER_RELEASE,
        }
    ),
    Role.TRAINER: frozenset(
        {
            Permission.ANSWER_MARK,
            Permission.CERTIFICATE_READ_TAUGHT,
            Permission.COURSE_PUBLISH,
            Permission.COURSE_TEACH,
            Permission.DRAFT_EDIT,
            Permission.DRAFT_READ,
            Permission.ENROLMENT_READ_TAUGHT,
            Permission.GUIDE_EDIT,
        }
    ),
    Role.REVIEWER: frozenset({Permission.DRAFT_READ, Permission.DRAFT_REVIEW}),
    Role.MARKER: frozenset(
        {
            Permission.ANSWER_MARK,
        }
    ),
    Role.FACILITATOR: frozenset(),
    Role.PARTNER_STAFF: frozenset(),
    Role.HOST_SUPERVISOR: frozenset(),
    Role.CHAPTER_COORDINATOR: frozenset(),
    Role.SECRETARIAT: frozenset(
        {
            Permission.AFFILIATION_CHANGE,
            Permission.AGENCY_EDIT,
            Permission.ALUMNI_READ_ALL,
            Permission.ASSIGNMENT_MAKE,
            Permission.CERTIFICATE_DECIDE,
            Permission.CERTIFICATE_READ_ALL,
            Permission.CERTIFICATE_READ_OWN_MEMBER,
            Permission.CERTIFICATE_READ_TAUGHT,
            Permission.COURSE_PUBLISH,
            Permission.COURSE_TEACH,
            Permission.DRAFT_EDIT,
            Permission.DRAFT_READ,
            Permission.DRAFT_REVIEW,
            Permission.ENROLMENT_READ_ALL,
            Permission.ENROLMENT_READ_OWN_MEMBER,
            Permission.ENROLMENT_READ_TAUGHT,
            Permission.EVIDENCE_CORRECT,
            Permission.GUIDE_EDIT,
            Permission.IMPORT_RUN,
            Permission.LISTING_LIMIT,
            Permission.MEMBER_EDIT,
            Permission.MEMBER_NOTE_EDIT,
            Permission.MERGE_DECIDE,
            Permission.MERGE_PROPOSE,
            Permission.PERSON_DECIDE,
            Permission.PERSON_INVITE,
            Permission.PERSON_LIST,
            Permission.PERSON_READ_ALL,
            Permission.PERSON_READ_OWN_MEMBER,
            Permission.PERSON_SUSPEND,
            Permission.REPORT_COUNT,
            Permission.REPORT_NAMES,
            Permission.REPORT_OPEN,
            Permission.REPORT_PUBLISH,
            Permission.REPORT_READ_OWN_MEMBER,
            Permission.ROLE_READ,
            Permission.SECOND_FACTOR_REMOVE,
            Permission.TRANSFER_ACCEPT,
            Permission.TRANSFER_RELEASE,
        }
    ),
    Role.REPORTING_OFFICER: frozenset(
        {
            Permission.REPORT_COUNT,
            Permission.REPORT_NAMES,
            Permission.REPORT_OPEN,
        }
    ),
    Role.ADMINISTRATOR: frozenset(
        {
            Permission.ACCESS_READ,
            Permission.ADMINISTRATION_OPEN,
            Permission.AUDIT_READ,
            Permission.JOB_DECIDE,
            Permission.JOB_READ_ALL,
            Permission.MAIL_DECIDE,
            Permission.MAIL_LOG_READ,
            Permission.PERSON_LIST,
            Permission.PERSON_READ_ALL,
            Permission.ROLE_GRANT,
            Permission.ROLE_READ,
            Permission.STYLE_READ,
        }
    ),
    Role.SYSTEM: frozenset(Permission),
}
"""What each role may do, within the scope it is held for."""

SCOPES: dict[Role, frozenset[ScopeKind]] = {
    Role.OFFICIAL: frozenset({ScopeKind.SELF}),
    Role.FOCAL_POINT: frozenset({ScopeKind.MEMBER, ScopeKind.AGENCY}),
    Role.TRAINER: frozenset({ScopeKind.COURSE}),
    Role.REVIEWER: frozenset({ScopeKind.COURSE}),
    Role.MARKER: frozenset({ScopeKind.COURSE}),
    Role.FACILITATOR: frozenset({ScopeKind.EVENT}),
    Role.PARTNER_STAFF: frozenset({ScopeKind.INSTITUTION}),
    Role.HOST_SUPERVISOR: frozenset({ScopeKind.PLACEMENT}),
    Role.CHAPTER_COORDINATOR: frozenset({ScopeKind.CHAPTER}),
    Role.SECRETARIAT: frozenset({ScopeKind.ALL}),
    Role.REPORTING_OFFICER: frozenset({ScopeKind.ALL}),
    Role.ADMINISTRATOR: frozenset({ScopeKind.ALL}),
    Role.SYSTEM: frozenset({ScopeKind.ALL}),
}
"""The kinds of scope in which a role may be held."""

READS_OTHERS: frozenset[Role] = frozenset(Role) - {Role.OFFICIAL, Role.SYSTEM}
"""Roles that can read another person's record; production asks them for a second factor."""
