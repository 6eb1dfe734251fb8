"""A client that behaves like a browser without JavaScript and checks each page it gets."""

from __future__ import annotations

import secrets
from typing import Any

from bs4 import BeautifulSoup
from flask import Flask
from itsdangerous import URLSafeTimedSerializer
from werkzeug.test import TestResponse

from lms.core import clock
from lms.core.database import Session
from lms.people.models import Person
from lms.people.rules.documents import IN_FORCE
from lms.people.services.documents import accept_documents
from lms.people.services.sessions import begin_session
from tests.support.pages import Page, check_page

MAX_REDIRECTS = 8


class Client:
    """Commits the arranging session before each request, so that both databases see it."""

    def __init__(self, app: Flask, session: Session) -> None:
        self.app = app
        self.session = session
        self.http = app.test_client()

    def sign_in(
        self, person: Person, *, second_factor: bool = False, accept: bool = True
    ) -> Client:
        """Open a session for the person, with the documents accepted unless told otherwise."""
        now = clock.now()
        if accept:
            accept_documents(self.session, person.id, IN_FORCE, language="en", now=now)
        begun = begin_session(
            self.session, person, browser="Test", second_factor=second_factor, now=now
        )
        self.session.commit()
        with self.http.session_transaction() as cookie:
            cookie["_user_id"] = begun.token
            cookie["_fresh"] = True
        return self

    def get(self, path: str, *, status: int = 200, follow: bool = False, **kwargs: Any) -> Page:
        """Fetch a page and check it. `status` is what it must answer."""
        return self._request("GET", path, status=status, follow=follow, **kwargs)

    def post(
        self,
        path: str,
        data: dict[str, Any] | None = None,
        *,
        status: int | None = None,
        follow: bool = True,
        **kwargs: Any,
    ) -> Page:
        """Send a form with a valid CSRF token, and follow to where it leads."""
        data = {**(data or {}), "csrf_token": self.csrf_token()}
        return self._request("POST", path, data=data, status=status, follow=follow, **kwargs)

    def submit(
        self, page: Page, button: str, fields: dict[str, Any] | None = None, **kwargs: Any
    ) -> Page:
        """Fill in the form that has this button on a page and press it, as a person would."""
        action, data = page.form_of(button)
        return self.post(action, {**data, **(fields or {})}, **kwargs)

    def raw(self, method: str, path: str, **kwargs: Any) -> TestResponse:
        """A request as it is: no token, no checks, no redirects followed."""
        self.session.commit()
        return self.http.open(path, method=method, **kwargs)

    def _request(
        self, method: str, path: str, *, status: int | None, follow: bool, **kwargs: Any
    ) -> Page:
        self.session.commit()
        response = self.http.open(path, method=method, **kwargs)
        for _ in range(MAX_REDIRECTS):
            if not follow or response.status_code not in {302, 303}:
                break
            path = response.headers["Location"]
            response = self.http.get(path)
        expected = status if status is not None else (200 if follow else response.status_code)
        assert response.status_code == expected, (
            f"{method} {path} answered {response.status_code}, not {expected}:\n"
            + BeautifulSoup(response.text, "html.parser").get_text(" ", strip=True)[:800]
        )
        page = Page(path, response)
        if page.is_html and response.status_code not in {302, 303}:
            check_page(page)
        self.session.expire_all()
        return page

    def csrf_token(self) -> str:
        """A token that the next POST may carry."""
        with self.http.session_transaction() as cookie:
            raw = cookie.setdefault("csrf_token", secrets.token_hex(20))
        serializer = URLSafeTimedSerializer(self.app.secret_key or "", salt="wtf-csrf-token")
        return str(serializer.dumps(raw))
