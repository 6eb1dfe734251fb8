"""The views of the room, one file a noun. Importing this package puts them on the blueprint."""

from lms.reports.routes import completion as completion
from lms.reports.routes import files as files
from lms.reports.routes import names as names
from lms.reports.routes import overview as overview
from lms.reports.routes import own as own
from lms.reports.routes import releases as releases
from lms.reports.routes.blueprint import blueprint

__all__ = ["blueprint"]
