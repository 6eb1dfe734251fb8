"""Uploads that take long, and what they cost everybody else."""

import json
import socket
import threading
import time
from collections.abc import Iterator

from script.measures import product
from script.measures.fault_rows import fault_row
from script.measures.frame import Row
from script.measures.visitors import sign_in

SLOW_UPLOAD_SECONDS = 60
LONGEST_WAIT = 2.0
"""Seconds that another person's POST may take while the upload crawls."""


def slow_upload() -> Iterator[Row]:
    """An upload of 60 seconds does not delay another person's POST (SQLite has one write lock)."""
    with product.installed(product.SQLITE) as installation, installation.serving():
        account = json.loads(installation.lms("demo", "accounts", "--json"))[0]
        before = [sign_in(installation, account) for _ in range(5)]
        upload = threading.Thread(target=crawl, args=(installation.port,))
        upload.start()
        meanwhile = []
        while upload.is_alive():
            meanwhile.append(sign_in(installation, account))
            time.sleep(2)
        yield fault_row(
            f"upload of {SLOW_UPLOAD_SECONDS} s",
            product.SQLITE,
            meanwhile=f"{len(meanwhile)} sign-ins of others",
            lost="nothing",
            seen=f"sign-in takes {max(meanwhile):.2f} s at most (before: {max(before):.2f} s)",
            well_after=None,
            is_held=max(meanwhile) <= LONGEST_WAIT,
        )


def crawl(port: int) -> None:
    """Send a form of 60 KB, one kilobyte a second."""
    with socket.create_connection(("127.0.0.1", port)) as client:
        client.sendall(
            b"POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            b"Content-Type: application/x-www-form-urlencoded\r\n"
            b"Content-Length: %d\r\n\r\n" % (SLOW_UPLOAD_SECONDS * 1024)
        )
        for _ in range(SLOW_UPLOAD_SECONDS):
            client.sendall(b"x" * 1024)
            time.sleep(1)
        client.recv(1024)
