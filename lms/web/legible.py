"""Refuses a request that says what no form of ours can say, before anything reads it.

A NUL in its address or in a field: no text has one. SQLite keeps it and PostgreSQL does not, so
without this it is found on one engine and is an error of ours on the other. A file where no file
is asked for, and JSON: Flask-WTF would hand both to fields that expect text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from flask import Flask, abort, request
from werkzeug.datastructures import MultiDict

NUL = "\0"
FILES = {
    "authoring.draft_add_picture": "file",
    "authoring.draft_add_recording": "sound",
    "authoring.draft_questions_bring": "file",
    "authoring.preview_answer": "q[0-9]+",
    "guides.import_new": "file",
    "learning.answer": "q[0-9]+",
    "people.import_new": "file",
}
"""The views that take files, and in which fields."""


def install(app: Flask) -> None:
    """Look at every request once its body is read (`web.transaction`), before the guard."""
    app.before_request(_refuse_the_illegible)


def _refuse_the_illegible() -> None:
    expected = FILES.get(request.endpoint or "", "(?!)")
    if any(NUL in words for words in _words()) or request.is_json:
        abort(400)
    if not all(re.fullmatch(expected, name) for name in request.files):
        abort(400)


def _words() -> Iterator[str]:
    """All that a request says as text: address, query, fields, names of files."""
    yield request.path
    yield from _names_and_values(request.args)
    yield from _names_and_values(request.form)
    for name, file in request.files.items(multi=True):
        yield name
        yield file.filename or ""


def _names_and_values(fields: MultiDict[str, str]) -> Iterator[str]:
    for name, value in fields.items(multi=True):
        yield name
        yield value
