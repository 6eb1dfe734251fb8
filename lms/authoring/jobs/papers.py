"""Making papers, and forgetting those of drafts."""

from __future__ import annotations

import dataclasses
import datetime
import importlib

from sqlalchemy import select

from lms.authoring.models import Draft
from lms.authoring.papers.making import paper_of
from lms.authoring.papers.parts import Paper, PaperForm, PaperKind
from lms.authoring.queries.drafts import files_of
from lms.authoring.services.papers import MAKE, PaperWanted
from lms.core.database import Session
from lms.core.errors import NotFoundError
from lms.core.jobs.models import Job, JobState
from lms.core.jobs.periodic import Periodic
from lms.core.jobs.work import Handler, Work
from lms.core.pdf.making import DocumentError, UnprintableError
from lms.core.text import N_
from lms.courses.check import edition_from
from lms.courses.folder import CourseError
from lms.courses.models import StoredEdition
from lms.courses.store import get_edition
from lms.guides.queries import registry_of

FORGET = "authoring.forget_papers"
KEPT = datetime.timedelta(days=7)
"""How long papers of drafts are kept; those of editions stay."""

UNREADABLE = N_("The draft has errors. Mend them, then ask for the paper again.")
UNMADE = N_("A drawing or a letter of the course cannot be printed (%(what)s).")


def make_paper(work: Work) -> None:
    """Make the file and put it where everybody will look for it. A repeat is harmless.

    What stands in the way and can be mended by people is said beside the file.
    """
    wanted = wanted_of(work.payload)
    said = ""
    try:
        with work.reading() as session:
            wanted, paper = _paper(session, work, wanted)
        work.check()
        content = _printed(paper, wanted.form)
    except CourseError:
        said = UNREADABLE
    except (UnprintableError, DocumentError) as error:
        said = UNMADE % {"what": str(error)[:200]}
    else:
        work.storage.put(wanted.key, content, content_type=wanted.form.content_type)
        work.storage.delete(wanted.said_key)
    if said:
        work.storage.put(wanted.said_key, said.encode(), content_type="text/plain")
    with work.transaction() as session:
        page = str(work.payload["page"])
        work.advance(session, done=1, total=1, result={"page": page, "made": not said})


def forget_papers(work: Work) -> None:
    """Delete the papers of drafts a week after they were made."""
    now = work.now()
    statement = select(Job.payload).where(
        Job.kind == MAKE,
        Job.state == JobState.DONE,
        Job.finished_at < now - KEPT,
        Job.finished_at > now - 3 * KEPT,
    )
    with work.reading() as session:
        old = list(session.execute(statement).scalars())
    for payload in old:
        if payload["draft_id"] is not None:
            wanted = wanted_of(payload)
            work.storage.delete(wanted.key)
            work.storage.delete(wanted.said_key)


def wanted_of(payload: dict[str, object]) -> PaperWanted:
    """The paper a job was asked for."""
    draft_id = payload["draft_id"]
    return PaperWanted(
        str(payload["digest"]),
        PaperKind(str(payload["kind"])),
        str(payload["language"]),
        PaperForm(str(payload["form"])),
        draft_id if isinstance(draft_id, int) else None,
    )


def _paper(session: Session, work: Work, wanted: PaperWanted) -> tuple[PaperWanted, Paper]:
    """The paper, and what it is of by now: a draft may have moved on since it was asked for."""
    registry = registry_of(session, work.settings.content_folder / "guides")
    if wanted.draft_id is not None:
        draft = session.get(Draft, wanted.draft_id)
        if draft is None:
            raise NotFoundError(N_("There is no such draft among those you work on."))
        edition = edition_from(files_of(session, draft), registry)
        number, day = None, draft.changed_at.date()
        wanted = dataclasses.replace(wanted, digest=draft.digest)
    else:
        statement = select(StoredEdition).where(StoredEdition.digest == wanted.digest).limit(1)
        stored = session.execute(statement).scalar_one()
        edition = get_edition(session, stored.digest)
        number, day = stored.number, stored.published_at.date()
    paper = paper_of(edition, registry, wanted.kind, wanted.language, number=number, made_on=day)
    return wanted, paper


def _printed(paper: Paper, form: PaperForm) -> bytes:
    # The makers load WeasyPrint or python-docx: the web process imports this file too.
    if form is PaperForm.PDF:
        made = importlib.import_module("lms.authoring.papers.as_pdf").paper_as_pdf(paper)
    else:
        made = importlib.import_module("lms.authoring.papers.as_docx").paper_as_docx(paper)
    return bytes(made)


HANDLERS: dict[str, Handler] = {MAKE: make_paper, FORGET: forget_papers}
PERIODIC = (Periodic(FORGET, datetime.timedelta(days=1), datetime.timedelta(hours=3, minutes=40)),)
PROMPT: frozenset[str] = frozenset()
