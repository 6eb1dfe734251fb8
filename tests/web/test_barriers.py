"""Promises of WCAG 2.2 that can be read from sheets, scripts and single pages without a browser."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from config import ROOT
from tests.authoring.drafts import SMALL_KEY, make_draft, make_trainer

ASSETS = ROOT / "lms" / "web" / "assets"
SHEETS = sorted(ASSETS.glob("*.css"))
SCRIPTS = sorted(ASSETS.glob("*.js"))
SHOWS_OR_HIDES = re.compile(r"\b(display|visibility|opacity|content|clip|clip-path)\s*:")
MOVES = re.compile(r"\b(transition|animation)[\w-]*\s*:|@keyframes")


def rules_of(sheet: Path) -> list[tuple[str, str]]:
    """Selector and declarations of every innermost rule."""
    text = re.sub(r"/\*.*?\*/", "", sheet.read_text(encoding="utf-8"), flags=re.DOTALL)
    return re.findall(r"([^{}]+)\{([^{}]*)\}", text)


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_nothing_comes_or_goes_under_the_pointer(sheet: Path) -> None:
    """1.4.13, 2.5.2: hovering changes colours and lines, never what is there."""
    hovered = [rule for rule in rules_of(sheet) if ":hover" in rule[0]]
    assert [rule for rule in hovered if SHOWS_OR_HIDES.search(rule[1])] == []


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_nothing_moves_by_itself(sheet: Path) -> None:
    """2.2.2, 2.3.1, 2.3.3: no animation at all, so none to stop; scrolling asks the device."""
    text = sheet.read_text(encoding="utf-8")
    assert MOVES.findall(text) == []
    smooth = [line for line in text.splitlines() if "scroll-behavior: smooth" in line]
    assert all("prefers-reduced-motion: no-preference" in line for line in smooth)


def test_scripts_take_no_keys_paste_or_pointer_away() -> None:
    """2.1.4, 2.5.1, 3.3.8: letters are keys only where they can be turned off; paste is free."""
    listens = re.compile(r'addEventListener\("(\w+)"')
    wanted = {"paste", "copy", "cut", "contextmenu", "pointerdown", "pointermove", "mousedown"}
    wanted |= {"mousemove", "touchstart", "touchmove", "devicemotion", "keypress", "keyup"}
    found = {path.name: set(listens.findall(path.read_text())) for path in SCRIPTS}
    assert {name: events & wanted for name, events in found.items() if events & wanted} == {}
    assert [name for name, events in found.items() if "keydown" in events] == ["keys.js"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_can_be_dragged_has_buttons_that_do_the_same(session, sign_in) -> None:
    """2.5.7: the outline of a draft is the one thing that can be dragged."""
    dragged = [path.name for path in SCRIPTS if "draggable" in path.read_text()]
    assert dragged == ["outline.js"]
    trainer = make_trainer(session)
    draft = make_draft(session, trainer, SMALL_KEY)
    soup = sign_in(trainer, second_factor=True).get(f"/drafts/{draft.id}").soup
    items = soup.select("[data-module] li[data-key]")
    assert len(items) > 2
    for item in items:
        words = " ".join(button.get_text(" ") for button in item.select("button"))
        assert "Up" in words or "Down" in words, item["data-key"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("path", "tokens"),
    [
        ("/sign-in", {"email": "username", "password": "current-password"}),
        ("/forgotten-password", {"email": "username"}),
    ],
)
def test_ways_in_can_be_filled_by_a_manager_and_ask_no_puzzle(client, path, tokens) -> None:
    """1.3.5, 3.3.8: each field says what it is, takes paste, and there is nothing else to solve."""
    page = client.get(path)
    fields = page.soup.select("main form input:not([type=hidden])")
    assert {each["name"]: each.get("autocomplete") for each in fields} == tokens
    assert not any(each.has_attr("readonly") for each in fields)


def test_codes_of_a_second_factor_say_so() -> None:
    """3.3.8: browsers and managers fill in a field that is marked as a code for one time."""
    for name in ("second_factor.html", "second_factor_setup.html"):
        template = (ROOT / "templates" / "people" / name).read_text(encoding="utf-8")
        assert "field(form.code, autocomplete='one-time-code'" in template
