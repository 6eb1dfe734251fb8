"""Style, scripts and drawings: read once, served under the digest of their bytes for a year."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path

from flask import Flask, Response, abort, request

from lms.access.policies import public

FOLDER = Path(__file__).parent / "assets"
FOREVER = "public, max-age=31536000, immutable"
SMALLEST_GZIPPED = 512


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as it is sent."""

    body: bytes
    gzipped: bytes | None
    content_type: str


def load(folder: Path = FOLDER) -> tuple[str, dict[str, Asset]]:
    """All files below the folder, with one digest over all of them.

    One digest for the set, so that a module may import its neighbours by plain
    relative names and still be cached for ever.
    """
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    whole = hashlib.sha256()
    assets: dict[str, Asset] = {}
    for path in paths:
        name = path.relative_to(folder).as_posix()
        body = path.read_bytes()
        whole.update(name.encode() + b"\0" + body)
        assets[name] = _asset(name, body)
    return whole.hexdigest()[:16], assets


def _asset(name: str, body: bytes) -> Asset:
    content_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
    if content_type.startswith("text/"):
        content_type += "; charset=utf-8"
    gzipped = gzip.compress(body, mtime=0) if len(body) > SMALLEST_GZIPPED else None
    return Asset(body, gzipped, content_type)


def install(app: Flask) -> None:
    """Serve the assets and give templates `asset(name)`."""
    digest, assets = load()

    def asset(name: str) -> str:
        if name not in assets:
            raise LookupError(f"There is no asset {name}.")
        return f"/assets/{digest}/{name}"

    @public("Style, scripts and drawings hold nothing about anybody.")
    def serve(digest: str, name: str) -> Response:
        found = assets.get(name)
        if found is None:
            abort(404)
        use_gzip = found.gzipped is not None and "gzip" in request.headers.get(
            "Accept-Encoding", ""
        )
        response = Response(
            found.gzipped if use_gzip else found.body, content_type=found.content_type
        )
        if use_gzip:
            response.headers["Content-Encoding"] = "gzip"
        response.headers["Cache-Control"] = FOREVER
        response.vary.add("Accept-Encoding")
        return response

    app.add_url_rule("/assets/<string:digest>/<path:name>", "assets", serve)
    app.jinja_env.globals["asset"] = asset
