"""Bringing a file in as a person does: upload, let the worker read it, press the button."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence

from flask import Flask

from lms.core.extensions import db
from lms.core.request import storage
from lms.people.jobs.imports import HANDLERS
from tests.support.client import Client
from tests.support.pages import Page
from tests.support.worker import shift_of, work_off


def csv_of(rows: Sequence[Mapping[str, str]], *, delimiter: str = ",") -> bytes:
    """Rows as UTF-8 CSV, with the columns of the first."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def people_rows(count: int, *, domain: str = "plw.example", **values: str) -> list[dict[str, str]]:
    """Invented people with an address each; further columns are the same for all."""
    return [
        {"email": f"person{n}@{domain}", "name": f"Person Number {n}", **values}
        for n in range(1, count + 1)
    ]


def work(app: Flask) -> int:
    """Let the worker do all import jobs that wait; how many there were."""
    with app.app_context():
        engine, files = db.engine, storage()
    return len(work_off(shift_of(engine, HANDLERS, files)))


def upload(client: Client, content: bytes, name: str = "people.csv", **fields: str) -> Page:
    """Send a file; the page that answers, which waits for the worker."""
    data = {"file": (io.BytesIO(content), name), **fields}
    return client.post("/imports/new", data, status=200, content_type="multipart/form-data")


def preview(client: Client, content: bytes, name: str = "people.csv", **fields: str) -> Page:
    """Send a file, let the worker read it, and open the page again."""
    page = upload(client, content, name, **fields)
    work(client.app)
    return client.get(page.path)


def bring_in(client: Client, content: bytes, **fields: str) -> Page:
    """Import all that can be imported of a file; the page with the result."""
    page = preview(client, content)
    button = import_button(page)
    page = client.submit(page, button, fields)
    work(client.app)
    return client.get(page.path)


def import_button(page: Page) -> str:
    """The words of the button that imports."""
    for control in page.soup.find_all("button"):
        words = " ".join(control.get_text(" ").split())
        if words.startswith("Import "):
            return words
    raise LookupError(f"{page.path} has no button that imports:\n{page.main}")


def numbers(page: Page) -> dict[str, str]:
    """The large figures of a page: what is counted, and the number."""
    found = {}
    for pair in page.soup.select("dl.stats > div"):
        term, number = pair.find("dt"), pair.find("dd")
        if term is not None and number is not None:
            found[" ".join(term.get_text(" ").split())] = number.get_text(strip=True)
    return found
