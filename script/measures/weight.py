"""What a browser loads, counted on the wire by Chromium itself."""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from playwright.sync_api import BrowserContext, Page

from script.measures import product
from tests.support import browser


@dataclass
class Loaded:
    """Bytes of some pages with all they need. A proxy compresses pages; assets are sent so."""

    sent: int = 0
    compressed: int = 0
    requests: int = 0
    pages: int = 0

    @property
    def words(self) -> str:
        return f"{self.compressed / 1000:.1f} kB ({self.sent / 1000:.1f} without a proxy)"

    @property
    def data(self) -> str:
        return f"{self.pages} pages, {self.requests} requests; pages compressed as a proxy would"


def rows(
    installation: product.Product, cookie: str, lessons: Sequence[str]
) -> Iterator[tuple[str, Loaded, int, str, str]]:
    """Work, what was loaded, the most that is aimed at in kB, and what the peers loaded."""
    name, _, value = cookie.partition("=")
    with browser.running() as chromium:

        def fresh() -> BrowserContext:
            context = chromium.new_context(base_url=installation.address)
            context.add_cookies([{"name": name, "value": value, "url": installation.address}])
            return context

        with fresh() as context:
            page = context.new_page()
            first = visit(page, lessons[:1])
            following = visit(page, lessons[1:2])
        yield "bytes, first lesson", first, 60, "1.35 MB", "2.29 MB"
        yield "bytes, next lesson", following, 8, "19 KB", "13 KB"
        with fresh() as context:
            whole = visit(context.new_page(), lessons)
        yield "bytes, the whole course, empty cache", whole, 500, "5.6 MB, 200 requests", "–"


def visit(page: Page, paths: Sequence[str]) -> Loaded:
    """Open pages one after the other as the browser keeps what it has."""
    loaded = Loaded()
    documents: set[str] = set()
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")

    def on_response(event: dict[str, object]) -> None:
        if event["type"] == "Document":
            documents.add(str(event["requestId"]))

    def on_finished(event: dict[str, object]) -> None:
        size = int(float(str(event["encodedDataLength"])))
        if size == 0:
            return
        loaded.requests += 1
        loaded.sent += size
        if str(event["requestId"]) not in documents:
            loaded.compressed += size

    session.on("Network.responseReceived", on_response)
    session.on("Network.loadingFinished", on_finished)
    for path in paths:
        answer = page.goto(path)
        if answer is None or answer.status != 200:
            raise RuntimeError(f"{path} was not answered.")
        page.wait_for_load_state("networkidle")
        loaded.pages += 1
        loaded.compressed += len(gzip.compress(answer.body()))
    session.detach()
    return loaded
