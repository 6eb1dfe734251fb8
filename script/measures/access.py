"""Whether everybody can use every page: a browser walks them all and looks for barriers.

The rows are the table of docs/accessibility.md. A fault is named below the table, on the error
stream, with its page and its element.
"""

from __future__ import annotations

import os
import sys
import threading
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize
from werkzeug.serving import make_server

from script.measures import every_page as finding
from script.measures import growth, product
from script.measures.every_page import NOBODY, Found, Pages
from script.measures.frame import Row, Table, held
from tests.support import barriers, browser

TABLE = Table(["criterion", "what was tried", "pages", "looked at", "faults", "held", "command"])
SHOTS = os.environ.get("BEKAL_SHOTS")
"""A folder for pictures of every page in a narrow window, for whoever wants to look."""

COMMAND = "script/access every_page"
PHONE = ViewportSize(width=browser.PHONE, height=640)
DESKTOP = ViewportSize(width=browser.DESKTOP, height=800)
NARROW = ViewportSize(width=320, height=256)
"""A window of 1280 × 1024 pixels at 400 per cent."""

REFUSED = (
    Found("error page: not there", "/no-such-page", NOBODY, 404, 0),
    Found("error page: not allowed", "/administration", "Official", 403, 0),
    Found("error page: dead link", "/invitations/" + "x" * 43, NOBODY, 404, 0),
)

AXE = ("all", "axe, all its rules, 360 × 640")
REFLOW = ("1.4.10", "320 × 256, a window at 400 %: nothing cut, no scrolling sideways")
TWICE = ("1.4.4", "letters alone twice as large, 360 × 640: nothing cut")
SPACING = ("1.4.12", "wide lines, letters, words, paragraphs, 360 × 640: nothing cut")
TARGETS = ("2.5.8", "targets of 24 × 24, or with room around them, 360 × 640")
KEYS = ("2.1.1, 2.1.2", "Tab reaches everything and leads out, three windows")
RING = ("2.4.7", "what has the focus shows it, three windows")
HIDDEN = ("2.4.11", "nothing lies over what has the focus, three windows")
HELP = ("3.2.6", "help in the same place and order")
HEARD = ("4.1.1, 2.2.2", "no error in the console, nothing refused by the content policy")
LINES = (AXE, REFLOW, TWICE, SPACING, TARGETS, KEYS, RING, HIDDEN, HELP, HEARD)


class Tally:
    """What the walk looked at and what it found, by line of the table."""

    def __init__(self) -> None:
        self.looked: Counter[tuple[str, str]] = Counter()
        self.faults: defaultdict[tuple[str, str], list[str]] = defaultdict(list)

    def note(
        self, line: tuple[str, str], found: Found, faults: list[str], *, looked: int = 1
    ) -> None:
        """Count what was looked at on a page, and name each fault at once."""
        self.looked[line] += looked
        for fault in faults:
            self.faults[line].append(fault)
            print(f"{line[0]}: {found.view} {found.path} ({found.who}): {fault}", file=sys.stderr)


@TABLE.measure(seconds=3600)
def every_page() -> Iterator[Row]:
    """Every page in the role that sees most, in three windows: axe, Tab, zoom, spacing, targets."""
    with product.installed(product.SQLITE) as installation:
        installation.lms("demo", "cohort", "--people", "12")
        app = growth.app_of(installation)
        samples, cookies = finding.fill(installation, app)
        pages = finding.find(app, samples, cookies)
        with served(app) as site, browser.running() as chromium:
            yield from walk(pages, chromium, site)


def walk(pages: Pages, chromium: Browser, site: str) -> Iterator[Row]:
    """One row for each line of the table."""
    tally = Tally()
    all_pages = (*pages.found, *REFUSED)
    feet: Counter[tuple[str, ...]] = Counter()
    contexts: dict[str, BrowserContext] = {}
    for found in all_pages:
        if found.who not in contexts:
            contexts[found.who] = context_of(chromium, site, pages.cookies[found.who])
        page = contexts[found.who].new_page()
        feet[look_at(page, found, tally)] += 1
        page.close()
    for context in contexts.values():
        context.close()
    usual = feet.most_common(1)[0][0]
    tally.looked[HELP] = sum(feet.values())
    tally.faults[HELP] = [f"{count} pages: {foot}" for foot, count in feet.items() if foot != usual]
    elsewhere = finding.ELSEWHERE
    people = len({found.who for found in all_pages})
    for line in LINES:
        faults = tally.faults[line]
        yield [
            *line,
            f"{len(all_pages)} as {people} people",
            f"{tally.looked[line]:,}",
            str(len(faults)),
            held(not faults),
            COMMAND,
        ]
    yield [
        "all",
        f"every GET route: pages, {len(pages.files)} files, {len(elsewhere)} elsewhere",
        str(len(pages.found)),
        str(len(pages.found) + len(pages.files) + len(elsewhere)),
        ", ".join(pages.missing) or "0",
        held(not pages.missing),
        COMMAND,
    ]


def look_at(page: Page, found: Found, tally: Tally) -> tuple[str, ...]:
    """Everything on one page; its links for help."""
    heard = browser.complaints(page)
    page.set_viewport_size(PHONE)
    page.goto(found.path, wait_until="load")
    violations = browser.violations(page)
    tally.note(AXE, found, violations)
    count, faults = barriers.small_targets(page)
    tally.note(TARGETS, found, faults, looked=count)
    with barriers.styled(page, barriers.WIDE):
        tally.note(SPACING, found, barriers.cut(page))
    with barriers.letters(page, 2 * barriers.LETTERS):
        tally.note(TWICE, found, barriers.cut(page))
    for window in (PHONE, DESKTOP, NARROW):
        page.set_viewport_size(window)
        walked = barriers.walk_by_tab(page)
        where = f" at {window['width']} × {window['height']}"
        for line, faults in (
            (KEYS, walked.trapped),
            (RING, walked.without_ring),
            (HIDDEN, walked.hidden),
        ):
            tally.note(line, found, [each + where for each in faults], looked=walked.stops)
    tally.note(REFLOW, found, barriers.cut(page))
    if SHOTS:
        name = f"{found.view}-320.png".replace(" ", "-")
        page.screenshot(path=Path(SHOTS) / name, full_page=True)
    meant = f"status of {found.status}"
    tally.note(HEARD, found, [each for each in heard if meant not in each])
    return barriers.foot(page)


def context_of(chromium: Browser, site: str, cookie: str) -> BrowserContext:
    """A browser in which this person is signed in."""
    context = chromium.new_context(base_url=site, reduced_motion="reduce")
    context.set_default_timeout(20_000)
    if cookie:
        context.add_cookies([{"name": "bekal", "value": cookie, "url": site}])
    return context


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """The application of this process on a free port of the loopback address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


if __name__ == "__main__":
    sys.exit(TABLE.main(sys.argv[1:]))
