"""The throwaway server of the test run."""

import subprocess
import sys
import time
from pathlib import Path

from tests.support import postgresql

START_AND_WAIT = """
from tests.support import postgresql
with postgresql.running() as cluster:
    print(cluster.folder, flush=True)
    input()
"""


def test_killed_test_run_leaves_no_server_behind() -> None:
    run = subprocess.Popen(
        [sys.executable, "-c", START_AND_WAIT],
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(Path.cwd())},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with run:
        assert run.stdout is not None
        folder = Path(run.stdout.readline().strip())
        assert (folder / "data").is_dir()
        run.kill()
    deadline = time.monotonic() + 20
    while folder.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not folder.exists()


def test_database_is_made_anew_each_time() -> None:
    with postgresql.running() as cluster:
        assert cluster.create_database("twice") == cluster.create_database("twice")
        cluster.drop_database("twice")
        cluster.drop_database("twice")
