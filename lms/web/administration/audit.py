"""The audit: who did what, when, to which row."""

from __future__ import annotations

import datetime

from flask import render_template, request

from lms.access.permissions import Permission
from lms.access.policies import policy
from lms.core.audit.queries import AuditFilter, list_entries
from lms.core.audit.seal import head_of
from lms.core.request import session
from lms.web.administration.blueprint import below, blueprint, pages
from lms.web.administration.forms import AuditFilterForm


@blueprint.get("/audit")
@policy(Permission.AUDIT_READ)
def audit() -> tuple[str, int]:
    """Rows, newest first, by verb, thing and days. 400 when a day cannot be read."""
    form = AuditFilterForm(request.args)
    is_valid = form.validate()
    wanted = _wanted(form) if is_valid else AuditFilter()
    page = list_entries(session(), wanted, below=below())
    arguments = {name: request.args.get(name) for name in ("verb", "kind", "id", "since", "until")}
    rendered = render_template(
        "administration/audit.html",
        form=form,
        entries=page.entries,
        is_narrowed=any(arguments.values()),
        head=head_of(session()),
        **pages("administration.audit", page.after, **arguments),
    )
    return rendered, 200 if is_valid else 400


def _wanted(form: AuditFilterForm) -> AuditFilter:
    return AuditFilter(
        verb=(form.verb.data or "").strip(),
        subject_kind=(form.kind.data or "").strip(),
        subject_id=(form.id.data or "").strip(),
        since=_midnight(form.since.data),
        before=_midnight(form.until.data, days=1),
    )


def _midnight(day: datetime.date | None, *, days: int = 0) -> datetime.datetime | None:
    if day is None or day > datetime.date(9000, 1, 1):
        return None
    midnight = datetime.datetime.combine(day, datetime.time(), datetime.UTC)
    return midnight + datetime.timedelta(days=days)
