"""What axe cannot see on a page: keys, focus, small windows, wide spacing, the place of help.

Each function looks at the page as it stands and returns a readable line for each fault. The
criteria are those of WCAG 2.2. Pages are best opened with `reduced_motion="reduce"`, so that a
page scrolls to what has the focus at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Page

from tests.support import browser

MOST_STOPS = 1_500
"""Presses of Tab on one page, after which it is said to have no end."""
MOST_IN_ONE = 12
"""Presses of Tab inside one control: a date has three fields and a button."""
SMALLEST = 24
"""CSS pixels of a target (2.5.8)."""

# line height, space between letters, words and paragraphs, as 1.4.12 gives them
WIDE = (
    "* { line-height: 1.5 !important; letter-spacing: .12em !important;"
    " word-spacing: .16em !important } p { margin-block-end: 2em !important }"
)
LETTERS = 16
"""CSS pixels of letters in a browser whose owner has not chosen others."""

FIND_STOPS = """
() => {
  const isSeen = (each) => each.checkVisibility({visibilityProperty: true})
    && each.getClientRects().length > 0;
  const named = "a[href], button, input, select, textarea, summary, [tabindex]";
  const groups = new Set();
  window.bekalStops = [...document.querySelectorAll(named)].filter((each) => {
    if (each.tabIndex < 0 || each.disabled || each.type === "hidden" || !isSeen(each)) return false;
    if (each.type !== "radio") return true;
    const group = `${each.form?.id} ${each.form?.action} ${each.name}`;
    const chosen = document.querySelector(`[type=radio][name="${CSS.escape(each.name)}"]:checked`);
    if (groups.has(group) || (chosen && chosen !== each && chosen.form === each.form)) return false;
    groups.add(group);
    return true;
  });
  window.bekalMet = [];
  window.bekalName = (each) => {
    const words = (each.innerText || each.getAttribute("aria-label") || each.name || each.id || "");
    return `${each.tagName.toLowerCase()} “${words.trim().replace(/\\s+/g, " ").slice(0, 50)}”`;
  };
  document.activeElement?.blur();
  scrollTo(0, 0);
}
"""

# Whether some part of what has the focus is on top: three by three points of each of its boxes.
AT_FOCUS = """
() => {
  const held = document.activeElement;
  if (!held || held === document.body || held === document.documentElement) return null;
  const met = window.bekalMet;
  const again = met.includes(held);
  const same = met[met.length - 1] === held;
  if (!again) met.push(held);
  const shares = [0.02, 0.5, 0.98];
  let isSeen = false;
  for (const box of held.getClientRects()) {
    for (const x of shares) for (const y of shares) {
      const top = document.elementFromPoint(box.left + x * box.width, box.top + y * box.height);
      if (top && (held.contains(top) || (top.contains(held) && top.tagName === "LABEL"))) {
        isSeen = true;
      }
    }
  }
  const style = getComputedStyle(held);
  const ring = (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2)
    || style.boxShadow !== "none";
  return {name: window.bekalName(held), again, same, isSeen, ring};
}
"""
NOT_MET = """
() => window.bekalStops.filter((each) => !window.bekalMet.includes(each)
    && !(each.type === "radio"
      && window.bekalMet.some((other) => other.type === "radio" && other.name === each.name)))
  .map(window.bekalName)
"""

# Text that its box hides: cut at the side, or below.
CUT = """
() => [...document.querySelectorAll("body *")].filter((each) => {
  if (["INPUT", "TEXTAREA", "SELECT", "svg", "OPTION"].includes(each.tagName)) return false;
  if (each.closest("svg, .hide") || each.clientWidth < 3 || !each.innerText?.trim()) return false;
  const style = getComputedStyle(each);
  const hides = (way) => ["hidden", "clip"].includes(way);
  return (hides(style.overflowX) && each.scrollWidth > each.clientWidth + 1)
    || (hides(style.overflowY) && each.scrollHeight > each.clientHeight + 1);
}).map((each) => each.outerHTML.replace(/\\s+/g, " ").slice(0, 100))
"""

# What makes the page wider than the window, without the boxes inside it.
WIDER = """
() => {
  const edge = document.documentElement.clientWidth;
  const wide = [...document.querySelectorAll("body *")].filter((each) => {
    if (each.closest(".hide, .skip") || !each.getClientRects().length) return false;
    const scroller = each.parentElement.closest(".scroll, [class*=scroll]");
    const box = each.getBoundingClientRect();
    return !scroller && (box.right > edge + 1 || box.left < -1);
  });
  return wide.filter((each) => !wide.some((other) => each !== other && each.contains(other)))
    .slice(0, 5).map((each) => each.outerHTML.replace(/\\s+/g, " ").slice(0, 100));
}
"""

# Targets below the size, unless they stand in a sentence or have room around them.
SMALL = """
(smallest) => {
  const named = "a[href], button, input:not([type=hidden]), select, textarea, summary";
  const seen = [...document.querySelectorAll(named)].filter((each) =>
    each.checkVisibility({visibilityProperty: true}) && !each.closest(".hide, .skip"));
  const boxOf = (each) => {
    const own = each.getBoundingClientRect();
    const label = ["checkbox", "radio"].includes(each.type) ? each.closest("label") : null;
    return label ? label.getBoundingClientRect() : own;
  };
  const targets = seen.map((each) => [each, boxOf(each)])
    .filter(([, box]) => box.width > 0 && box.height > 0);
  const isSmall = (box) => box.width < smallest - 0.5 || box.height < smallest - 0.5;
  const inSentence = (each) => {
    if (getComputedStyle(each).display !== "inline") return false;
    const block = each.closest("p, li, dd, dt, td, th, figcaption, div, h1, h2, h3, h4, span");
    return block && block.innerText.trim().length > each.innerText.trim().length;
  };
  const middle = (box) => [box.left + box.width / 2, box.top + box.height / 2];
  const away = ([x, y], box) => Math.hypot(
    Math.max(box.left - x, 0, x - box.right), Math.max(box.top - y, 0, y - box.bottom));
  const faults = [];
  for (const [each, box] of targets) {
    if (!isSmall(box) || inSentence(each)) continue;
    const own = middle(box);
    const near = targets.find(([other, their]) => other !== each
      && !each.contains(other) && !other.contains(each)
      && (away(own, their) < smallest / 2
        || (isSmall(their) && Math.hypot(own[0] - middle(their)[0], own[1] - middle(their)[1])
          < smallest)));
    if (near) faults.push(`${each.outerHTML.replace(/\\s+/g, " ").slice(0, 80)} `
      + `is ${Math.round(box.width)} × ${Math.round(box.height)}`);
  }
  return {count: targets.length, faults};
}
"""
FOOT = """
() => [...document.querySelectorAll("footer nav")]
  .map((nav) => [...nav.querySelectorAll("a")].map((each) => each.getAttribute("href")))
"""


@dataclass(slots=True)
class Walked:
    """What a walk with Tab from the top of a page to its end met."""

    stops: int = 0
    hidden: list[str] = field(default_factory=list)
    """Had the focus while nothing of them could be seen (2.4.11)."""
    without_ring: list[str] = field(default_factory=list)
    """Had the focus and did not show it (2.4.7)."""
    trapped: list[str] = field(default_factory=list)
    """Tab did not lead on, or not to everything that can be used (2.1.1, 2.1.2)."""


def walk_by_tab(page: Page, *, backwards: bool = False) -> Walked:
    """Press Tab from the top of the page until the focus leaves it, as it stands in its window.

    A page that puts the focus somewhere itself is walked from there, and then from its top.
    """
    page.evaluate(FIND_STOPS)
    walked = Walked()
    inside = 0
    rounds = 0
    for _ in range(MOST_STOPS):
        page.keyboard.press("Shift+Tab" if backwards else "Tab")
        at = _settled(page)
        if at is None:
            rounds += 1
            if rounds == 2 or not page.evaluate(NOT_MET):
                break
            continue
        inside = inside + 1 if at["same"] else 0
        if inside > MOST_IN_ONE or (at["again"] and not at["same"]):
            if inside:
                walked.trapped.append(at["name"])
            break
        if at["same"]:
            continue
        walked.stops += 1
        if not at["isSeen"]:
            walked.hidden.append(at["name"])
        if not at["ring"]:
            walked.without_ring.append(at["name"])
    walked.trapped += [f"not reached: {name}" for name in page.evaluate(NOT_MET)]
    return walked


def cut(page: Page) -> list[str]:
    """Where the page runs over the side of its window, and what hides a part of its own text."""
    found = [f"cut: {each}" for each in page.evaluate(CUT)]
    wider = browser.overflow(page)
    if wider:
        causes = page.evaluate(WIDER)
        found.append(f"{wider} pixels too wide: {'; '.join(causes) or 'cause not found'}")
    return found


def small_targets(page: Page) -> tuple[int, list[str]]:
    """How many targets the page has, and those too small and too near another (2.5.8)."""
    found: dict[str, Any] = page.evaluate(SMALL, SMALLEST)
    return int(found["count"]), list(found["faults"])


def foot(page: Page) -> tuple[str, ...]:
    """The links for help and policy, in their order (3.2.6)."""
    rows: list[list[str]] = page.evaluate(FOOT)
    return tuple(rows[0]) if rows else ()


@contextmanager
def styled(page: Page, rules: str) -> Iterator[None]:
    """The page with further rules of style, as a reader's own sheet would add them."""
    page.evaluate(
        """(rules) => {
          const sheet = new CSSStyleSheet();
          sheet.replaceSync(rules);
          document.adoptedStyleSheets = [sheet];
        }""",
        rules,
    )
    yield
    page.evaluate("() => { document.adoptedStyleSheets = []; }")


@contextmanager
def letters(page: Page, size: int) -> Iterator[None]:
    """The page in a browser whose owner has chosen letters of this size."""
    session = page.context.new_cdp_session(page)
    session.send("Page.setFontSizes", {"fontSizes": {"standard": size, "fixed": size}})
    yield
    session.send("Page.setFontSizes", {"fontSizes": {"standard": LETTERS, "fixed": 13}})
    session.detach()


def _settled(page: Page) -> dict[str, Any] | None:
    """What has the focus, once the window has scrolled to it."""
    at: dict[str, Any] | None = page.evaluate(AT_FOCUS)
    for _ in range(5):
        if at is None or at["isSeen"]:
            break
        page.wait_for_timeout(30)
        later: dict[str, Any] | None = page.evaluate(AT_FOCUS)
        if later is not None:
            at["isSeen"] = later["isSeen"]
    return at
