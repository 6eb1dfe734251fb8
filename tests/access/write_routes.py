"""Writes the golden list of routes anew: `python -m tests.access.write_routes`."""

from __future__ import annotations

import os
import tempfile

from config import Settings
from lms.web.app import create_app
from tests.access.test_routes import GOLDEN, line, rules

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Settings.from_environment({**os.environ, "BEKAL_DATA_FOLDER": folder}))
        GOLDEN.write_text("".join(f"{line(*each)}\n" for each in rules(app)))
