"""One request of a client that takes every answer, and none, for what it is."""

import http.client
from collections.abc import Mapping
from dataclasses import dataclass

from bs4 import BeautifulSoup

from script.measures import product

NO_ANSWER = "no answer"


@dataclass(frozen=True)
class Answer:
    """What came back for one request."""

    status: int
    page: bytes

    @property
    def heading(self) -> str | None:
        """The first heading of the page, None where it has none."""
        heading = BeautifulSoup(self.page, "html.parser").select_one("h1")
        return None if heading is None else heading.get_text(strip=True)


def ask(
    installation: product.Product,
    method: str,
    path: str,
    body: str | None = None,
    headers: Mapping[str, str] | None = None,
    *,
    seconds: float = 60,
) -> Answer | None:
    """One request on a connection of its own; None where no whole answer came."""
    client = http.client.HTTPConnection("127.0.0.1", installation.port, timeout=seconds)
    try:
        client.request(method, path, body, headers or {})
        answer = client.getresponse()
        return Answer(answer.status, answer.read())
    except (OSError, http.client.HTTPException):
        return None
    finally:
        client.close()
