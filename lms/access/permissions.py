"""Every permission there is, as `resource:action`. Roles collect them in `roles.py`."""

from __future__ import annotations

import enum


class Permission(enum.StrEnum):
    """What a view or a reach may ask for. Sorted by name."""

    ACCESS_READ = "access:read"
    ACCOUNT_USE = "account:use"
    ADMINISTRATION_OPEN = "administration:open"
    AFFILIATION_CHANGE = "affiliation:change"
    AGENCY_EDIT = "agency:edit"
    ANSWER_READ_ALL = "answer:read-all"
    AUDIT_READ = "audit:read"
    ENROLMENT_READ_ALL = "enrolment:read-all"
    ENROLMENT_READ_OWN_MEMBER = "enrolment:read-own-member"
    ENROLMENT_READ_TAUGHT = "enrolment:read-taught"
    IMPORT_RUN = "import:run"
    JOB_DECIDE = "job:decide"
    JOB_READ_ALL = "job:read-all"
    LEARNING_TAKE = "learning:take"
    LISTING_LIMIT = "listing:limit"
    MAIL_DECIDE = "mail:decide"
    MAIL_LOG_READ = "mail-log:read"
    MEMBER_EDIT = "member:edit"
    MEMBER_READ = "member:read"
    MERGE_DECIDE = "merge:decide"
    MERGE_PROPOSE = "merge:propose"
    PERSON_DECIDE = "person:decide"
    PERSON_INVITE = "person:invite"
    PERSON_LIST = "person:list"
    PERSON_READ_ALL = "person:read-all"
    PERSON_READ_OWN_MEMBER = "person:read-own-member"
    PERSON_SUSPEND = "person:suspend"
    ROLE_GRANT = "role:grant"
    ROLE_READ = "role:read"
    SECOND_FACTOR_REMOVE = "second-factor:remove"
    STYLE_READ = "style:read"
    TRANSFER_ACCEPT = "transfer:accept"
    TRANSFER_RELEASE = "transfer:release"
