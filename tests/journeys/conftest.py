"""What every journey needs: one browser, the application on a port, a page signed in."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from lms.core.database import Session
from lms.people.models import Person
from tests.support import browser
from tests.support.client import Client


@pytest.fixture
def site(app: Flask) -> Iterator[str]:
    """The address of the application, served on a free port of this machine."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def open_as(
    app: Flask, session: Session, chromium: Browser, site: str
) -> Iterator[Callable[[Person], Page]]:
    """A page of a phone on which this person is signed in; at the end nothing went wrong."""
    opened: list[tuple[Page, list[str]]] = []

    def page_of(person: Person) -> Page:
        cookie = Client(app, session).sign_in(person).http.get_cookie("bekal")
        assert cookie is not None
        context = chromium.new_context(
            base_url=site, viewport={"width": browser.PHONE, "height": 800}
        )
        context.add_cookies([{"name": "bekal", "value": cookie.value, "url": site}])
        page = context.new_page()
        opened.append((page, browser.complaints(page)))
        return page

    yield page_of
    for page, heard in opened:
        page.context.close()
        assert [each for each in heard if "status of 40" not in each] == []
