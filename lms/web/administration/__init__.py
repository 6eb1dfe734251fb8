"""Pages for administrators: jobs, mail log, audit, access record. Importing fills the blueprint."""

from lms.web.administration import access, audit, jobs, mail, overview
from lms.web.administration.blueprint import blueprint

__all__ = ["access", "audit", "blueprint", "jobs", "mail", "overview"]
