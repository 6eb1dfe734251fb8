"""`lms people`: what is done to accounts from the command line, one file a noun."""

from lms.people.cli import imports as imports
from lms.people.cli import roles as roles
from lms.people.cli.group import people

__all__ = ["people"]
