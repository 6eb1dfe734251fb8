"""The look in a real browser: the small scripts on their macros, and the style page."""

from __future__ import annotations

import json
import mimetypes
from collections.abc import Callable, Iterator
from typing import Literal

import pytest
from flask import Flask
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect
from wtforms import EmailField, Form, PasswordField

from config import ROOT
from tests.support import browser

ASSETS = ROOT / "lms" / "web" / "assets"
SITE = "https://look.example"

Show = Callable[[str], Page]

FORM = """{% from 'macros/forms.html' import form as form_tag, field, error_summary %}
{% from 'macros/buttons.html' import button %}"""
PROGRESS = """{% from 'macros/progress.html' import job_progress %}
{{ job_progress('job', 1, 9, '1 of 9 rows read', address='/state') }}"""


class SignIn(Form):
    """Two fields, the first refused."""

    email = EmailField("E-mail address")
    password = PasswordField("Password")


def templates() -> Environment:
    """Jinja as the application sets it up, in English, without the application."""
    environment = Environment(
        loader=FileSystemLoader(ROOT / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_null_translations(newstyle=True)
    environment.globals.update(asset=lambda name: f"/assets/{name}", csrf_token=lambda: "token")
    return environment


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    """A fresh browser that may use the clipboard."""
    opened = chromium.new_context(permissions=["clipboard-read", "clipboard-write"])
    yield opened
    opened.close()


@pytest.fixture
def show(context: BrowserContext) -> Iterator[Show]:
    """Opens a page made of a template's source; scripts come from the assets."""
    page = context.new_page()
    complaints = browser.complaints(page)

    def opened(source: str) -> Page:
        form = SignIn()
        form.process(data={"email": "sok.dara@example.org"})
        form.email.errors = ["Write your e-mail address"]
        body = templates().from_string(source).render(form=form)
        head = '<title>Part</title><script type="module" src="/assets/main.js"></script>'
        html = f'<!doctype html><html lang="en"><head>{head}</head><body>{body}</body></html>'

        def answer(route: Route) -> None:
            path = route.request.url.removeprefix(SITE)
            if path.startswith("/assets/"):
                name = path.removeprefix("/assets/")
                kind = mimetypes.guess_type(name)[0] or "text/plain"
                route.fulfill(body=(ASSETS / name).read_text(encoding="utf-8"), content_type=kind)
            elif path == "/page" and route.request.method == "GET":
                route.fulfill(body=html, content_type="text/html")
            else:
                route.fulfill(status=204, body="")

        page.route(f"{SITE}/**", answer)
        page.goto(f"{SITE}/page", wait_until="networkidle")
        return page

    yield opened
    assert complaints == []


def test_a_password_can_be_shown_and_is_hidden_when_sent(show: Show) -> None:
    page = show(
        FORM
        + "{% call form_tag('/send') %}{{ field(form.password) }}{{ button('Go') }}{% endcall %}"
    )
    field = page.get_by_label("Password")
    page.get_by_role("button", name="Show").click()
    expect(field).to_have_attribute("type", "text")
    expect(page.get_by_role("button", name="Hide")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Go").click()
    expect(field).to_have_attribute("type", "password")


def test_a_form_is_sent_once_until_the_page_is_shown_again(show: Show) -> None:
    page = show(FORM + "{% call form_tag('/send') %}{{ button('Go') }}{% endcall %}")
    sent = []
    page.on("request", lambda request: sent.append(request.method) if "/send" in request.url else 0)
    go = page.get_by_role("button", name="Go")
    with page.expect_request("**/send"):
        go.evaluate("button => { button.click(); button.click(); }")
    expect(go).to_have_attribute("aria-disabled", "true")
    page.wait_for_load_state("networkidle")
    assert sent == ["POST"]
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow'))")
    expect(go).not_to_have_attribute("aria-disabled", "true")


def test_leaving_a_changed_form_asks_first(show: Show) -> None:
    page = show(
        FORM
        + "{% call form_tag('/send', warn=True) %}{{ field(form.email) }}{% endcall %}"
        + '<a href="/elsewhere">Elsewhere</a>'
    )
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.get_by_label("E-mail address").press_sequentially("x")
    with page.expect_event("dialog"):
        page.get_by_role("link", name="Elsewhere").click()
    assert asked == ["beforeunload"]


def test_the_list_of_what_to_mend_takes_the_focus_and_leads_to_the_field(show: Show) -> None:
    page = show(
        FORM + "{{ error_summary(form) }}"
        "{% call form_tag('/send') %}{{ field(form.email) }}{% endcall %}"
    )
    expect(page.locator("#errors")).to_be_focused()
    page.get_by_role("link", name="Write your e-mail address").click()
    expect(page.get_by_label("E-mail address")).to_be_focused()


def test_progress_follows_its_job_and_the_page_loads_anew_at_the_end(show: Show) -> None:
    page = show(PROGRESS)
    answers = [
        {"done": 5, "total": 9, "words": "5 of 9 rows read", "finished": False},
        {"done": 9, "total": 9, "words": "All 9 rows are read", "finished": True},
    ]
    page.route(
        f"{SITE}/state",
        lambda route: route.fulfill(
            body=json.dumps(answers.pop(0) if len(answers) > 1 else answers[0]),
            content_type="application/json",
        ),
    )
    with page.expect_request(f"{SITE}/page"):
        expect(page.get_by_role("link", name="Look again")).to_have_count(0)
        expect(page.get_by_text("5 of 9 rows read")).to_be_visible()
        expect(page.get_by_role("progressbar")).to_have_attribute("value", "5")


def test_a_number_can_be_copied(show: Show) -> None:
    page = show(
        '<button type="button" hidden data-part="copy" data-copy="K7QW-4M2X" data-done="Copied">'
        "Copy the number</button>"
    )
    page.get_by_role("button", name="Copy the number").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == "K7QW-4M2X"


def test_without_scripts_progress_has_a_link_to_look_again(chromium: Browser) -> None:
    quiet = chromium.new_context(java_script_enabled=False)
    page = quiet.new_page()
    page.set_content(templates().from_string(PROGRESS).render())
    expect(page.get_by_role("link", name="Look again")).to_be_visible()
    quiet.close()


@pytest.mark.parametrize(
    "source",
    [
        "{% from 'learning/_keys.html' import keys_of with context %}{{ keys_of('a', 'b', none) }}",
        "{% from 'macros/forms.html' import field %}{{ field(form.password) }}",
    ],
)
def test_without_scripts_no_button_stands_that_only_a_script_could_answer(
    chromium: Browser, source: str
) -> None:
    quiet = chromium.new_context(java_script_enabled=False)
    page = quiet.new_page()
    form = SignIn()
    values = {"form": form, "url_for": lambda *_args, **_values: "/learning/a/b"}
    body = templates().from_string(source).render(values)
    sheet = (ASSETS / "bekal.css").read_text(encoding="utf-8")
    page.set_content(f"<style>{sheet}</style>{body}")
    assert page.locator("button").count() == 1
    expect(page.locator("button")).to_be_hidden()
    quiet.close()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the page reads none
@pytest.mark.parametrize(("scheme", "direction"), [("light", "ltr"), ("dark", "rtl")])
def test_the_style_page_has_no_barrier_and_never_runs_over(
    app: Flask, chromium: Browser, scheme: Literal["light", "dark"], direction: str
) -> None:
    context = chromium.new_context(
        viewport={"width": browser.PHONE, "height": 800}, color_scheme=scheme
    )
    page = context.new_page()
    complaints = browser.complaints(page)
    client = app.test_client()

    def answer(route: Route) -> None:
        response = client.get(route.request.url.removeprefix("http://localhost"))
        route.fulfill(
            status=response.status_code, body=response.data, headers=dict(response.headers)
        )

    page.route("http://localhost/**", answer)
    page.goto("http://localhost/style")
    page.evaluate(
        """direction => {
          document.documentElement.dir = direction;
          for (const folded of document.querySelectorAll("details")) folded.open = true;
        }""",
        direction,
    )
    assert browser.violations(page) == []
    for width in (
        browser.PHONE,
        browser.DESKTOP,
        browser.PHONE // 2,
    ):  # half: letters twice as large
        page.set_viewport_size({"width": width, "height": 800})
        assert browser.overflow(page) == 0, width
    assert complaints == []
    context.close()
