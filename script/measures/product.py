"""The product as it runs for people: its own command, a folder and a database of its own."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from script.measures import processes
from tests.support import postgresql

ROOT = Path(__file__).resolve().parents[2]
LMS = str(Path(sys.executable).with_name("lms"))
SQLITE, POSTGRESQL = "SQLite", "PostgreSQL"
ENGINES = (SQLITE, POSTGRESQL)


@dataclass(frozen=True)
class Product:
    """An installation in a temporary folder, loaded with content and demonstration people."""

    engine: str
    folder: Path
    port: int
    environment: dict[str, str]
    database_server: int | None
    """Process id of the PostgreSQL server; None where the database is a file."""

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        return self.folder / "said.log"

    def lms(self, *arguments: str, seconds: float = 300) -> str:
        """Run an `lms` command to its end and return what it said; RuntimeError if it failed."""
        ended = self._ended(arguments, seconds)
        if ended.returncode:
            raise RuntimeError(f"lms {' '.join(arguments)}: {ended.stdout}{ended.stderr}")
        return ended.stdout

    def said_by_doctor(self, subject: str, *, seconds: float) -> str:
        """The line of `lms doctor` about a subject, be it good or bad."""
        said = self._ended(["doctor"], seconds).stdout
        lines = [" ".join(line.split()) for line in said.splitlines() if subject in line]
        return lines[0] if lines else "nothing"

    def _ended(self, arguments: Sequence[str], seconds: float) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [LMS, *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=seconds,
            cwd=ROOT,
        )

    @contextmanager
    def serving(self) -> Iterator[int]:
        """Serve, web and worker, and yield the process id of `lms serve`."""
        arguments = [LMS, "serve", "--port", str(self.port)]
        with processes.running(
            arguments, port=self.port, environment=self.environment, log=self.log
        ) as server:
            yield server


@contextmanager
def installed(
    engine: str, *, filled: bool = True, database_url: str | None = None
) -> Iterator[Product]:
    """Install the product on an empty database of `engine` and delete it at the end.

    Without `filled` the database is migrated and nothing is loaded into it. `database_url` is
    an empty database of the measure's own.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bekal-measure-")))
        url, server = f"sqlite:///{folder}/bekal.db", None
        if database_url is not None:
            url = database_url
        elif engine == POSTGRESQL:
            cluster = stack.enter_context(postgresql.running())
            url, server = cluster.create_database("measured"), cluster.server
        port = processes.free_port()
        installation = {
            "BEKAL_ENVIRONMENT": "development",
            "BEKAL_DATA_FOLDER": str(folder),
            "BEKAL_DATABASE_URL": url,
            "PORT": str(port),
        }
        product = Product(engine, folder, port, os.environ | installation, server)
        product.lms("db", "upgrade")
        if filled:
            product.lms("content", "load")
            product.lms("demo", "load")
        yield product
