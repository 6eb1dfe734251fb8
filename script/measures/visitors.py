"""Clients that sign in and keep their cookies."""

import http.cookiejar
import time
import urllib.parse
import urllib.request

from bs4 import BeautifulSoup

from script.measures import product

Browser = urllib.request.OpenerDirector


def sign_in(installation: product.Product, account: dict[str, str]) -> float:
    """Sign a demonstration account in and return the seconds its POST took.

    RuntimeError when it is refused.
    """
    return _sign_in(new_browser(), installation, account)


def new_browser() -> Browser:
    """A client that keeps its cookies."""
    jar = http.cookiejar.CookieJar()
    return urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))


def browser_of(installation: product.Product, account: dict[str, str]) -> Browser:
    """A client signed in as a demonstration account."""
    browser = new_browser()
    _sign_in(browser, installation, account)
    return browser


def _sign_in(browser: Browser, installation: product.Product, account: dict[str, str]) -> float:
    page = browser.open(f"{installation.address}/sign-in", timeout=30).read()
    token = BeautifulSoup(page, "html.parser").select_one("input[name=csrf_token]")
    if token is None:
        raise RuntimeError("The sign-in page has no form.")
    fields = {
        "csrf_token": str(token["value"]),
        "email": account["email"],
        "password": account["password"],
    }
    begun = time.monotonic()
    answer = browser.open(
        f"{installation.address}/sign-in", urllib.parse.urlencode(fields).encode(), timeout=30
    )
    took = time.monotonic() - begun
    if answer.url.endswith("/sign-in"):
        raise RuntimeError("Sign-in was refused.")
    return took
