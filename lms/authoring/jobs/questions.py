"""Reading large files of questions."""

from __future__ import annotations

from lms.authoring.models import Draft
from lms.authoring.queries.questions import get_bank
from lms.authoring.rules.bank.incoming import Defaults
from lms.authoring.rules.questions.any_format import Format
from lms.authoring.services.importing import READ, put_result, read_questions
from lms.core.jobs.work import Handler, Work
from lms.core.uploads.keeping import forget, keep
from lms.core.uploads.kinds import Kind
from lms.core.uploads.models import StorageClass
from lms.guides.queries import registry_of


def read_file(work: Work) -> None:
    """Read a file somebody sent beside the bank of their draft; the result waits for a day.

    Nothing of the draft is changed. Done twice it gives the same result.
    """
    payload = work.payload
    with work.reading() as session:
        draft = session.get_one(Draft, payload["draft_id"])
        found = get_bank(
            session, draft, registry_of(session, work.settings.content_folder / "guides")
        )
    with work.storage.open(payload["key"]) as stream:
        content = stream.read()
    carried = read_questions(
        found,
        content,
        str(payload["name"]),
        Format(payload["format"]) if payload["format"] else None,
        Defaults(str(payload["objective"]), str(payload["source"])),
    )
    work.check()
    stored = put_result(work.storage, int(payload["draft_id"]), str(payload["token"]), carried)
    with work.transaction() as session:
        forget(session, stored.key)
        keep(session, work.actor, stored, Kind.TEXT, StorageClass.TEMPORARY, now=work.now())
        total = len(carried.lines) + len(carried.missed)
        work.advance(session, done=total, total=total, result={"page": payload["page"]})


HANDLERS: dict[str, Handler] = {READ: read_file}
