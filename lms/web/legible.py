"""Refuses a request with a NUL in its address or in a field: no text has one.

SQLite keeps it and PostgreSQL does not, so without this a NUL is found on one engine and is an
error of ours on the other. What a file holds is its own business; its name is not.
"""

from __future__ import annotations

from collections.abc import Iterator

from flask import Flask, abort, request
from werkzeug.datastructures import MultiDict

NUL = "\0"


def install(app: Flask) -> None:
    """Look at every request once its body is read (`web.transaction`), before the guard."""
    app.before_request(_refuse_nul)


def _refuse_nul() -> None:
    if any(NUL in words for words in _words()):
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
