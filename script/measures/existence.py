"""Whether the clock tells what a page does not say: that somebody exists elsewhere."""

import json
import statistics
import time
import urllib.error
import urllib.parse
from collections.abc import Iterator
from http import HTTPStatus

from bs4 import BeautifulSoup

from script.measures import product
from script.measures.fault_rows import fault_row
from script.measures.frame import Row
from script.measures.visitors import Browser, browser_of

LOOKS = 60
INVITED = 40
LARGEST_DIFFERENCE = 0.004
"""Seconds between the medians of a thing that exists and one that does not."""


def existence_time() -> Iterator[Row]:
    """A focal point cannot tell by the clock whether a record or an address exists elsewhere."""
    for engine in product.ENGINES:
        with product.installed(engine) as installation, installation.serving():
            accounts = json.loads(installation.lms("demo", "accounts", "--json"))
            focal_point = next(each for each in accounts if each["role"] == "focal_point")
            strangers = [
                each["email"] for each in accounts if each["member"] != focal_point["member"]
            ]
            visitor = browser_of(installation, focal_point)
            for what, real, invented in (
                ("record of another member", *look_times(visitor, installation)),
                ("invitation of a held address", *invite_times(visitor, installation, strangers)),
            ):
                yield fault_row(
                    "somebody measures how long an answer takes",
                    engine,
                    meanwhile=f"{what}, beside an invented one",
                    lost="nothing",
                    seen=f"{real * 1000:.1f} ms and {invented * 1000:.1f} ms (medians)",
                    well_after=None,
                    is_held=abs(real - invented) <= LARGEST_DIFFERENCE,
                )


def look_times(visitor: Browser, installation: product.Product) -> tuple[float, float]:
    """Medians for the page of somebody of another member, and of nobody; turn by turn."""
    strangers = [
        number
        for number in range(1, 60)
        if is_missing(visitor, f"{installation.address}/people/{number}")
    ]
    real: list[float] = []
    invented: list[float] = []
    for number in range(LOOKS):
        stranger = strangers[number % len(strangers)]
        real.append(time_of(visitor, f"{installation.address}/people/{stranger}"))
        invented.append(time_of(visitor, f"{installation.address}/people/{987_000 + number}"))
    return statistics.median(real), statistics.median(invented)


def invite_times(
    visitor: Browser, installation: product.Product, strangers: list[str]
) -> tuple[float, float]:
    """Medians for inviting addresses that other members hold, and invented ones; turn by turn."""
    address = f"{installation.address}/people/invite"
    page = visitor.open(address, timeout=30).read()
    form = BeautifulSoup(page, "html.parser").select_one("main form:has(input[name=email])")
    if form is None:
        raise RuntimeError("The page of invitations has no form.")
    filled = {
        str(control["name"]): str(control.get("value") or "")
        for control in form.select("input[type=hidden]")
    }
    for select in form.select("select"):
        chosen = select.select_one("option[selected]") or select.select_one("option")
        filled[str(select["name"])] = str(chosen["value"]) if chosen is not None else ""
    real: list[float] = []
    invented: list[float] = []
    for number, stranger in enumerate(strangers[:INVITED]):
        for email, times in ((stranger, real), (f"nobody{number}@nowhere.example", invented)):
            fields = {**filled, "name": "Some Body", "email": email}
            times.append(time_of(visitor, address, urllib.parse.urlencode(fields).encode()))
    return statistics.median(real), statistics.median(invented)


def is_missing(visitor: Browser, address: str) -> bool:
    """Whether there is no such page for this visitor: somebody of another member, here."""
    try:
        visitor.open(address, timeout=30).read()
    except urllib.error.HTTPError as refused:
        return refused.code == HTTPStatus.NOT_FOUND
    return False


def time_of(visitor: Browser, address: str, data: bytes | None = None) -> float:
    """Seconds until the answer, whatever it says; 404 is an answer too."""
    begun = time.monotonic()
    try:
        visitor.open(address, data, timeout=30).read()
    except urllib.error.HTTPError as refused:
        if refused.code != HTTPStatus.NOT_FOUND:
            raise
    return time.monotonic() - begun
