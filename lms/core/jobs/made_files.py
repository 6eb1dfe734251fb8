"""Files that jobs make for whoever asked: where they lie, whom they name, how long they stay."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select

from lms.core.jobs.models import Job, JobState
from lms.core.jobs.work import Work
from lms.core.storage import Storage

KEPT = datetime.timedelta(days=7)


@dataclass(frozen=True, slots=True)
class MadeFiles:
    """The files of one kind of job, in one folder of storage; the run's id is their name.

    `payload["form"]` of such a job is the ending of its file.
    """

    kind: str
    folder: str

    def file_key(self, run_id: str, form: str) -> str:
        """Where the file of a run lies."""
        return f"{self.folder}/{run_id}.{form}"

    def keep_people(self, work: Work, people: Iterable[int]) -> None:
        """Keep the ids of the people the file names beside it, for the access record."""
        lines = "\n".join(map(str, people)).encode()
        work.storage.put(self._people_key(work.run_id), lines, content_type="text/plain")

    def people(self, storage: Storage, run_id: str) -> list[int]:
        """Ids of the people a file names. Raises NotStoredError when the file is gone."""
        with storage.open(self._people_key(run_id)) as stream:
            return [int(line) for line in stream.read().split()]

    def forget(self, work: Work) -> None:
        """Delete what was made more than a week ago: a job that comes round each day.

        Rows of the last three weeks are looked at, so that days without a worker are made
        up for.
        """
        now = work.now()
        statement = select(Job.run_id, Job.payload).where(
            Job.kind == self.kind,
            Job.state == JobState.DONE,
            Job.finished_at < now - KEPT,
            Job.finished_at > now - 3 * KEPT,
        )
        with work.reading() as session:
            old = [(row[0], row[1]) for row in session.execute(statement)]
        for run_id, payload in old:
            # Whom it names goes first: without that, the file is given to nobody.
            work.storage.delete(self._people_key(run_id))
            work.storage.delete(self.file_key(run_id, str(payload["form"])))

    def _people_key(self, run_id: str) -> str:
        return f"{self.folder}/{run_id}.people"
