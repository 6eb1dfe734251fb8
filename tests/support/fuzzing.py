"""Finds the forms of pages and sends through each field what it was never made for.

The database forgets: whatever a request commits is rolled back instead (`forgetting`), so
each request meets the same rows, in any order, and no throttle fills. What would have been
committed is noted, so that a refused request can be seen to have changed nothing.
"""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, quote_from_bytes, quote_plus, urlsplit

from bs4 import BeautifulSoup, Tag
from flask import Flask
from sqlalchemy import Connection, Engine, event
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from tests.support import naughty
from tests.support.client import Client
from tests.support.pages import Page, check_page

APART = frozenset({"throttle_try", "access_record", "access_record_person"})
"""Tables that are written whatever becomes of the request (`lms.core.apart`)."""
ENDS_THE_SESSION = frozenset(
    {
        "people.sign_out",
        "people.end_every_session",
        "people.end_one_session",
    }
)
ON_EVERY_PAGE = frozenset({"language", "theme"})
"""What links of every page say; tried on one page alone."""
_WRITE = re.compile(r'\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+"?(\w+)', re.IGNORECASE)
_VARIABLE = re.compile(r"<([^>]+)>")
_BOUNDARY = b"zqboundaryzq"

Pairs = list[tuple[str, bytes]]


@dataclass(frozen=True, slots=True)
class Form:
    """A form as a browser would send it: where to, how, and its fields with their values."""

    page: str
    action: str
    endpoint: str
    method: str
    fields: tuple[tuple[str, bytes], ...]
    files: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, str, tuple[str, ...]]:
        """What makes two forms one for a fuzz: same view, same fields."""
        names = sorted({_shape(name) for name in (*dict(self.fields), *self.files)})
        return self.endpoint, self.method, tuple(names)


@dataclass(frozen=True, slots=True)
class Try:
    """One request: what is sent, and in words what is wrong with it."""

    what: str
    method: str
    path: str
    content_type: str = ""
    body: Callable[[], bytes] = bytes
    """Made when it is sent: a fuzz holds thousands of tries, some of a megabyte."""


@dataclass(slots=True)
class Written:
    """The tables that a request would have changed for good."""

    tables: set[str] = field(default_factory=set)


@contextmanager
def forgetting(engine: Engine) -> Iterator[Written]:
    """Roll back instead of committing, inside the block; note the tables meant to be changed."""
    written = Written()
    pending: dict[int, set[str]] = {}

    def note(connection: Connection, _cur: Any, sql: str, _p: Any, _ctx: Any, _m: bool) -> None:
        found = _WRITE.match(sql)
        if found:
            pending.setdefault(_raw(connection), set()).add(found.group(1))

    def keep(connection: Connection) -> None:
        written.tables |= pending.pop(_raw(connection), set())

    def drop(connection: Connection) -> None:
        pending.pop(_raw(connection), None)

    listeners = (("before_cursor_execute", note), ("commit", keep), ("rollback", drop))
    for name, listener in listeners:
        event.listen(engine, name, listener)
    commit = engine.dialect.do_commit
    engine.dialect.do_commit = engine.dialect.do_rollback  # type: ignore[method-assign]
    try:
        yield written
    finally:
        engine.dialect.do_commit = commit  # type: ignore[method-assign]
        for name, listener in listeners:
            event.remove(engine, name, listener)


def _raw(connection: Connection) -> int:
    return id(connection.connection.dbapi_connection)


def forms_of(app: Flask, path: str, html: str) -> list[Form]:
    """The forms of a page, and each link with a query as a form that is sent by GET."""
    soup = BeautifulSoup(html, "html.parser")
    forms = [_form(app, path, each) for each in soup.find_all("form")]
    for link in soup.find_all("a", href=True):
        parts = urlsplit(str(link["href"]))
        if parts.query and not parts.netloc:
            target = parts.path or path
            fields = tuple((name, value.encode()) for name, value in parse_qsl(parts.query, True))
            endpoint = endpoint_of(app, target, "GET")
            if dict(fields).keys() - ON_EVERY_PAGE or endpoint == "web.front":
                forms.append(Form(path, target, endpoint, "GET", fields))
    return [each for each in forms if each.endpoint]


def _form(app: Flask, path: str, form: Tag) -> Form:
    method = str(form.get("method") or "get").upper()
    action = str(form.get("action") or path)
    if method == "GET":
        action = action.partition("?")[0]
    fields: Pairs = []
    files: list[str] = []
    for control in form.find_all(["input", "select", "textarea", "button"]):
        name = str(control.get("name") or "")
        if not name:
            continue
        kind = str(control.get("type") or "")
        if kind == "file":
            files.append(name)
        elif control.name == "textarea":
            fields.append((name, control.get_text().encode()))
        elif control.name == "select":
            options = control.find_all("option", selected=True) or control.find_all("option")
            fields.append((name, str(options[0].get("value") or "").encode() if options else b""))
        elif kind in {"checkbox", "radio"} and not control.has_attr("checked"):
            if name not in dict(fields):
                fields.append((name, str(control.get("value") or "on").encode()))
        elif control.name == "button" and name in dict(fields):
            continue
        else:
            fields.append((name, str(control.get("value") or "").encode()))
    endpoint = endpoint_of(app, action, method)
    return Form(path, action, endpoint, method, tuple(fields), tuple(files))


def endpoint_of(app: Flask, path: str, method: str) -> str:
    """The view of an address; nothing where there is none."""
    try:
        endpoint, _ = app.url_map.bind("localhost").match(urlsplit(path).path, method=method)
    except HTTPException:
        return ""
    return str(endpoint)


def tries_of(form: Form, values: Sequence[bytes] = naughty.VALUES) -> Iterator[Try]:
    """Every field of a form with every value, missing, huge, many times, as another kind."""
    names = [name for name in dict(form.fields) if name != "csrf_token"]
    for name in names:
        where = f"{form.method} {form.action}, {name}"
        others = [pair for pair in form.fields if pair[0] != name]
        for value in values:
            yield _sent(form, f"{where} = {value[:60]!r}", [*others, (name, value)])
        yield _sent(form, f"{where} missing", others)
        twice = [*others, (name, b"one"), (name, b"\xfftwo")]
        yield _sent(form, f"{where} twice", twice)
        if form.method == "GET":
            long = [*others, (name, naughty.HUGE[:8_000])]
            yield _sent(form, f"{where} of 8 kB", long)
            continue
        yield _sent(form, f"{where} of 1 MB", [*others, (name, naughty.HUGE)])
        yield _sent(form, f"{where} many times", others, (name, naughty.MANY))
        yield _multipart(form, f"{where} as a file", others, {name: ("a.txt", b"text")})
    for name in form.files:
        where = f"{form.method} {form.action}, file {name}"
        yield _sent(form, f"{where} as text", [*form.fields, (name, b"no file")])
        for value in values:
            files = {name: (value.decode("utf-8", "replace")[:200], b"\x00PK\x03\x04" + value)}
            yield _multipart(form, f"{where} = {value[:60]!r}", list(form.fields), files)
        for file_name, content in FILES:
            files = {name: (file_name, content)}
            yield _multipart(form, f"{where} like {file_name}", list(form.fields), files)


_REST = naughty.HUGE[:200_000]
FILES = (
    ("a.pdf", b"%PDF-1.7\n" + _REST),
    ("a.png", b"\x89PNG\r\n\x1a\n" + _REST),
    ("a.svg", b'<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>'),
    ("a.csv", b"name,email\n\x00,\xff\n" + _REST),
    ("a.xlsx", b"PK\x03\x04" + _REST),
    ("a.docx", b"PK\x03\x04" + _REST),
    ("a.xml", b'<?xml version="1.0"?><!DOCTYPE q [<!ENTITY e SYSTEM "file:///etc/passwd">]><q/>'),
    ("a.yaml", b"a: &a [*a]\n"),
    ("a.zip", b"PK\x05\x06"),
)
"""Names that promise a kind, and bytes that begin like it and go on as nonsense."""


def bodies_of(form: Form) -> Iterator[Try]:
    """Bodies that are no form at all, to where a form is sent."""
    for content_type, body in naughty.BODIES:
        what = f"{form.method} {form.action}, a body of {content_type}: {body[:30]!r}"
        yield Try(what, form.method, form.action, content_type, functools.partial(bytes, body))


def tries_of_path(rule: Rule, path_of: Any, values: dict[str, str]) -> Iterator[Try]:
    """Every variable of a path with every value that can stand in an address.

    `path_of` fills a rule with values by name, `values` are those that lead to a row.
    """
    for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
        for name in sorted(rule.arguments):
            typed = [each for each in _VARIABLE.findall(rule.rule) if each.endswith(f":{name}")]
            for value in naughty.VALUES if typed else ():
                if not value:
                    continue
                marked = {**values, **dict.fromkeys(typed, "zqheldzq")}
                path = path_of(rule, marked).replace("zqheldzq", quote_from_bytes(value, safe=""))
                yield Try(f"{method} {rule.rule}, {name} = {value[:60]!r}", method, path)


def _sent(form: Form, what: str, pairs: Pairs, many: tuple[str, int] | None = None) -> Try:
    """A form as it is mostly sent; `many` is a field that is added with so many values."""

    def encoded() -> bytes:
        added = [(many[0], b"%d" % number) for number in range(many[1])] if many else []
        return "&".join(
            f"{quote_plus(name)}={quote_plus(value)}" for name, value in (*pairs, *added)
        ).encode()

    if form.method == "GET":
        return Try(what, "GET", f"{form.action}?{encoded().decode()}")
    return Try(what, form.method, form.action, "application/x-www-form-urlencoded", encoded)


def _multipart(form: Form, what: str, pairs: Pairs, files: dict[str, tuple[str, bytes]]) -> Try:
    def encoded() -> bytes:
        parts = [
            f'Content-Disposition: form-data; name="{name}"\r\n\r\n'.encode() + value
            for name, value in pairs
        ]
        for name, (file_name, content) in files.items():
            shown = re.sub(r'[\r\n"\\]', "_", file_name)
            head = f'Content-Disposition: form-data; name="{name}"; filename="{shown}"\r\n\r\n'
            parts.append(head.encode() + content)
        body = b"".join(b"--%s\r\n%s\r\n" % (_BOUNDARY, part) for part in parts)
        return body + b"--%s--\r\n" % _BOUNDARY

    kind = f"multipart/form-data; boundary={_BOUNDARY.decode()}"
    return Try(what, form.method, form.action, kind, encoded)


def send(client: Client, attempt: Try, written: Written) -> list[str]:
    """Send one request and say what is wrong with the answer; nothing when nothing is."""
    written.tables.clear()
    headers = {"X-CSRFToken": client.csrf_token()} if attempt.method != "GET" else {}
    kwargs: dict[str, Any] = {"headers": headers}
    if attempt.content_type:
        kwargs |= {"data": attempt.body(), "content_type": attempt.content_type}
    with closing(client.http.open(attempt.path, method=attempt.method, **kwargs)) as answer:
        return [f"{attempt.what}: {fault}" for fault in faults_of(attempt, answer, written)]


def faults_of(attempt: Try, answer: TestResponse, written: Written) -> Iterator[str]:
    """What no answer may be: a failure of ours, a broken page, our words as code, half a change."""
    if answer.status_code >= 500:
        yield f"answered {answer.status_code}"
        return
    if naughty.HEADER_NAME in answer.headers:
        yield "a value became a header"
    changed = written.tables - APART
    if changed and (answer.status_code >= 400 or attempt.method == "GET"):
        yield f"answered {answer.status_code} and changed {', '.join(sorted(changed))}"
    page = Page(attempt.path, answer)
    if page.is_html and answer.status_code not in {301, 302, 303, 308}:
        if page.soup.find(naughty.ELEMENT) is not None:
            yield "a value became an element"
        try:
            check_page(page)
        except AssertionError as broken:
            yield str(broken)


def _shape(name: str) -> str:
    """A field's name without its numbers: rows of one table are one field."""
    return re.sub(r"\d+", "0", name)


def thinned(form: Form) -> Form:
    """The form with one field for each shape of name, so that a long table is tried once."""
    kept: dict[str, tuple[str, bytes]] = {}
    for name, value in form.fields:
        kept.setdefault(_shape(name), (name, value))
    return dataclasses.replace(form, fields=tuple(kept.values()))
