"""The last two activities of a course, sent from two tabs at the same moment."""

import os
import subprocess
import sys
from collections.abc import Iterator

from script.measures import product
from script.measures.fault_rows import fault_row
from script.measures.frame import Row

PAIRS = 200


def two_tabs() -> Iterator[Row]:
    """The last two activities of 200 courses, each pair in two tabs at the same moment."""
    test = "tests/completion/test_two_tabs.py"
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-k", "postgresql", test],
        env={**os.environ, "BEKAL_TWO_TABS": str(PAIRS)},
        capture_output=True,
        text=True,
        check=False,
    )
    is_held = ended.returncode == 0
    yield fault_row(
        "the last two activities in two tabs at once",
        product.POSTGRESQL,
        meanwhile=f"{PAIRS} pairs",
        lost="no completion" if is_held else "completions",
        seen="the course is complete",
        well_after=None,
        is_held=is_held,
    )
