"""Asking the worker for a paper of a course."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from lms.authoring.papers.making import VERSION
from lms.authoring.papers.parts import PaperForm, PaperKind
from lms.core.actor import Actor
from lms.core.audit.services import record
from lms.core.database import Session
from lms.core.jobs.models import Job
from lms.core.jobs.services import enqueue

MAKE = "authoring.make_paper"


@dataclass(frozen=True, slots=True)
class PaperWanted:
    """One paper as one file: of an edition, or of a draft as it stood (`draft_id`).

    `digest` names the edition, or all files of the draft.
    """

    digest: str
    kind: PaperKind
    language: str
    form: PaperForm
    draft_id: int | None = None

    @property
    def key(self) -> str:
        """Where the file lies: made once, whoever asks for it."""
        name = f"{self.kind.value}-{VERSION}-{self.language.lower()}.{self.form.value}"
        place = "papers" if self.draft_id is None else f"papers/drafts/{self.draft_id}"
        return f"{place}/{self.digest}/{name}"

    @property
    def said_key(self) -> str:
        """Where it says why the file could not be made."""
        return f"{self.key}.said"

    @property
    def once_key(self) -> str:
        """The same for everybody who asks for the same paper."""
        what = f"{self.kind.value}.{self.language}.{self.form.value}"
        return f"{MAKE}@{self.draft_id or 0}@{self.digest[:40]}@{what}"


def ask_paper(
    session: Session,
    actor: Actor,
    wanted: PaperWanted,
    *,
    page: str,
    now: datetime.datetime,
) -> Job:
    """Have the paper made; whoever asks while it is being made gets the same job.

    `page` is where it will be found. Whether the actor may have it is the caller's question.
    """
    payload = {
        "digest": wanted.digest,
        "kind": wanted.kind.value,
        "language": wanted.language,
        "form": wanted.form.value,
        "draft_id": wanted.draft_id,
        "page": page,
    }
    job = enqueue(session, MAKE, payload, requested_by=actor, now=now, once_key=wanted.once_key)
    record(
        session, actor, "paper.ask", "job", job.id,
        now=now, kind=wanted.kind.value, language=wanted.language, form=wanted.form.value,
    )  # fmt: skip
    return job
