"""A PostgreSQL server of the measure's own, as a production one is set up: to be killed."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from pwd import getpwnam

import psycopg

from script.measures import processes
from tests.support import postgresql

PATIENCE = 60.0


@dataclass
class Durable:
    """A server that writes what it commits to the disk, and can be started again."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        """The address of its one database, over TCP."""
        return self.url_at(self.port)

    def url_at(self, port: int) -> str:
        """The same through another port, such as a proxy's."""
        return f"postgresql+psycopg://{postgresql.SUPERUSER}@127.0.0.1:{port}/measured"

    def kill(self) -> None:
        """kill -9 of the server and of all its processes."""
        for pid in processes.family(self.process.pid):
            os.kill(pid, signal.SIGKILL)
        self.process.wait()

    def kill_backend(self) -> None:
        """kill -9 of one process that serves a connection; the server then ends all of them."""
        for pid in processes.family(self.process.pid):
            if "measured" in processes.command(pid) and pid != self.process.pid:
                os.kill(pid, signal.SIGKILL)
                return
        raise RuntimeError("Nobody is connected to the database.")

    def start(self) -> None:
        """Start it again after a kill, and wait until it answers."""
        self.process = _start(self.folder, self.port)
        _wait_until_it_answers(self.port, self.folder)


@contextmanager
def durable() -> Iterator[Durable]:
    """Make a server with an empty database, and delete it at the end."""
    folder = Path(tempfile.mkdtemp(prefix="bekal-durable-"))
    owner = _owner()
    if owner:
        shutil.chown(folder, owner)
    port = processes.free_port()
    cluster = None
    try:
        data = folder / "data"
        subprocess.run(
            [
                postgresql.programs() / "initdb",
                f"--pgdata={data}",
                f"--username={postgresql.SUPERUSER}",
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C",
            ],
            check=True,
            capture_output=True,
            cwd=folder,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C"},
            user=owner,
        )
        cluster = Durable(folder, port, _start(folder, port))
        _wait_until_it_answers(port, folder)
        with _connected(port, autocommit=True) as connection:
            connection.execute("CREATE DATABASE measured")
        yield cluster
    finally:
        if cluster is not None:
            cluster.process.send_signal(signal.SIGQUIT)
            cluster.process.wait()
        shutil.rmtree(folder)


def _owner() -> str | None:
    """Who a server started by root runs as."""
    if os.geteuid() != 0:
        return None
    try:
        return getpwnam(postgresql.SUPERUSER).pw_name
    except KeyError:
        return "nobody"


def _start(folder: Path, port: int) -> subprocess.Popen[bytes]:
    with (folder / "log").open("ab") as log:
        return subprocess.Popen(
            [
                str(postgresql.programs() / "postgres"),
                *("-D", str(folder / "data")),
                *("-k", str(folder)),
                *("-c", "listen_addresses=127.0.0.1"),
                *("-c", f"port={port}"),
                *("-c", "dynamic_shared_memory_type=mmap"),
                *("-c", "max_connections=100"),
            ],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=folder,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C"},
            user=_owner(),
            start_new_session=True,
        )


def _connected(port: int, **named: bool) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(
        host="127.0.0.1",
        port=port,
        user=postgresql.SUPERUSER,
        dbname="postgres",
        autocommit=named.get("autocommit", False),
    )


def _wait_until_it_answers(port: int, folder: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            _connected(port).close()
        except psycopg.OperationalError as refusal:
            if time.monotonic() > deadline:
                said = (folder / "log").read_text(errors="replace")[-2000:]
                raise RuntimeError(f"PostgreSQL does not answer: {said}") from refusal
            time.sleep(0.05)
        else:
            return
