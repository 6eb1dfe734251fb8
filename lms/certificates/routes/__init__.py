"""Views of the room: a holder's own, the check for everybody, the secretariat's."""

from lms.certificates.routes import checks as checks
from lms.certificates.routes import deciding as deciding
from lms.certificates.routes import lists as lists
from lms.certificates.routes import many as many
from lms.certificates.routes import own as own
from lms.certificates.routes.blueprint import blueprint

__all__ = ["blueprint"]
