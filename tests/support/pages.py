"""A page as a test reads it, and what every page must be."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from bs4 import BeautifulSoup, Tag
from werkzeug.test import TestResponse

NO_LABEL_NEEDED = {"hidden", "submit", "button", "image", "reset"}


class Page:
    """One answer. Text is without runs of white space."""

    def __init__(self, path: str, response: TestResponse) -> None:
        self.path = path
        self.response = response
        self.status = response.status_code
        self.html = (
            response.get_data(as_text=True) if (response.mimetype or "").startswith("text") else ""
        )

    @property
    def is_html(self) -> bool:
        return self.response.mimetype == "text/html"

    @cached_property
    def soup(self) -> BeautifulSoup:
        return BeautifulSoup(self.html, "html.parser")

    @property
    def text(self) -> str:
        """All words of the page."""
        return " ".join(self.soup.get_text(" ").split())

    @property
    def main(self) -> str:
        """The words of the main part."""
        main = self.soup.find("main")
        return " ".join(main.get_text(" ").split()) if isinstance(main, Tag) else self.text

    @property
    def h1(self) -> str:
        heading = self.soup.find("h1")
        return " ".join(heading.get_text(" ").split()) if isinstance(heading, Tag) else ""

    @property
    def location(self) -> str:
        return self.response.headers.get("Location", "")

    def links(self, words: str) -> list[str]:
        """Addresses of the links with these words."""
        return [
            str(link["href"])
            for link in self.soup.find_all("a", href=True)
            if " ".join(link.get_text(" ").split()) == words
        ]

    def error(self, field: str) -> str:
        """The sentence beside a field, or nothing."""
        control = self.soup.find(True, attrs={"name": field})
        if not isinstance(control, Tag):
            return ""
        for described in str(control.get("aria-describedby") or "").split():
            found = self.soup.find(id=described)
            if isinstance(found, Tag) and "error" in (found.get("class") or []):
                return " ".join(found.get_text(" ").split())
        return ""

    def value(self, field: str) -> str:
        """What a field holds."""
        control = self.soup.find(True, attrs={"name": field})
        if not isinstance(control, Tag):
            raise LookupError(f"{self.path} has no field {field}.")
        if control.name == "textarea":
            return control.get_text()
        if control.name == "select":
            chosen = control.find("option", selected=True)
            return str(chosen["value"]) if isinstance(chosen, Tag) else ""
        return str(control.get("value") or "")

    def form_of(self, button: str) -> tuple[str, dict[str, Any]]:
        """Action and present values of the form that has this button."""
        for form in self.soup.find_all("form"):
            for control in form.find_all("button"):
                if " ".join(control.get_text(" ").split()) == button:
                    data = _values(form)
                    if control.get("name"):
                        data[str(control["name"])] = str(control.get("value") or "")
                    return str(form.get("action") or self.path), data
        raise LookupError(f"{self.path} has no form with a button “{button}”.")

    def tables(self) -> list[list[list[str]]]:
        """Every table as rows of cells."""
        return [
            [
                [" ".join(cell.get_text(" ").split()) for cell in row.find_all(["th", "td"])]
                for row in table.find_all("tr")
            ]
            for table in self.soup.find_all("table")
        ]


def check_page(page: Page) -> None:
    """What must hold for every page (DESIGN 13): structure, labels, ids, tokens, no inline code."""
    soup, where = page.soup, page.path
    headings = soup.find_all("h1")
    assert len(headings) == 1, f"{where} has {len(headings)} h1."
    title = soup.title.get_text().strip() if soup.title else ""
    assert title.startswith(page.h1), f"{where}: the title “{title}” does not start with the h1."
    assert soup.html is not None, f"{where} has no html element."
    assert soup.html.get("lang"), f"{where} names no language."
    ids = [str(tag["id"]) for tag in soup.find_all(id=True)]
    doubled = {found for found in ids if ids.count(found) > 1}
    assert not doubled, f"{where} uses ids twice: {doubled}."
    _check_labels(soup, where)
    _check_forms(soup, where)
    for tag in soup.find_all(True):
        assert not tag.has_attr("style"), f"{where} has an inline style: {tag.name}."
        handlers = [name for name in tag.attrs if name.startswith("on")]
        assert not handlers, f"{where} has inline handlers: {handlers}."
    for script in soup.find_all("script"):
        assert script.get("src"), f"{where} has an inline script."
    assert not soup.find_all("style"), f"{where} has an inline style sheet."


def _check_labels(soup: BeautifulSoup, where: str) -> None:
    labelled = {str(label.get("for")) for label in soup.find_all("label")}
    for control in soup.find_all(["input", "select", "textarea"]):
        if control.name == "input" and control.get("type") in NO_LABEL_NEEDED:
            continue
        named = (
            str(control.get("id")) in labelled
            or control.find_parent("label") is not None
            or control.get("aria-label")
            or control.get("aria-labelledby")
        )
        assert named, f"{where}: the field {control.get('name')} has no label."


def _check_forms(soup: BeautifulSoup, where: str) -> None:
    for form in soup.find_all("form"):
        if str(form.get("method") or "get").lower() == "post":
            token = form.find("input", attrs={"name": "csrf_token"})
            assert token is not None, f"{where}: the form to {form['action']} has no CSRF token."


def _values(form: Tag) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for control in form.find_all(["input", "select", "textarea"]):
        name = control.get("name")
        if not name or control.has_attr("disabled"):
            continue
        kind = str(control.get("type") or "")
        if kind in {"submit", "button", "file"}:
            continue
        if kind in {"checkbox", "radio"}:
            if control.has_attr("checked"):
                data.setdefault(str(name), []).append(str(control.get("value") or "on"))
        elif control.name == "select":
            chosen = [str(o.get("value")) for o in control.find_all("option", selected=True)]
            first = control.find("option")
            if not chosen and not control.has_attr("multiple") and isinstance(first, Tag):
                chosen = [str(first.get("value"))]
            data[str(name)] = chosen
        else:
            # A browser leaves out a first empty line of a textarea.
            is_area = control.name == "textarea"
            value = control.get_text() if is_area else str(control.get("value") or "")
            value = value.removeprefix("\n") if is_area else value
            stood = data.get(str(name))
            # Several hidden fields of one name are several values, as a browser sends them.
            both = [*(stood if isinstance(stood, list) else [stood]), value]
            data[str(name)] = value if stood is None else both
    return data
