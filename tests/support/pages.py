"""A page as a test reads it, and what every page must be."""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from typing import Any

from bs4 import BeautifulSoup
from lxml import html as lxml_html
from werkzeug.test import TestResponse

NO_LABEL_NEEDED = {"hidden", "submit", "button", "image", "reset"}

Element = Any
"""An element of lxml, which has no types. Every page of every test is read by it: it is written in
C, and what it does in 1 ms takes BeautifulSoup 30."""

_PARSER = lxml_html.HTMLParser(remove_comments=True, remove_pis=True, huge_tree=True)


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
    def tree(self) -> Element:
        """The page as lxml has it; of an empty answer or one that is no page, an empty one."""
        is_page = self.is_html and self.html.strip()
        return lxml_html.document_fromstring(self.html if is_page else "<html/>", parser=_PARSER)

    @cached_property
    def soup(self) -> BeautifulSoup:
        """The page as BeautifulSoup has it, for tests that look closer."""
        return BeautifulSoup(self.html, "html.parser")

    @property
    def text(self) -> str:
        """All words of the page."""
        return _words(self.tree) if self.is_html else " ".join(self.html.split())

    @property
    def main(self) -> str:
        """The words of the main part."""
        main = self.tree.find(".//main")
        return self.text if main is None else _words(main)

    @property
    def h1(self) -> str:
        heading = self.tree.find(".//h1")
        return "" if heading is None else _words(heading)

    @property
    def location(self) -> str:
        return self.response.headers.get("Location", "")

    def links(self, words: str) -> list[str]:
        """Addresses of the links with these words."""
        return [
            str(link.get("href"))
            for link in self.tree.iterfind(".//a[@href]")
            if _words(link) == words
        ]

    def error(self, field: str) -> str:
        """The sentence beside a field, or nothing."""
        control = self._named(field)
        if control is None:
            return ""
        for described in str(control.get("aria-describedby") or "").split():
            for found in self.tree.xpath("//*[@id=$id]", id=described):
                if "error" in found.get("class", "").split():
                    return _words(found)
        return ""

    def value(self, field: str) -> str:
        """What a field holds."""
        control = self._named(field)
        if control is None:
            raise LookupError(f"{self.path} has no field {field}.")
        if control.tag == "textarea":
            return str(control.text_content())
        if control.tag == "select":
            chosen = control.find(".//option[@selected]")
            return "" if chosen is None else str(chosen.attrib["value"])
        return str(control.get("value") or "")

    def form_of(self, button: str) -> tuple[str, dict[str, Any]]:
        """Action and present values of the form that has this button."""
        for form in self.tree.iter("form"):
            for control in form.iter("button"):
                if _words(control) == button:
                    data = _values(form)
                    if control.get("name"):
                        data[str(control.get("name"))] = str(control.get("value") or "")
                    return str(form.get("action") or self.path), data
        raise LookupError(f"{self.path} has no form with a button “{button}”.")

    def tables(self) -> list[list[list[str]]]:
        """Every table as rows of cells."""
        return [
            [[_words(cell) for cell in row.iter("th", "td")] for row in table.iter("tr")]
            for table in self.tree.iter("table")
        ]

    def _named(self, field: str) -> Element | None:
        found = self.tree.xpath("//*[@name=$name]", name=field)
        return found[0] if found else None


def check_page(page: Page) -> None:
    """What must hold for every page (DESIGN 13): structure, labels, ids, tokens, no inline code."""
    tree, where = page.tree, page.path
    headings = tree.findall(".//h1")
    assert len(headings) == 1, f"{where} has {len(headings)} h1."
    title = tree.findtext(".//title", "").strip()
    assert title.startswith(page.h1), f"{where}: the title “{title}” does not start with the h1."
    assert tree.tag == "html", f"{where} has no html element."
    assert tree.get("lang"), f"{where} names no language."
    doubled = [found for found, times in Counter(tree.xpath("//@id")).items() if times > 1]
    assert not doubled, f"{where} uses ids twice: {doubled}."
    _check_labels(tree, where)
    _check_forms(tree, where)
    styled = [tag.tag for tag in tree.iterfind(".//*[@style]")]
    assert not styled, f"{where} has inline styles: {styled}."
    handlers = tree.xpath('//@*[starts-with(name(), "on")]')
    assert not handlers, f"{where} has inline handlers: {handlers}."
    for script in tree.iter("script"):
        assert script.get("src"), f"{where} has an inline script."
    assert tree.find(".//style") is None, f"{where} has an inline style sheet."


def _check_labels(tree: Element, where: str) -> None:
    labelled = {label.get("for") for label in tree.iter("label")}
    for control in tree.iter("input", "select", "textarea"):
        if control.tag == "input" and control.get("type") in NO_LABEL_NEEDED:
            continue
        named = (
            control.get("id", "") in labelled
            or next(control.iterancestors("label"), None) is not None
            or control.get("aria-label")
            or control.get("aria-labelledby")
        )
        assert named, f"{where}: the field {control.get('name')} has no label."


def _check_forms(tree: Element, where: str) -> None:
    for form in tree.iter("form"):
        if form.get("method", "get").lower() == "post":
            token = form.find('.//input[@name="csrf_token"]')
            assert token is not None, (
                f"{where}: the form to {form.get('action')} has no CSRF token."
            )


def _words(element: Element) -> str:
    """What stands in an element, with one space between any two words of it."""
    return " ".join(
        " ".join(element.xpath(".//text()[not(parent::script or parent::style)]")).split()
    )


def _values(form: Element) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for control in form.iter("input", "select", "textarea"):
        name = control.get("name")
        if not name or "disabled" in control.attrib:
            continue
        kind = control.get("type", "")
        if kind in {"submit", "button", "file"}:
            continue
        if kind in {"checkbox", "radio"}:
            if "checked" in control.attrib:
                data.setdefault(name, []).append(control.get("value") or "on")
        elif control.tag == "select":
            options = list(control.iter("option"))
            chosen = [str(each.get("value")) for each in options if "selected" in each.attrib]
            if not chosen and "multiple" not in control.attrib and options:
                chosen = [str(options[0].get("value"))]
            data[name] = chosen
        else:
            # A browser leaves out a first empty line of a textarea.
            is_area = control.tag == "textarea"
            value = str(control.text_content() if is_area else control.get("value") or "")
            value = value.removeprefix("\n") if is_area else value
            stood = data.get(name)
            # Several hidden fields of one name are several values, as a browser sends them.
            both = [*(stood if isinstance(stood, list) else [stood]), value]
            data[name] = value if stood is None else both
    return data
