"""What a process that answers requests does not hold: libraries that ordinary pages never use."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from config import ROOT

HEAVY = (
    "PIL", "alembic", "bs4", "charset_normalizer", "cryptography", "docx", "flask_migrate",
    "fontTools", "html5lib", "lxml", "mako", "mammoth", "markdownify", "pikepdf", "psycopg",
    "pydyf", "pypdfium2", "pyrage", "python_calamine", "weasyprint", "xlsxwriter", "zxcvbn",
)  # fmt: skip
"""Each has one door, which loads it where it is needed for the first time: no page that everybody
opens needs any of them, and together they are 60 MB. PostgreSQL's driver is needed there alone."""

OURS = ("lms.web.cli", "lms.web.jobs")
"""Commands, and the jobs of the worker with what they load."""

SERVE_A_PAGE = """
import sys
from lms.web.wsgi import application
answer = application().test_client().get("/sign-in")
assert answer.status_code == 200, answer.status
print(*sys.modules, sep="\\n")
"""


def test_process_that_serves_a_page_on_sqlite_holds_no_heavy_library(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", SERVE_A_PAGE],
        env={
            "PATH": os.environ["PATH"],
            "BEKAL_ENVIRONMENT": "development",
            "BEKAL_DATA_FOLDER": str(tmp_path),
            "BEKAL_DATABASE_URL": f"sqlite:///{tmp_path / 'empty.db'}",
        },
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    held = set(ended.stdout.split())
    assert held.isdisjoint(HEAVY), sorted(held.intersection(HEAVY))
    assert held.isdisjoint(OURS), sorted(held.intersection(OURS))
