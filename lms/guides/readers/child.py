"""Starting the process that reads a file, and understanding how it ended."""

from __future__ import annotations

import json
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import BinaryIO

from config import ROOT
from lms.guides.readers.values import ReadGuide, Report, UnreadableError, Why

SECONDS = 60
"""How long reading may take, start of the process included."""
PIECE = 1024 * 1024


def read_file(kind: str, stream: BinaryIO, report: Report, *, seconds: int = SECONDS) -> ReadGuide:
    """The guide in the stream, read by a process of its own.

    `report(done, total)` is called in this process while it goes on; what it raises ends
    the reading. Raises UnreadableError for every file that gives no guide, also for one
    that used up its time or memory. Leaves no file and no process behind.
    """
    with tempfile.TemporaryDirectory(prefix="bekal-guide-") as folder:
        path, answer = Path(folder) / "file", Path(folder) / "answer.json"
        with path.open("wb") as target:
            while piece := stream.read(PIECE):
                target.write(piece)
        code = _run(kind, path, answer, report, seconds)
        if code != 0 or not answer.is_file():
            raise UnreadableError(_why_ended(code))
        said = json.loads(answer.read_text(encoding="utf-8"))
    if "refused" in said:
        raise UnreadableError(Why(said["refused"]))
    return ReadGuide.from_json(said["guide"])


def _run(kind: str, path: Path, answer: Path, report: Report, seconds: int) -> int:
    # Nothing of the environment but the path.
    with subprocess.Popen(  # noqa: S603 - our own module with our own words, no shell
        [sys.executable, "-m", "lms.guides.readers", kind, str(path), str(answer), str(seconds)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=path.parent,
        env={"PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8", "PYTHONUTF8": "1"},
    ) as process:
        try:
            _follow(process, report, time.monotonic() + seconds)
        finally:
            process.kill()
        return process.wait()


def _follow(process: subprocess.Popen[bytes], report: Report, until: float) -> None:
    """Pass on how far it is, until it ends. Raises UnreadableError when its time is over."""
    output = process.stdout
    if output is None:
        raise ValueError("The process was started without its output.")
    with selectors.DefaultSelector() as selector:
        selector.register(output, selectors.EVENT_READ)
        while True:
            left = until - time.monotonic()
            if left <= 0:
                raise UnreadableError(Why.TOO_SLOW)
            if not selector.select(min(left, 1.0)):
                continue
            line = output.readline()
            if not line:
                break
            done, _, total = line.partition(b" ")
            report(int(done), int(total))
    try:
        process.wait(max(until - time.monotonic(), 0.1))
    except subprocess.TimeoutExpired as error:
        raise UnreadableError(Why.TOO_SLOW) from error


def _why_ended(code: int) -> Why:
    """How a process that gave no answer ended: by the clock, by memory, or by the file."""
    if -code in {signal.SIGXCPU}:
        return Why.TOO_SLOW
    if -code in {signal.SIGKILL, signal.SIGABRT, signal.SIGTRAP, signal.SIGILL, signal.SIGXFSZ}:
        return Why.TOO_HEAVY
    return Why.BROKEN
