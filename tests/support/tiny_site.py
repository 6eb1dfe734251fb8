"""A site of a few lines, for tests of the web server alone."""

from __future__ import annotations

import os
from pathlib import Path

from flask import Flask, Response, request, send_file

LARGEST = 1024 * 1024
PIECE = b"0123456789abcdef" * 64
LONG = 8 * 1024


def application() -> Flask:
    """Answers its own words back, something long from memory, and a file as long."""
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST
    path = Path(os.environ["TINY_SITE_FILE"])

    @app.get("/")
    def short() -> str:
        return "here"

    @app.post("/")
    def back() -> Response:
        return Response(request.get_data(), content_type="application/octet-stream")

    @app.get("/long")
    def long() -> Response:
        return Response(PIECE * LONG, content_type="application/octet-stream")

    @app.get("/file")
    def file() -> Response:
        return send_file(path, mimetype="application/octet-stream")

    return app
