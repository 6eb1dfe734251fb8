"""Tables of the room, one file a noun. Importing this package registers them all."""

from lms.people.models.affiliations import Affiliation, Merge, Transfer, TransferRequest
from lms.people.models.imports import ImportProblem, ImportRow, ImportRun
from lms.people.models.members import Agency, Member, MemberAlias
from lms.people.models.persons import Acceptance, Person
from lms.people.models.registrations import Registration
from lms.people.models.roles import RoleHeld
from lms.people.models.sign_in import (
    OneTimeCode,
    PersonToken,
    ResetRequest,
    SecondFactor,
    SignInSession,
)

__all__ = [
    "Acceptance",
    "Affiliation",
    "Agency",
    "ImportProblem",
    "ImportRow",
    "ImportRun",
    "Member",
    "MemberAlias",
    "Merge",
    "OneTimeCode",
    "Person",
    "PersonToken",
    "Registration",
    "ResetRequest",
    "RoleHeld",
    "SecondFactor",
    "SignInSession",
    "Transfer",
    "TransferRequest",
]
