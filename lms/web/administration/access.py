"""The access record: who saw or exported whom. Shows numbers of persons, never names."""

from __future__ import annotations

from flask import render_template, request

from lms.access.permissions import Permission
from lms.access.policies import policy
from lms.core.access_log import list_accesses
from lms.core.request import session
from lms.web.administration.blueprint import below, blueprint, pages
from lms.web.administration.forms import AccessFilterForm


@blueprint.get("/access")
@policy(Permission.ACCESS_READ)
def access() -> tuple[str, int]:
    """Records, newest first, by viewer or by person. 400 when a number cannot be read."""
    form = AccessFilterForm(request.args)
    is_valid = form.validate()
    page = list_accesses(
        session(),
        viewer_person_id=form.viewer.data if is_valid else None,
        person_id=form.person.data if is_valid else None,
        only_exports=form.exports.data if is_valid else False,
        below=below(),
    )
    arguments = {name: request.args.get(name) for name in ("viewer", "person", "exports")}
    rendered = render_template(
        "administration/access.html",
        form=form,
        records=page.records,
        people=page.people,
        is_narrowed=any(arguments.values()),
        **pages("administration.access", page.after, **arguments),
    )
    return rendered, 200 if is_valid else 400
