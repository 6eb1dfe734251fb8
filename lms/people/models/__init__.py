"""Tables of the room, one file a noun. Importing this package registers them all."""

from lms.people.models.affiliations import Affiliation, Merge, Transfer
from lms.people.models.imports import ImportRow, ImportRun
from lms.people.models.members import Agency, Member, MemberAlias
from lms.people.models.persons import Acceptance, Person
from lms.people.models.roles import RoleHeld
from lms.people.models.sign_in import OneTimeCode, PersonToken, SecondFactor, SignInSession

__all__ = [
    "Acceptance",
    "Affiliation",
    "Agency",
    "ImportRow",
    "ImportRun",
    "Member",
    "MemberAlias",
    "Merge",
    "OneTimeCode",
    "Person",
    "PersonToken",
    "RoleHeld",
    "SecondFactor",
    "SignInSession",
    "Transfer",
]
