"""Work on many certificates: jobs the secretariat asks for, and what comes of them."""

from __future__ import annotations

from collections.abc import Callable

from flask import abort, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lms.access.permissions import Permission
from lms.access.policies import policy
from lms.certificates.queries.lists import CertificateFilter, list_people
from lms.certificates.routes.blueprint import blueprint
from lms.certificates.routes.lists import list_page, wanted_of
from lms.certificates.services import bulk
from lms.core.downloads import stored_answer
from lms.core.errors import BadInputError, NotFoundError
from lms.core.jobs.models import Job, JobState
from lms.core.jobs.queries import get_job
from lms.core.request import actor, now, only_read_on, record_access, session, storage
from lms.core.storage import NotStoredError
from lms.core.text import N_

ASKING: dict[str, Callable[..., Job]] = {
    "issue": bulk.ask_for_issue,
    "regenerate": bulk.ask_for_regeneration,
    "bundle": bulk.ask_for_bundle,
}
"""What may be asked for, by the word of its button."""

GONE = N_("These files are not kept any more. Ask for them again.")


@blueprint.post("/certificates/many")
@policy(Permission.CERTIFICATE_DECIDE, recorded=True)
def many() -> Response | tuple[str, int]:
    """Ask for a job over the certificates of the filter, and go to its progress."""
    asked = ASKING.get(request.form.get("do", ""))
    if asked is None:
        abort(400)
    try:
        job = asked(session(), actor(), wanted_of(request.form), now=now())
    except BadInputError as error:
        only_read_on()
        return list_page(refused=gettext(error.sentence, **error.values)), 400
    return redirect(url_for("jobs.job", run_id=job.run_id), 303)


@blueprint.get("/certificates/bundles/<string:run_id>")
@policy(Permission.CERTIFICATE_DECIDE)
def bundle(run_id: str) -> str:
    """The ZIP and the print file of a job."""
    job = _bundle(run_id)
    about = [_size(bulk.zip_key(run_id)), _size(bulk.print_key(run_id))]
    return render_template("certificates/bundle.html", job=job, sizes=about, gone=GONE)


@blueprint.get("/certificates/bundles/<string:run_id>/certificates.zip")
@policy(Permission.CERTIFICATE_DECIDE, recorded=True)
def bundle_zip(run_id: str) -> Response:
    """All documents and a list of them."""
    return _file(run_id, bulk.zip_key(run_id), "certificates.zip")


@blueprint.get("/certificates/bundles/<string:run_id>/certificates.pdf")
@policy(Permission.CERTIFICATE_DECIDE, recorded=True)
def bundle_pdf(run_id: str) -> Response:
    """All documents as one file for the printer."""
    return _file(run_id, bulk.print_key(run_id), "certificates.pdf")


def _bundle(run_id: str) -> Job:
    """The job, if the actor asked for it. Raises NotFoundError otherwise."""
    job = get_job(session(), actor(), run_id)
    if job.kind != bulk.BUNDLE or job.state is not JobState.DONE:
        raise NotFoundError(N_("There is no such job."))
    return job


def _file(run_id: str, key: str, name: str) -> Response:
    job = _bundle(run_id)
    scope = CertificateFilter.from_json(job.payload["scope"])
    people = list_people(session(), actor(), scope, upto=job.cursor["upto"])
    record_access(people, is_export=True)
    try:
        return stored_answer(storage(), key, name)
    except NotStoredError as error:
        raise NotFoundError(GONE) from error


def _size(key: str) -> int | None:
    try:
        return storage().about(key).size
    except NotStoredError:
        return None
