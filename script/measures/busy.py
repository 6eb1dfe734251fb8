"""People who enrol, read, answer quizzes and bring files at once, while something else runs."""

from __future__ import annotations

import http.client
import itertools
import json
import threading
import time
import urllib.error
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http import HTTPStatus

from bs4 import BeautifulSoup, Tag

from script.measures import product, visitors

COURSE = "victim-identification"
UPLOADER = "focal_point"
BOUNDARY = "between-two-parts"
PATIENCE = 120


@dataclass
class Load:
    """What these people have done so far; `seconds` are those of every request that changed."""

    seconds: list[float] = field(default_factory=list)
    done: dict[str, int] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)

    def count(self, what: str) -> None:
        """One more of these."""
        self.done[what] = self.done.get(what, 0) + 1

    @property
    def changes(self) -> int:
        return len(self.seconds)

    def described(self) -> str:
        """What was done, in words."""
        return ", ".join(f"{number} {what}" for what, number in sorted(self.done.items()))


@contextmanager
def busy(installation: product.Product, people: int) -> Iterator[Load]:
    """So many people, one of them bringing files, from now to the end of the block."""
    accounts = json.loads(installation.lms("demo", "accounts", "--json"))
    learners = [each for each in accounts if each["role"] == "official"][: people - 1]
    uploader = next(each for each in accounts if each["role"] == UPLOADER)
    load, stop = Load(), threading.Event()
    threads = [
        threading.Thread(target=_learn, args=(installation, each, load, stop)) for each in learners
    ]
    threads.append(threading.Thread(target=_bring, args=(installation, uploader, load, stop)))
    for thread in threads:
        thread.start()
    try:
        yield load
    finally:
        stop.set()
        for thread in threads:
            thread.join(PATIENCE)


class _Visitor:
    """A signed-in client that counts how long changes take."""

    def __init__(self, installation: product.Product, account: dict[str, str], load: Load) -> None:
        self._address, self._load = installation.address, load
        self._browser = visitors.browser_of(installation, account)

    def look(self, path: str) -> BeautifulSoup:
        with self._browser.open(self._address + path, timeout=PATIENCE) as answer:
            return BeautifulSoup(answer.read(), "html.parser")

    def send(self, form: Tag, what: str, fields: list[tuple[str, str]]) -> BeautifulSoup:
        """Send a form with these fields besides its hidden ones."""
        given = [*hidden(form), *fields]
        return self._post(str(form["action"]), urllib.parse.urlencode(given).encode(), what, {})

    def bring(self, form: Tag, path: str, what: str, name: str, content: str) -> None:
        """Send a form with one file."""
        parts = [
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'
            for key, value in [*hidden(form), *answers(form)]
        ]
        file = form.select_one("input[type=file]")
        field_name = file["name"] if file is not None else "file"
        parts.append(
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{field_name}"; '
            f'filename="{name}"\r\nContent-Type: text/csv\r\n\r\n{content}\r\n--{BOUNDARY}--\r\n'
        )
        kind = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
        self._post(str(form.get("action") or path), "".join(parts).encode(), what, kind)

    def _post(self, path: str, body: bytes, what: str, headers: dict[str, str]) -> BeautifulSoup:
        address = self._address + path
        request = urllib.request.Request(address, body, headers)  # noqa: S310 - our own server
        begun = time.monotonic()
        try:
            with self._browser.open(request, timeout=PATIENCE) as answer:
                page = BeautifulSoup(answer.read(), "html.parser")
        except urllib.error.HTTPError as refused:
            if refused.code >= HTTPStatus.INTERNAL_SERVER_ERROR:
                self._load.broken.append(f"{path} answered {refused.code}")
            raise
        self._load.seconds.append(time.monotonic() - begun)
        self._load.count(what)
        return page


def hidden(form: Tag) -> list[tuple[str, str]]:
    """The fields of a form that nobody fills."""
    return [
        (str(each["name"]), str(each.get("value") or ""))
        for each in form.select("input[type=hidden]")
    ]


def answers(form: Tag) -> list[tuple[str, str]]:
    """Something for every question: the first choice, some words."""
    given: dict[str, str] = {}
    for each in form.select("input[type=radio], input[type=checkbox]"):
        given.setdefault(str(each["name"]), str(each.get("value") or "on"))
    for each in form.select("input[type=text], textarea"):
        given[str(each["name"])] = "42"
    for each in form.select("select"):
        chosen = each.select("option")[-1]
        given[str(each["name"])] = str(chosen.get("value") or "")
    return list(given.items())


def _learn(
    installation: product.Product, account: dict[str, str], load: Load, stop: threading.Event
) -> None:
    """Enrol and go through the course, again and again from its beginning."""
    try:
        visitor = _Visitor(installation, account, load)
        offer = visitor.look(f"/courses/{COURSE}").select_one(f"form[action$='{COURSE}/begin']")
        if offer is not None:
            visitor.send(offer, "enrolments", [])
        while not stop.is_set():
            course = visitor.look(f"/learning/{COURSE}")
            links = course.select(f"main a[href^='/learning/{COURSE}/']")
            for path in dict.fromkeys(str(each["href"]) for each in links):
                if stop.is_set():
                    return
                with suppress(urllib.error.HTTPError):  # refused in words: no try is left
                    _take(visitor, path)
    except (OSError, http.client.HTTPException, RuntimeError) as error:
        load.broken.append(f"{account['email']}: {error}")


def _take(visitor: _Visitor, path: str) -> None:
    """Do one activity: a lesson is read, a quiz begun and handed in; others are looked at."""
    form = visitor.look(path).select_one("main form[action$='/done'], form[action$='/attempts']")
    if form is None:
        return
    if str(form["action"]).endswith("/done"):
        visitor.send(form, "lessons", [])
        return
    asked = visitor.send(form, "attempts begun", []).select_one("form#attempt, main form")
    if asked is not None and asked.select_one("button[value=finish]") is not None:
        visitor.send(asked, "quizzes", [*answers(asked), ("act", "hand-in")])


def _bring(
    installation: product.Product, account: dict[str, str], load: Load, stop: threading.Event
) -> None:
    """Bring lists of people, each of them new."""
    path = "/imports/new"
    try:
        visitor = _Visitor(installation, account, load)
        for number in itertools.count():
            if stop.is_set():
                return
            form = visitor.look(path).select_one("form:has(input[type=file])")
            if form is None:
                raise RuntimeError(f"{path} takes no file.")
            lines = [
                f"New {number} Official {each},new.{number}.{each}@police.example"
                for each in range(20)
            ]
            with suppress(urllib.error.HTTPError):  # refused in words: one is being read
                visitor.bring(
                    form, path, "uploads", "people.csv", "\n".join(["Name,E-mail", *lines])
                )
            stop.wait(2)
    except (OSError, http.client.HTTPException, RuntimeError) as error:
        load.broken.append(f"{account['email']}: {error}")
