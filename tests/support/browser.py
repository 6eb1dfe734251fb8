"""Debian's Chromium under Playwright: one browser per test process, axe, and screenshots."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Error,
    Locator,
    Page,
    Response,
    expect,
    sync_playwright,
)

NAMES = ("chromium", "chromium-browser", "google-chrome")

PHONE = 360
DESKTOP = 1280
"""Widths in CSS pixels at which every page is looked at."""

PATIENCE = 30
"""Seconds for which an expectation of a page may take to come true; a busy machine is slow."""

FLAGS = [
    "--no-sandbox",  # tests run as root in containers, and open only our own pages
    "--disable-gpu",
    "--disable-dev-shm-usage",  # /dev/shm is missing or small in a bare container
    # A browser under test talks to the server under test and to nobody else.
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
]

# Every rule axe has, also the experimental ones, those of WCAG AAA and those off by default; only
# what axe itself has retired stays off.
RUN_AXE = """
async () => {
  const rules = {};
  for (const rule of axe.getRules()) {
    rules[rule.ruleId] = {enabled: !rule.tags.includes("deprecated")};
  }
  const results = await axe.run(document, {rules, resultTypes: ["violations"]});
  return results.violations;
}
"""

# Whether a click here sends a form or follows a link to another document.
LEADS_AWAY = """
element => {
  const control = element.closest("a[href], button, input");
  if (control === null || control.ariaDisabled === "true") return false;
  if (control.matches("a")) {
    const [there, here] = [control.href, location.href].map((address) => address.split("#")[0]);
    const inPlace = control.hash !== "" && there === here;
    return !inPlace && !control.target && !control.hasAttribute("download");
  }
  const form = control.form;
  if (control.type !== "submit" || form === null) return false;
  return form.noValidate || control.formNoValidate || form.matches(":valid");
}
"""


@contextmanager
def running() -> Iterator[Browser]:
    """Start one headless browser for this process. Tests make a context of their own in it."""
    expect.set_options(timeout=PATIENCE * 1000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


def executable() -> str:
    """Return the path of the browser; FileNotFoundError, with the way to get it, without one."""
    for name in NAMES:
        path = shutil.which(name, path="/usr/bin:/usr/local/bin") or shutil.which(name)
        if path is not None:
            return path
    raise FileNotFoundError("There is no Chromium here. Run: script/setup --tests")


def describe() -> str:
    """Return the browser that tests run on, such as "Chromium 156.0.8078.79"."""
    reported = subprocess.run(
        [executable(), "--no-sandbox", "--version"], check=True, capture_output=True, text=True
    )
    return " ".join(reported.stdout.split()[:2])


def click(control: Locator) -> None:
    """Click. Where that sends a form or follows a link, return when the next page stands, loaded.

    Playwright's own click returns as soon as the click is made: what a test asks next would then be
    asked now of the old page, now of the new one. What answers with a file is not for here.
    """
    if control.evaluate(LEADS_AWAY):
        with control.page.expect_navigation(wait_until="load"):
            control.click()
    else:
        control.click()


def press(page: Page, words: str, *, exact: bool = True) -> None:
    """Click the first visible button of the main part with these words."""
    found = page.locator("main").get_by_role("button", name=words, exact=exact)
    click(found.locator("visible=true").first)


def follow(page: Page, words: str, *, exact: bool = True) -> None:
    """Click the first visible link of the main part with these words."""
    found = page.locator("main").get_by_role("link", name=words, exact=exact)
    click(found.locator("visible=true").first)


def type_enter(page: Page) -> None:
    """Send the form whose field or button has the focus by the Enter key, and wait as `click`."""
    with page.expect_navigation(wait_until="load"):
        page.keyboard.press("Enter")


def violations(page: Page) -> list[str]:
    """Run axe with all its rules on the page as it stands; one readable text per violation.

    Each names the rule, what it asks, and every element that breaks it, with the reason. The page
    is judged scrolled to its top, and left there: elsewhere a bar that stays in view lies over
    whatever passes below it, which axe takes for a target too small to be hit.
    """
    page.wait_for_load_state("load")
    page.evaluate("scrollTo({top: 0, behavior: 'instant'})")
    page.evaluate(AXE_SCRIPT)
    return [_readable(violation) for violation in page.evaluate(RUN_AXE)]


def screenshots(page: Page, folder: Path, name: str) -> list[Path]:
    """Write `folder/name-360.png` and `folder/name-1280.png` of the whole page."""
    folder.mkdir(parents=True, exist_ok=True)
    before = page.viewport_size
    paths = []
    for width in (PHONE, DESKTOP):
        page.set_viewport_size({"width": width, "height": 800})
        path = folder / f"{name}-{width}.png"
        page.screenshot(path=path, full_page=True)
        paths.append(path)
    if before is not None:
        page.set_viewport_size(before)
    return paths


def overflow(page: Page) -> int:
    """Return by how many CSS pixels the page is wider than the window: 0 where nothing scrolls."""
    wider: int = page.evaluate(
        "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    return max(0, wider)


def complaints(page: Page) -> list[str]:
    """Return a list that fills, while the page is used, with what should never happen.

    It collects console errors (a refused inline style or script among them), uncaught exceptions
    and answers of 500 or above.
    """
    heard: list[str] = []

    def on_console(message: ConsoleMessage) -> None:
        if message.type == "error":
            heard.append(f"console: {message.text}")

    def on_error(error: Error) -> None:
        heard.append(f"uncaught: {error.message}")

    def on_response(response: Response) -> None:
        if response.status >= 500:
            heard.append(f"{response.status} from {response.url}")

    page.on("console", on_console)
    page.on("pageerror", on_error)
    page.on("response", on_response)
    return heard


def _readable(violation: dict[str, Any]) -> str:
    lines = [f"{violation['id']} ({violation['impact']}): {violation['help']}"]
    for node in violation["nodes"]:
        target = " ".join(str(part) for part in node["target"])
        reasons = [check["message"] for check in node["any"] + node["all"] + node["none"]]
        lines.append(f"  {target}")
        lines.append(f"    {' '.join(node['html'].split())[:200]}")
        lines.extend(f"    {reason}" for reason in reasons)
    return "\n".join(lines)
