"""One structured line a request, with an id and without personal data."""

from __future__ import annotations

import logging
import secrets
import sys
import time

import structlog
from flask import Flask, Response, g, request

from lms.core.actor import ANONYMOUS

log = structlog.get_logger("bekal")


def configure() -> None:
    """Write JSON lines to standard error. A traceback never shows values of variables."""
    if structlog.is_configured():
        return
    logging.basicConfig(format="%(message)s", stream=sys.stderr, level=logging.INFO)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


def install(app: Flask) -> None:
    """Give every request an id, and one line in the log when it is answered."""
    configure()

    @app.before_request
    def begin() -> None:
        g.request_id = secrets.token_hex(8)
        g.started = time.perf_counter()

    @app.after_request
    def end(response: Response) -> Response:
        actor = g.get("actor", ANONYMOUS)
        log.info(
            "request",
            request_id=g.get("request_id", ""),
            method=request.method,
            endpoint=request.endpoint or "",
            status=response.status_code,
            milliseconds=round((time.perf_counter() - g.get("started", 0.0)) * 1000, 1),
            person=actor.person_id,
        )
        return response
