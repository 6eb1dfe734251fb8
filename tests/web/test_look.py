"""The look keeps its promises: contrast, directions, no inline style, size, parts that exist."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from flask import Flask

from config import ROOT
from tests.support.client import Client

ASSETS = ROOT / "lms" / "web" / "assets"
TEMPLATES = ROOT / "templates"
MACROS = TEMPLATES / "macros"
STYLE_PAGE = TEMPLATES / "style" / "index.html"
SHEET = (ASSETS / "bekal.css").read_text(encoding="utf-8")
SHEETS = sorted(ASSETS.glob("*.css"))
PAGES = sorted(TEMPLATES.rglob("*.html"))

WORDS_AT_LEAST = 7
"""WCAG 1.4.6 (AAA): the pages are read on cheap screens in sunlight."""
MARKS_AT_LEAST = 3
LARGEST_SHEET = 10_500
LARGEST_SWATCH = 2_000
NOT_SWATCHES = {"certificate-border.svg"}
# They need real records.
SHOWN_ELSEWHERE = {"lesson.html", "questions.html", "report.html", "story.html"}

GROUNDS = ("paper", "wash", "raise")
WASHES = tuple(f"{name}-wash" for name in ("brand", "accent", "good", "bad", "warn", "note", "law"))
WORDS = (
    [(ink, ground) for ink in ("ink", "ink-2") for ground in GROUNDS + WASHES]
    + [(ink, ground) for ink in ("brand", "brand-deep") for ground in (*GROUNDS, *WASHES)]
    + [(name, ground) for name in ("good", "bad", "warn", "note", "law") for ground in GROUNDS]
    + [(name, f"{name}-wash") for name in ("good", "bad", "warn", "note", "law")]
    + [("accent-ink", ground) for ground in (*GROUNDS, "accent-wash")]
    + [("bad", "accent-wash"), ("bad", "note-wash"), ("on-bad", "bad")]
    + [("on-brand", "brand"), ("on-brand", "brand-deep"), ("paper", "ink")]
    + [("on-accent", "accent"), ("on-accent", "accent-2"), ("deep", "on-deep")]
    + [("on-deep", "deep"), ("on-deep-2", "deep"), ("accent", "deep")]
    + [(f"on-tile-{step}", f"tile-{step}") for step in range(6)]
)
MARKS = (
    [("edge", ground) for ground in GROUNDS]
    + [("accent-mark", ground) for ground in GROUNDS]
    + [("brand", ground) for ground in GROUNDS]
    + [(data, "paper") for data in ("data-1", "data-2", "data-3", "data-rest")]
)


def tokens(selector: str) -> dict[str, str]:
    """The tokens set in the first rule with this selector, without comments."""
    start = SHEET.index(selector + " {") + len(selector) + 2
    rule = re.sub(r"/\*.*?\*/", "", SHEET[start : SHEET.index("}", start)], flags=re.DOTALL)
    return dict(re.findall(r"--([\w-]+):\s*([^;]+);", rule))


LIGHT = tokens(":root")
DARK_OF_DEVICE = tokens(':root:not([data-theme="light"])')
DARK_BY_CHOICE = tokens(':root[data-theme="dark"]')
THEMES = {"light": LIGHT, "dark": LIGHT | DARK_OF_DEVICE}


def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb as WCAG 2.2 defines it."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, from 1 to 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", THEMES)
def test_words_can_be_read_on_every_ground_they_stand_on(theme: str) -> None:
    colours = THEMES[theme]
    ratios = {pair: contrast(colours[pair[0]], colours[pair[1]]) for pair in WORDS}
    assert {pair: round(ratio, 2) for pair, ratio in ratios.items() if ratio < WORDS_AT_LEAST} == {}


@pytest.mark.parametrize("theme", THEMES)
def test_edges_and_data_can_be_seen(theme: str) -> None:
    colours = THEMES[theme]
    ratios = {pair: contrast(colours[pair[0]], colours[pair[1]]) for pair in MARKS}
    assert {pair: round(ratio, 2) for pair, ratio in ratios.items() if ratio < MARKS_AT_LEAST} == {}


def test_the_dark_of_the_device_and_the_dark_of_choice_are_alike() -> None:
    assert DARK_OF_DEVICE == DARK_BY_CHOICE
    assert DARK_OF_DEVICE.keys() <= LIGHT.keys()


def test_only_tokens_and_print_name_colours() -> None:
    rules = SHEET[SHEET.index("@layer base {") : SHEET.index("@media print")]
    assert re.findall(r"#[0-9a-f]{3,8}\b", rules) == []


def test_every_token_used_is_set() -> None:
    used = set(re.findall(r"var\(--([\w-]+)", SHEET))
    set_anywhere = set(re.findall(r"--([\w-]+):", SHEET))
    assert used - set_anywhere == set()
    assert set_anywhere - used == set()


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_directions_are_logical(sheet: Path) -> None:
    rules = re.sub(r"/\*.*?\*/", "", sheet.read_text(encoding="utf-8"), flags=re.DOTALL)
    words = re.findall(r"[\w.-]*\b(?:left|right)\b[\w-]*", rules)
    assert [word for word in words if word != ".choice.is-right"] == []


def test_the_sheet_and_the_swatches_are_small() -> None:
    assert len(gzip.compress(SHEET.encode(), 9, mtime=0)) <= LARGEST_SHEET
    swatches = [path for path in (ASSETS / "weave").iterdir() if path.name not in NOT_SWATCHES]
    assert {path.name for path in swatches if path.stat().st_size > LARGEST_SWATCH} == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_templates_hold_no_style_script_or_handler(page: Path) -> None:
    source = page.read_text(encoding="utf-8")
    if page != TEMPLATES / "layout" / "mail.html":  # mail programs load no sheet
        assert "<style" not in source
    assert re.findall(r"\sstyle=|\son[a-z]+=|javascript:|<script(?![^>]*\ssrc=)", source) == []


def literal_classes(source: str) -> set[str]:
    """Classes written out in a template; those put together from values are left aside."""
    source = re.sub(r"\{#.*?#\}", "", source, flags=re.DOTALL)
    found: set[str] = set()
    for value in re.findall(r'\sclass="((?:[^"{]|\{\{.*?\}\}|\{%.*?%\})*)"', source):
        plain = re.sub(r"\{%.*?%\}", " ", re.sub(r"\{\{.*?\}\}", "\0", value))
        found |= {name for name in plain.split() if "\0" not in name}
    return found


def test_every_class_in_a_template_is_in_a_sheet() -> None:
    known = set()
    for sheet in [*SHEETS, TEMPLATES / "layout" / "mail.html"]:
        known |= set(re.findall(r"\.([a-z][\w-]*)", sheet.read_text(encoding="utf-8")))
    unknown = {
        str(page.relative_to(TEMPLATES)): missing
        for page in PAGES
        if (missing := literal_classes(page.read_text(encoding="utf-8")) - known)
    }
    assert unknown == {}


def test_every_template_compiles(app: Flask) -> None:
    names = [page.relative_to(TEMPLATES).as_posix() for page in PAGES]
    assert [app.jinja_env.get_template(name).name for name in names] == names


def described_macros() -> list[tuple[str, str]]:
    """File and name of every macro that the comment at the head of its file describes."""
    found = []
    for path in sorted(MACROS.glob("*.html")):
        source = path.read_text(encoding="utf-8")
        head = source[: source.index("#}")]
        defined = re.findall(r"\{%-? macro (\w+)\(", source)
        found += [(path.name, name) for name in defined if re.search(rf"\b{name}\(", head)]
    return found


def test_every_file_of_macros_describes_some() -> None:
    assert {file for file, _ in described_macros()} == {path.name for path in MACROS.glob("*.html")}


def test_the_document_names_every_macro() -> None:
    document = (ROOT / "docs" / "look.md").read_text(encoding="utf-8")
    unnamed = [
        (file, name)
        for file, name in described_macros()
        if f"`{file}`" not in document or not re.search(rf"`{name}\(", document)
    ]
    assert unnamed == []


def test_the_style_page_shows_every_macro_or_one_that_uses_it() -> None:
    shown = ""
    for page in (*MACROS.glob("*.html"), *(TEMPLATES / "layout").glob("*.html"), STYLE_PAGE):
        source = page.read_text(encoding="utf-8")
        shown += re.sub(r"\{#.*?#\}|macro \w+\(", "", source, flags=re.DOTALL)
    names = {name for file, name in described_macros() if file not in SHOWN_ELSEWHERE}
    assert {name for name in names if not re.search(rf"\b{name}(?:\(| as )", shown)} == set()


def test_main_js_knows_every_part_that_templates_ask_for() -> None:
    main = (ASSETS / "main.js").read_text(encoding="utf-8")
    parts = dict(re.findall(r'^  (\w+): \(\) => import\("\./(\w+)\.js"\)', main, re.MULTILINE))
    asked = set()
    for page in PAGES:
        for value in re.findall(r'data-part="([^"]*)"', page.read_text(encoding="utf-8")):
            asked |= set(re.sub(r"\{%.*?%\}", " ", value).split())
    assert asked == parts.keys()
    assert {name for name in parts.values() if not (ASSETS / f"{name}.js").is_file()} == set()


def test_the_style_page_is_a_page_like_any_other(client: Client) -> None:
    page = client.get("/style")
    assert page.h1 == "Parts of the look"
    assert page.error("email") == "Write your e-mail address"
