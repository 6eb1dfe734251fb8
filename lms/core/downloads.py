"""Answers that are files. For `routes` only, as `request.py` is."""

from __future__ import annotations

import dataclasses

from flask import Response, send_file
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from lms.core.errors import NotFoundError
from lms.core.jobs.made_files import MadeFiles
from lms.core.storage import NotStoredError, Storage
from lms.core.tables.files import FileForm, table_bytes
from lms.core.tables.values import ENGLISH, Table, Words
from lms.core.text import N_


def words_here() -> Words:
    """The fixed words of tables in the language of this request."""
    fields = dataclasses.fields(Words)
    return Words(**{field.name: gettext(getattr(ENGLISH, field.name)) for field in fields})


def table_answer(table: Table, form: FileForm, name: str) -> Response:
    """A small table as a download, built whole before the first byte.

    `name` is without ending, in letters that every file system takes.
    """
    translated = dataclasses.replace(table, words=words_here())
    return _as_download(table_bytes(translated, form), form.content_type, f"{name}.{form.value}")


def stored_answer(storage: Storage, key: str, name: str) -> BaseResponse:
    """A stored file as a download, streamed. Raises NotStoredError."""
    about = storage.about(key)
    answer = send_file(
        storage.open(key),
        mimetype=about.content_type,
        as_attachment=True,
        download_name=name,
        max_age=0,
    )
    answer.content_length = about.size
    answer.headers["Cache-Control"] = "no-store"
    return answer


def made_answer(
    files: MadeFiles, storage: Storage, run_id: str, form: str, name: str
) -> tuple[BaseResponse, list[int]]:
    """A file that a job made, and the ids of the people it names, for the access record.

    Raises NotFoundError when the week it is kept for is over.
    """
    try:
        people = files.people(storage, run_id)
        return stored_answer(storage, files.file_key(run_id, form), f"{name}.{form}"), people
    except NotStoredError as error:
        raise NotFoundError(
            N_("This file was kept for a week and is gone. Ask for it again.")
        ) from error


def _as_download(content: bytes, content_type: str, name: str) -> Response:
    answer = Response(content, content_type=content_type)
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer
