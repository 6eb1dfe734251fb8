"""Whole courses read in a browser as a learner reads them: by clicks and typing, on a phone."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Page, expect

from lms.courses.check import course_folders, load_course
from lms.courses.values.edition import Edition
from lms.courses.values.quiz import Quiz
from lms.courses.values.scenario import Scenario
from lms.courses.values.task import Reflection
from lms.guides.registry import read_registry
from script.measures import processes, product
from script.measures.frame import NOT_HELD, Row
from tests.support import browser
from tests.support.answering import answer_attempt, plain

SHOTS = os.environ.get("BEKAL_SHOTS")
"""A folder for pictures of every page and for the certificates, for whoever wants to look."""

MOST_STEPS = 60
"""Clicks in which a scenario must reach an end."""
CERTIFICATE_SECONDS = 120
WORST_FIRST = {"harmful": 0, "tolerable": 1, "good": 2}
LEAVE_THE_TEXT = "The interpreter's number hangs at counter four, and I ask alone."

CUT = """
() => [...document.querySelectorAll("main *")].filter((element) => {
  const style = getComputedStyle(element);
  const hides = ["hidden", "clip"].includes(style.overflowX) && element.tagName !== "INPUT";
  const isSeen = element.clientWidth > 2 && !element.closest(".hide");
  return hides && isSeen && element.scrollWidth > element.clientWidth + 1;
}).map((element) => element.outerHTML.slice(0, 120))
"""
BROKEN_PICTURES = """
() => [...document.images].filter((picture) => picture.complete && !picture.naturalWidth)
  .map((picture) => picture.src)
"""
# Not those of the footer: to ask for them is to choose a language or a colour.
LINKS = """
() => [...document.querySelectorAll("a[href]")].filter((link) => !link.closest("footer"))
  .map((link) => link.href)
"""
DEAD_FRAGMENTS = """
() => [...document.querySelectorAll('a[href^="#"]')].map((link) => link.getAttribute("href"))
  .filter((address) => address.length > 1 && !document.getElementById(address.slice(1)))
"""
# Answers and figures in words are read too; what happened so far was read when it happened.
UNFOLD = """
() => document.querySelectorAll("main details").forEach((details) => {
  details.open = !/What happened so far/.test(details.firstElementChild.textContent);
})
"""


@dataclass
class Reading:
    """What a reader met. `faults` is empty for a course that can be read without stumbling."""

    pages: int = 0
    answers: int = 0
    choices: int = 0
    links: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)


class Reader:
    """One learner on one course, with a page on which they are signed in.

    `folder` takes a picture of every page, in order; None takes none. `language` is that of the
    texts, which decides how questions are found again.
    """

    def __init__(
        self, page: Page, edition: Edition, folder: Path | None, language: str = "en"
    ) -> None:
        self.page, self.edition, self.folder, self.language = page, edition, folder, language
        self.reading = Reading()
        self.tried: Counter[str] = Counter()
        self.heard = browser.complaints(page)

    def take(self) -> None:
        """From the list of courses to the completed course; AssertionError where it ends early."""
        page = self.page
        page.locator("main").get_by_role("link", name=self._title, exact=True).first.click()
        self.look("course-offered")
        self.press("Take this course")
        self.look("course-begun")
        page.get_by_role("link", name="Your wellbeing").first.click()
        self.look("wellbeing")
        self.follow("Back to the course")
        if self.language != self.edition.course.language:
            page.locator("#language").select_option(self.language)
            self.press("Read in this language")
            self.look("course-in-language")
        self.follow("Begin")

    def read(self, *, until: str | None = None) -> None:
        """Every activity from the one that stands open, to the end or to a module's end."""
        modules = [module for module in self.edition.modules if module.key == until]
        last = modules[0].activities[-1] if until else None
        for _ in range(len(self.edition.order) + 1):
            key = self.key
            if key is None:
                return
            self.do(key)
            if key == last:
                return
        raise AssertionError(f"{self.key} is met again and again.")

    @property
    def key(self) -> str | None:
        """Of the activity that stands open; None on the page of the course."""
        found = re.fullmatch(r"/learning/[^/]+/([^/]+)(/.*)?", urlsplit(self.page.url).path)
        return found[1] if found else None

    def do(self, key: str) -> None:
        """Do what makes this activity done, and go on to what follows."""
        activity = self.edition.activity(key)
        if activity.kind == "page":
            self.look(key)
            if self.is_offered("Use the other version"):
                self.follow("Use the other version")
                self.look(f"{key}-other-version")
            self.press("Done, next lesson" if self.has_button("Done, next lesson") else "Done")
        elif isinstance(activity, Quiz):
            self.answer(activity)
        elif isinstance(activity, Scenario):
            self.play(activity)
        elif isinstance(activity, Reflection):
            self.write(activity)
        else:
            self.look(key)
            self.go_on()

    def answer(self, quiz: Quiz) -> None:
        """A check first wrongly, to see what it says, then rightly; a test before the course
        wrongly; all others rightly."""
        self.look(f"{quiz.key}-before")
        is_check = quiz.purpose == "knowledge-check" and quiz.attempts is None
        if is_check:
            self.attempt(quiz, right=False)
            self.follow("Back to the quiz")
        self.attempt(quiz, right=quiz.purpose != "pre-test")
        if quiz.pass_mark:
            expect(self.page.locator("main")).to_contain_text("Passed")
        self.go_on()

    def attempt(self, quiz: Quiz, *, right: bool) -> None:
        """One attempt, handed in."""
        self.press("Begin" if self.has_button("Begin") else "Try again")
        language = self.page.locator("#attempt > [lang]").get_attribute("lang") or self.language
        self.look(f"{quiz.key}-asks-{language}")
        self.reading.answers += answer_attempt(self.page, self.edition, quiz, language, right=right)
        self.press("Hand in")
        self.look(f"{quiz.key}-{'right' if right else 'wrong'}")

    def play(self, scenario: Scenario) -> None:
        """Once with what does harm, wherever it leads, and once well."""
        self.look(f"{scenario.key}-before")
        if self.is_offered("Use the other version"):
            self.follow("Use the other version")
            self.look(f"{scenario.key}-other-version")
            self.page.go_back()
        self.press("Begin")
        self.step_through(scenario, well=False)
        self.press("Play it again")
        self.step_through(scenario, well=True)
        self.go_on()

    def step_through(self, scenario: Scenario, *, well: bool) -> None:
        """To an end of the story."""
        how = "well" if well else "badly"
        for number in range(MOST_STEPS):
            self.look(f"{scenario.key}-{how}-{number:02}")
            if self.has_button("Play it again"):
                return
            if self.has_button("Go on"):
                self.press("Go on")
            else:
                self.choose(scenario, well=well)
        raise AssertionError(f"{scenario.key} does not end.")

    def choose(self, scenario: Scenario, *, well: bool) -> None:
        """The best choice there is, or the worst that was not tried yet."""
        boxes = self.page.locator('input[name="choice"][type="radio"]')
        keys = [box.get_attribute("value") or "" for box in boxes.all()]
        title = plain(self.page.locator("#now h2").inner_text())
        text = plain(self.page.locator("#now").inner_text())
        translated, _ = self.edition.in_language(scenario, self.language)
        node = next(
            each
            for each in translated.nodes
            if plain(each.title) == title and plain(each.text) in text
        )
        offered = {each.key: each for each in node.choices if each.key in keys}
        rank = sorted(
            offered,
            key=lambda key: (
                -WORST_FIRST[offered[key].quality]
                if well
                else (self.tried[f"{node.key} {key}"], WORST_FIRST[offered[key].quality])
            ),
        )
        self.tried[f"{node.key} {rank[0]}"] += 1
        boxes.nth(keys.index(rank[0])).check()
        self.reading.choices += 1
        self.press("Do this")

    def write(self, reflection: Reflection) -> None:
        """Something in every field, sent."""
        self.look(f"{reflection.key}-before")
        for prompt in reflection.prompts:
            words = "2026-12-01" if prompt.answer == "date" else LEAVE_THE_TEXT
            self.page.locator(f'[id="{prompt.key}"]').fill(words)
        self.press("Send")
        self.look(f"{reflection.key}-sent")
        if self.key is not None:
            self.go_on()

    def fetch_certificate(self, title: str, to: Path | None) -> None:
        """From the page that lists it: wait for the document, and download it to this file."""
        page = self.page
        page.locator("main").get_by_role("link", name=title, exact=True).last.click()
        download = page.get_by_role("link", name="Download the certificate")
        expect(download).to_be_visible(timeout=CERTIFICATE_SECONDS * 1000)
        self.look("certificate")
        with page.expect_download() as waiting:
            download.click()
        if to is not None:
            waiting.value.save_as(to)
        elif Path(waiting.value.path()).read_bytes()[:5] != b"%PDF-":
            self.reading.faults.append(f"{title}: the certificate is not a PDF")

    def check_links(self) -> None:
        """Ask for every address of this site that was met; a dead one is a fault."""
        own = urlsplit(self.page.url).netloc
        for address in sorted(self.reading.links):
            parts = urlsplit(address)
            if parts.netloc != own or parts.path.startswith("/sign-out"):
                continue
            status = self.page.request.get(address).status
            if status >= 400:
                self.reading.faults.append(f"{parts.path} answers {status}")

    def look(self, name: str) -> None:
        """Take in the page that stands open: its links, its faults, its picture."""
        page, reading = self.page, self.reading
        page.wait_for_load_state()
        reading.pages += 1
        where = f"{name} ({urlsplit(page.url).path})"
        if wider := browser.overflow(page):
            reading.faults.append(f"{where}: {wider} pixels too wide")
        for what, script in (
            ("cut", CUT),
            ("picture missing", BROKEN_PICTURES),
            ("leads nowhere", DEAD_FRAGMENTS),
        ):
            reading.faults += [f"{where}: {what}: {each}" for each in page.evaluate(script)]
        reading.faults += [f"{where}: {each}" for each in self.heard]
        self.heard.clear()
        reading.links |= {address.partition("#")[0] for address in page.evaluate(LINKS)}
        if self.folder is not None:
            self.folder.mkdir(parents=True, exist_ok=True)
            page.evaluate(UNFOLD)
            page.screenshot(path=self.folder / f"{reading.pages:03}-{name}.png", full_page=True)

    def press(self, words: str) -> None:
        """Press the button with these words."""
        self.page.locator("main").get_by_role("button", name=words, exact=True).first.click()

    def follow(self, words: str) -> None:
        """Follow the link with these words."""
        self.page.locator("main").get_by_role("link", name=words, exact=True).first.click()

    def go_on(self) -> None:
        """To the next activity, or to the course where this was the last."""
        self.follow("Next" if self.is_offered("Next") else "The course")

    def has_button(self, words: str) -> bool:
        """Whether the page has such a button."""
        buttons = self.page.locator("main").get_by_role("button", name=words, exact=True)
        return buttons.count() > 0

    def is_offered(self, words: str) -> bool:
        """Whether the page has such a link."""
        return self.page.locator("main").get_by_role("link", name=words, exact=True).count() > 0

    @property
    def _title(self) -> str:
        return self.edition.course.title


def sign_in(page: Page, account: Mapping[str, str]) -> None:
    """Sign in by the form, and agree to what everybody agrees to first."""
    page.goto("/sign-in")
    page.get_by_label("E-mail").fill(account["email"])
    page.get_by_label("Password", exact=True).fill(account["password"])
    page.locator("main").get_by_role("button", name="Sign in", exact=True).click()
    if page.locator("#terms").count():
        page.locator("#privacy").check()
        page.locator("#terms").check()
        page.locator("main").get_by_role("button", name="Go on", exact=True).click()
    page.goto("/courses")


def read_course(
    page: Page, edition: Edition, folder: Path | None = None, language: str = "en"
) -> Reading:
    """Take a course from the list of courses, where the page stands, to its certificate."""
    reader = Reader(page, edition, folder, language)
    reader.take()
    reader.read()
    reader.look("course-completed")
    expect(page.locator("main")).to_contain_text("You have completed this course")
    reader.fetch_certificate(edition.course.title, folder / "certificate.pdf" if folder else None)
    reader.check_links()
    return reader.reading


def met(reading: Reading) -> str:
    """What a reader met, counted, in words."""
    counts = f"{reading.pages} pages, {reading.answers} answers, {reading.choices} choices"
    return f"{counts}, {len(reading.links)} addresses"


def rows(unit: float) -> Iterator[Row]:
    """One learner through every course, in the order of their folders, on SQLite.

    What it cost the server a page, in hellos of `unit` seconds; a course with a fault is not held.
    """
    registry, _ = read_registry(product.ROOT / "content" / "guides")
    with (
        product.installed(product.SQLITE) as installation,
        installation.serving() as server,
        browser.running() as chromium,
    ):
        accounts = json.loads(installation.lms("demo", "accounts", "--json"))
        learner = next(each for each in accounts if each["role"] == "official")
        page = chromium.new_page(
            base_url=installation.address, viewport={"width": browser.PHONE, "height": 800}
        )
        sign_in(page, learner)
        for folder in course_folders(product.ROOT / "content"):
            page.goto("/courses")
            before = processes.cpu_seconds(processes.family(server))
            pictures = Path(SHOTS) / folder.name if SHOTS else None
            reading = read_course(page, load_course(folder, registry), pictures)
            spent = processes.cpu_seconds(processes.family(server)) - before
            cost = spent / reading.pages
            found = "; ".join(reading.faults)
            yield [
                f"{folder.name} read to its certificate, a page",
                product.SQLITE,
                f"{cost * 1000:.0f} ms",
                f"{unit * 1000:.2f} ms",
                f"{cost / unit:.1f}",
                NOT_HELD if found else "not measured",
                f"{met(reading)}. {found or 'No fault'}",
                "script/bench read_through",
            ]
