"""Files handed in with an attempt: taking them, and handing them out to who may have them."""

from __future__ import annotations

from dataclasses import dataclass

from flask import request
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from lms.access.permissions import Permission
from lms.access.policies import policy
from lms.assessments.queries.files import file_to_mark, files_of
from lms.assessments.rules.attempts import AttemptState
from lms.assessments.services.attempts import drawing_of
from lms.assessments.services.files import LARGEST, ROOM, TAKEN
from lms.core.errors import BadInputError, NotFoundError
from lms.core.request import actor, now, reading, record_access, session, storage
from lms.core.storage import NotStoredError, Stored
from lms.core.text import N_
from lms.core.uploads.keeping import store
from lms.core.uploads.kinds import Kind, check_upload
from lms.core.uploads.pictures import written_anew
from lms.core.uploads.serving import foreign_answer
from lms.courses.values.question import FileQuestion
from lms.learning.queries.attempts import Begun, get_answered
from lms.learning.queries.courses import AnyCourse
from lms.learning.queries.marking import get_marking_page
from lms.learning.routes.blueprint import blueprint

GONE = N_("This file is no longer kept.")


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file of the request that lies in storage. `name` is what its sender calls it."""

    stored: Stored
    kind: Kind
    name: str


def take_files(
    course_key: str, activity_key: str, number: int
) -> tuple[dict[int, SentFile], dict[int, BadInputError]]:
    """Check and store the files of a form, and say what was refused; both by number of question.

    Only for an open attempt of the sender that asks for a file there. Before the request's
    transaction: a picture is written anew and a disk is slow.
    """
    sent = {name: file for name, file in request.files.items() if file.filename}
    if not sent:
        return {}, {}
    with reading() as short:
        begun = get_answered(short, actor(), course_key, activity_key, number)
        wanted = file_numbers(begun) if begun.attempt.state is AttemptState.OPEN else []
    taken: dict[int, SentFile] = {}
    refused: dict[int, BadInputError] = {}
    for place in wanted:
        if f"q{place}" in sent:
            try:
                taken[place] = _stored(sent[f"q{place}"])
            except BadInputError as error:
                refused[place] = error
    return taken, refused


def file_numbers(begun: Begun[AnyCourse]) -> list[int]:
    """The numbers of the questions of an attempt that ask for a file."""
    drawing = drawing_of(begun.attempt)
    questions = begun.on.edition.questions_in(begun.quiz, drawing.language)
    return [
        number
        for number, drawn in enumerate(drawing.questions, 1)
        if isinstance(questions[drawn.question], FileQuestion)
    ]


def _stored(sent: FileStorage) -> SentFile:
    content = sent.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise BadInputError(
            N_("This file is larger than %(megabytes)s MB. Make it smaller."),
            megabytes=LARGEST // (1024 * 1024),
        )
    kind = check_upload(content, TAKEN)
    if kind in {Kind.PNG, Kind.JPEG}:
        content = written_anew(content).content
    return SentFile(store(storage(), ROOM, content, kind), kind, sent.filename or "")


@blueprint.get(
    "/learning/<string:course_key>/<string:activity_key>/attempts/<int:number>/files/<int:place>"
)
@policy(Permission.LEARNING_TAKE)
def own_file(course_key: str, activity_key: str, number: int, place: int) -> Response:
    """One's own file, as it was handed in."""
    begun = get_answered(session(), actor(), course_key, activity_key, number)
    found = files_of(session(), actor(), begun.attempt.id).get(place)
    if found is None:
        raise NotFoundError(N_("There is no such file."))
    return _answer(found.storage_key, found.name)


@blueprint.get("/marking/<int:marking_id>/file")
@policy(Permission.ANSWER_MARK, recorded=True)
def marking_file(marking_id: int) -> Response:
    """The file of an answer, for the marker who holds it; never under its sender's name for it."""
    page = get_marking_page(session(), actor(), marking_id, now=now())
    if page.text is None or page.marking.attempt_id is None:
        raise NotFoundError(N_("There is no such file among those you mark."))
    found = file_to_mark(session(), actor(), page.marking)
    record_access([page.marking.person_id])
    return _answer(found.storage_key, f"hand-in-{marking_id}.{found.kind}")


def _answer(key: str, name: str) -> Response:
    try:
        return foreign_answer(storage(), key, name)
    except NotStoredError as error:
        raise NotFoundError(GONE) from error
