"""Light or dark: as the device says, or as the visitor chose in the footer."""

from __future__ import annotations

from flask import Flask, Response, request

COOKIE = "bekal_theme"
THEMES = ("device", "light", "dark")
A_YEAR = 31_536_000


def chosen() -> str:
    """The theme of this request: asked for now, else kept, else the device's."""
    for wish in (request.args.get("theme"), request.cookies.get(COOKIE)):
        if wish in THEMES:
            return str(wish)
    return THEMES[0]


def install(app: Flask) -> None:
    """Keep a choice made in the footer, and give it to every page."""
    app.after_request(_keep_choice)
    app.context_processor(lambda: {"page_theme": chosen()})


def _keep_choice(response: Response) -> Response:
    wish = request.args.get("theme")
    if wish in THEMES:
        response.set_cookie(
            COOKIE, str(wish), max_age=A_YEAR, httponly=True, samesite="Lax", path="/"
        )
    return response
