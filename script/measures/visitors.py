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
    return sign_in_with(new_browser(), installation, account)


def new_browser() -> Browser:
    """A client that keeps its cookies."""
    jar = http.cookiejar.CookieJar()
    return urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))


def browser_of(installation: product.Product, account: dict[str, str]) -> Browser:
    """A client signed in as a demonstration account."""
    browser = new_browser()
    sign_in_with(browser, installation, account)
    return browser


def sign_in_with(browser: Browser, installation: product.Product, account: dict[str, str]) -> float:
    """Sign in with this client, as `sign_in` does."""
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


def sign_out(browser: Browser, installation: product.Product) -> None:
    """Sign out; the client keeps what tells the product that it has been here before."""
    page = browser.open(f"{installation.address}/start", timeout=30).read()
    token = BeautifulSoup(page, "html.parser").select_one("input[name=csrf_token]")
    if token is None:
        raise RuntimeError("The start page has no form to sign out.")
    fields = urllib.parse.urlencode({"csrf_token": str(token["value"])}).encode()
    browser.open(f"{installation.address}/sign-out", fields, timeout=30).read()
