"""Answers that are files. For `routes` only, as `request.py` is."""

from __future__ import annotations

import dataclasses

from flask import Response, send_file
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from lms.core.storage import Storage
from lms.core.tables.files import FileForm, table_bytes
from lms.core.tables.values import ENGLISH, Table, Words


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


def _as_download(content: bytes, content_type: str, name: str) -> Response:
    answer = Response(content, content_type=content_type)
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer
