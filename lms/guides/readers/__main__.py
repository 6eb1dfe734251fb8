"""The process that reads one file: `python -m lms.guides.readers KIND FILE ANSWER`.

Lines "done total" on standard output say how far it is; the answer is one JSON file, with
either `guide` or `refused`. Ends with 0 in both cases, with anything else when a limit or
the file itself ended the process.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

from lms.guides.readers.docx import read_docx
from lms.guides.readers.html import read_html
from lms.guides.readers.markdown import read_markdown
from lms.guides.readers.pdf import read_pdf
from lms.guides.readers.values import ReadGuide, Report, UnreadableError, Why

MEMORY = 500 * 1024 * 1024
"""Bytes of address space, libraries included; what is really used stays far below."""
LARGEST_ANSWER = 64 * 1024 * 1024


def main(kind: str, path: Path, answer: Path, seconds: int) -> int:
    """Read the file and write the answer; the exit code."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_ANSWER, LARGEST_ANSWER))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    said: dict[str, object]
    try:
        said = {"guide": read(kind, path, _reporting()).as_json()}
    except UnreadableError as refused:
        said = {"refused": refused.why.value}
    except RecursionError:
        said = {"refused": Why.STRANGE.value}
    except MemoryError:
        said = {"refused": Why.TOO_HEAVY.value}
    answer.write_text(json.dumps(said), encoding="utf-8")
    return 0


def read(kind: str, path: Path, report: Report) -> ReadGuide:
    """The guide in a file of this kind (pdf, docx, html or markdown). Raises UnreadableError."""
    if kind == "pdf":
        return read_pdf(path, report)
    content = path.read_bytes()
    if kind == "docx":
        return read_docx(content, report)
    if kind == "html":
        return read_html(content)
    if kind == "markdown":
        return read_markdown(content)
    raise UnreadableError(Why.OTHER_KIND)


def _reporting() -> Report:
    """Tell at most five times a second."""
    told = 0.0

    def report(done: int, total: int) -> None:
        nonlocal told
        moment = time.monotonic()
        if moment - told > 0.2 or done == total:
            told = moment
            sys.stdout.write(f"{done} {total}\n")
            sys.stdout.flush()

    return report


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4])))
