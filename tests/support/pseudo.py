"""A language that nobody speaks: every word of the interface in other letters, and longer.

It is made from the catalogue for a test and exists nowhere else. Its letters are Arabic, so pages
run from right to left; it is a third longer than English, as many languages are. A word that
stays in Latin letters has not gone through the catalogue.
"""

from __future__ import annotations

import io
import re
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import Flask
from flask_babel import get_babel
from playwright.sync_api import Page

from config import ROOT
from lms.web.language import COOKIE

CODE = "ar"
"""The nearest language there is: dates and numbers are written as in Arabic."""
TEMPLATE = ROOT / "lms" / "web" / "translations" / "id" / "LC_MESSAGES" / "messages.po"
"""Any catalogue lists every sentence."""

# Not letters: what is put in, tags with their attributes, entities.
KEPT = re.compile(r"%\(\w+\)[a-zA-Z]|%%|<[^>]*>|&\w+;")
LATIN = "abcdefghijklmnopqrstuvwxyz"
ARABIC = "ابسدعفغهحجكلمنوپقرشتطثخزيظ"
LETTERS = str.maketrans(LATIN + LATIN.upper(), ARABIC * 2)
LONGER = "نمـ"

UNTRANSLATED = """
(known) => {
  const found = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const here = document.documentElement.lang;
  while (walker.nextNode()) {
    const node = walker.currentNode, parent = node.parentElement;
    if (parent.closest("script, style, code, .mono, bdi, [data-own]")) continue;
    if (parent.closest("[lang]").lang !== here) continue;
    let words = node.textContent;
    for (const each of known) words = words.replaceAll(each, "");
    if (/[A-Za-z]{2,}/.test(words)) found.add(node.textContent.trim().replace(/\\s+/g, " "));
  }
  for (const each of document.querySelectorAll("[aria-label], [title], [alt], [placeholder]")) {
    if (each.closest("[lang]").lang !== here || each.closest("bdi")) continue;
    for (const name of ["aria-label", "title", "alt", "placeholder"]) {
      let words = each.getAttribute(name) ?? "";
      for (const one of known) words = words.replaceAll(one, "");
      if (/[A-Za-z]{2,}/.test(words)) found.add(`${name}: ${each.getAttribute(name)}`);
    }
  }
  return [...found];
}
"""
# Words of the interface that stand in a part marked as another language.
MISPLACED = """
() => {
  const found = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement;
    const language = parent.closest("[lang]").lang;
    const words = walker.currentNode.textContent.trim();
    if (language === "en" && /[\\u0600-\\u06ff]{3,}/.test(words)) found.add(words);
  }
  return [...found];
}
"""


def pseudo(sentence: str) -> str:
    """A sentence in the language nobody speaks; what is put into it stands where it stood."""
    parts = []
    end = 0
    for kept in KEPT.finditer(sentence):
        parts += [sentence[end : kept.start()].translate(LETTERS), kept.group()]
        end = kept.end()
    parts.append(sentence[end:].translate(LETTERS))
    letters = sum(character.isalpha() for character in sentence)
    more = LONGER * (1 + letters // (3 * len(LONGER)))
    return "".join(parts) + (f" {more}" if letters else "")


def install(app: Flask, folder: Path) -> None:
    """Teach a test's application the language; it is forgotten with the application's settings."""
    with TEMPLATE.open("rb") as file:
        source = read_po(file)
    catalogue = Catalog(locale=CODE)
    for message in source:
        if not message.id:
            continue
        if isinstance(message.id, tuple | list):
            forms = [pseudo(message.id[1])] * catalogue.num_plurals
            catalogue.add(tuple(message.id), forms, context=message.context)
        else:
            catalogue.add(message.id, pseudo(message.id), context=message.context)
    target = folder / CODE / "LC_MESSAGES"
    target.mkdir(parents=True)
    written = io.BytesIO()
    write_mo(written, catalogue)
    (target / "messages.mo").write_bytes(written.getvalue())
    with app.app_context():
        get_babel().translation_directories.append(str(folder))
    app.config["BEKAL_LANGUAGES"] = (*app.config["BEKAL_LANGUAGES"], CODE)


def read_in_it(page: Page, site: str) -> None:
    """From now on the browser asks for pages in the language."""
    page.context.add_cookies([{"name": COOKIE, "value": CODE, "url": site}])


def untranslated(page: Page, *known: str) -> list[str]:
    """Words in Latin letters that claim to be in the page's language; `known` are names."""
    found: list[str] = page.evaluate(UNTRANSLATED, sorted(known, key=len, reverse=True))
    return found


def misplaced(page: Page) -> list[str]:
    """Words of the interface in a part of the page that is marked as English."""
    found: list[str] = page.evaluate(MISPLACED)
    return found
