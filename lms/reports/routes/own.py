"""The same report about one's own member or agency alone: always exact."""

from __future__ import annotations

import dataclasses

from werkzeug.wrappers import Response

from lms.access.permissions import Permission
from lms.access.policies import policy
from lms.core.errors import RefusedError
from lms.core.request import actor
from lms.core.tables.files import FileForm
from lms.core.text import N_
from lms.reports.queries.counting import own_of
from lms.reports.routes.blueprint import blueprint
from lms.reports.routes.completion import ask_file, asked_or_raise, file, page
from lms.reports.routes.shared import asked_here
from lms.reports.rules.asked import Asked
from lms.reports.rules.measures import By


@blueprint.get("/reports/own")
@policy(Permission.REPORT_READ_OWN_MEMBER)
def own() -> str | tuple[str, int]:
    """One's own people's numbers, by agency unless the address says otherwise."""
    asked, refused = asked_here(own=True)
    return page(_own(asked), refused, endpoint="reports.own")


@blueprint.get("/reports/own.csv")
@policy(Permission.REPORT_READ_OWN_MEMBER)
def own_csv() -> Response:
    """The same numbers as CSV."""
    return file(_own(asked_or_raise(own=True)), FileForm.CSV)


@blueprint.get("/reports/own.xlsx")
@policy(Permission.REPORT_READ_OWN_MEMBER)
def own_xlsx() -> Response:
    """The same numbers as a workbook."""
    return file(_own(asked_or_raise(own=True)), FileForm.XLSX)


@blueprint.post("/reports/own/files/<string:form_name>")
@policy(Permission.REPORT_READ_OWN_MEMBER)
def own_file(form_name: str) -> Response:
    """Have the worker make the file."""
    return ask_file(_own(asked_or_raise(own=True)), form_name, own=True)


def _own(asked: Asked) -> Asked:
    """Limited to what is the actor's own; by member becomes by agency, since there is one."""
    own = own_of(actor())
    if not own.members and not own.agencies:
        raise RefusedError(N_("You look after no member. The report of all members has these."))
    by = By.AGENCY if asked.by in (By.MEMBER, By.SUBREGION) else asked.by
    return dataclasses.replace(asked, by=by, member="", subregion="").limited(own)
