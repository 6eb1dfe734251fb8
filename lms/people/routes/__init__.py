"""The views of the room, one file a noun. Importing this package puts them on the blueprint."""

from lms.people.routes import account as account
from lms.people.routes import affiliations as affiliations
from lms.people.routes import agencies as agencies
from lms.people.routes import decisions as decisions
from lms.people.routes import documents as documents
from lms.people.routes import import_files as import_files
from lms.people.routes import imports as imports
from lms.people.routes import invitations as invitations
from lms.people.routes import inviting as inviting
from lms.people.routes import members as members
from lms.people.routes import merges as merges
from lms.people.routes import passwords as passwords
from lms.people.routes import persons as persons
from lms.people.routes import profile as profile
from lms.people.routes import registrations as registrations
from lms.people.routes import roles as roles
from lms.people.routes import second_factor as second_factor
from lms.people.routes import sign_in as sign_in
from lms.people.routes import transfers as transfers
from lms.people.routes.blueprint import blueprint

__all__ = ["blueprint"]
