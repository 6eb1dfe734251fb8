"""A throwaway PostgreSQL server for one test run.

Debian's server programs start on a new cluster in a temporary folder. The server listens on a
Unix socket in that folder only, and only the user who runs it (and root) may enter the folder,
which is why nobody needs a password. It needs no systemd, no locale but C and no /dev/shm.
"""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from pwd import getpwnam, struct_passwd
from urllib.parse import quote

import psycopg
from psycopg import sql

FOLDER_VARIABLE = "BEKAL_TEST_POSTGRESQL"
"""Environment variable by which the processes of one test run find the one cluster."""

SUPERUSER = "postgres"
PATIENCE = 60.0
"""Seconds a server may take to answer on a busy machine."""

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "dynamic_shared_memory_type": "mmap",
    # The cluster is deleted after the run, so nothing in it has to outlive a power cut.
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
    "shared_buffers": "64MB",
    "max_connections": "100",
    "timezone": "UTC",
}

# The server lives as long as the pipe on the standard input of this shell stays open: it stops
# and is deleted when the test run ends, is interrupted or is killed.
SUPERVISE = """
"$@" >"$FOLDER/log" 2>&1 &
cat >/dev/null
kill -QUIT $!
wait $!
rm -rf "$FOLDER"
"""


@dataclass(frozen=True)
class Cluster:
    """A running server, known by the folder that holds its socket."""

    folder: Path

    def url(self, database: str) -> str:
        """Return the SQLAlchemy address of a database of this cluster."""
        return f"postgresql+psycopg://{SUPERUSER}@/{database}?host={quote(str(self.folder))}"

    @property
    def server(self) -> int:
        """The process id of the server; its connections are children of it."""
        return int((self.folder / "data" / "postmaster.pid").read_text().split()[0])

    def create_database(self, name: str, template: str = "template0") -> str:
        """Make an empty database, or a copy of `template`, and return its address.

        A database of that name is dropped first, with whoever is still connected to it. Nobody
        may be connected to `template` at the moment of copying.
        """
        self.drop_database(name)
        with self._connect() as connection:
            connection.execute(
                sql.SQL(
                    "CREATE DATABASE {} TEMPLATE {} ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'"
                ).format(sql.Identifier(name), sql.Identifier(template))
            )
        return self.url(name)

    def drop_database(self, name: str) -> None:
        """Drop a database if it is there, and end the connections to it."""
        with self._connect() as connection:
            connection.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
            )

    def _connect(self) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(
            host=str(self.folder), user=SUPERUSER, dbname="postgres", autocommit=True
        )


@contextmanager
def running() -> Iterator[Cluster]:
    """Start a cluster and delete it at the end, or join the one this test run has already.

    The process that starts it (pytest's controller) leaves its folder in the environment, where
    the workers find it.
    """
    folder = os.environ.get(FOLDER_VARIABLE)
    if folder is not None:
        yield Cluster(Path(folder))
        return
    with _started() as cluster:
        os.environ[FOLDER_VARIABLE] = str(cluster.folder)
        try:
            yield cluster
        finally:
            del os.environ[FOLDER_VARIABLE]


def describe() -> str:
    """Return the version that tests run on, such as "PostgreSQL 15.18"."""
    reported = subprocess.run(
        [programs() / "postgres", "--version"], check=True, capture_output=True, text=True
    )
    return "PostgreSQL " + reported.stdout.split()[2]


def programs() -> Path:
    """Return the folder with the newest PostgreSQL server programs of this machine.

    Raises FileNotFoundError, with the way to get them, when there are none.
    """
    debian = sorted(
        (folder for folder in Path("/usr/lib/postgresql").glob("*/bin")),
        key=lambda folder: float(folder.parent.name),
        reverse=True,
    )
    on_path = shutil.which("postgres")
    others = [Path(on_path).resolve().parent] if on_path else []
    for folder in [*debian, *others, Path("/usr/local/pgsql/bin")]:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise FileNotFoundError("There is no PostgreSQL server here. Run: script/setup --tests")


@contextmanager
def _started() -> Iterator[Cluster]:
    binaries = programs()
    owner = _server_owner()
    user, group, extra_groups = (owner.pw_uid, owner.pw_gid, ()) if owner else (None, None, None)
    folder = Path(tempfile.mkdtemp(prefix="bekal-postgresql-"))
    if owner is not None:
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C", "FOLDER": str(folder)}
    data = folder / "data"
    try:
        subprocess.run(
            [
                binaries / "initdb",
                f"--pgdata={data}",
                f"--username={SUPERUSER}",
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C",
                "--no-sync",
            ],
            check=True,
            capture_output=True,
            text=True,
            cwd=folder,
            env=environment,
            user=user,
            group=group,
            extra_groups=extra_groups,
        )
    except subprocess.CalledProcessError as failure:
        shutil.rmtree(folder)
        raise RuntimeError(f"initdb failed: {failure.stderr}") from failure
    command = [str(binaries / "postgres"), "-D", str(data), "-k", str(folder)]
    for name, value in SETTINGS.items():
        command += ["-c", f"{name}={value}"]
    supervisor = subprocess.Popen(
        ["/bin/sh", "-c", SUPERVISE, "supervise", *command],
        stdin=subprocess.PIPE,
        cwd=folder,
        env=environment,
        user=user,
        group=group,
        extra_groups=extra_groups,
        start_new_session=True,  # Ctrl-C reaches pytest, which then closes the pipe
    )
    try:
        _wait_until_it_answers(folder)
        yield Cluster(folder)
    finally:
        supervisor.communicate()


def _server_owner() -> struct_passwd | None:
    """Return the user that a server started by root runs as; None where no change is needed."""
    if os.geteuid() != 0:
        return None
    for name in (SUPERUSER, "nobody"):
        try:
            return getpwnam(name)
        except KeyError:
            continue
    raise RuntimeError("A PostgreSQL server refuses to run as root. Make a user named postgres.")


def _wait_until_it_answers(folder: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            with psycopg.connect(host=str(folder), user=SUPERUSER, dbname="postgres"):
                return
        except psycopg.OperationalError as refusal:
            if time.monotonic() > deadline:
                said = (folder / "log").read_text(errors="replace")
                raise RuntimeError(f"PostgreSQL does not answer: {refusal}\n{said}") from refusal
            time.sleep(0.05)
