"""A disk that is full, turns read-only or fails: nothing acknowledged is lost, and it is said."""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from script.measures import processes, product
from script.measures.fault_rows import fault_row
from script.measures.frame import Row
from script.measures.writers import Writers

MEGABYTES = 64
"""Size of the disk that holds the data folder, and on SQLite the database with it."""
BEFORE, FAULT = 4.0, 12.0
"""Seconds of writing before the fault and under it."""
GOING_ON = "profiles saved, files uploaded, the worker reading them"


class SmallDisk:
    """A disk of its own under a folder: a file with a file system, mounted there by root."""

    def __init__(self, folder: Path, image: Path) -> None:
        self.folder = folder
        self._image = image
        self._ballast = folder / "ballast"

    def mount(self) -> None:
        """Mount it over the folder, with what the folder holds already."""
        subprocess.run(["truncate", f"--size={MEGABYTES}M", self._image], check=True)
        subprocess.run(["mkfs.ext4", "-q", "-m", "0", self._image], check=True)
        with tempfile.TemporaryDirectory(prefix="bekal-held-") as held:
            shutil.copytree(self.folder, held, dirs_exist_ok=True)
            self._attach()
            shutil.copytree(held, self.folder, dirs_exist_ok=True)
        # Older rows are on the disk, as they would be; only what is new depends on its sync.
        os.sync()

    def _attach(self) -> None:
        options = "loop,errors=remount-ro"
        subprocess.run(["mount", "-o", options, self._image, self.folder], check=True)

    def unmount(self) -> None:
        """Take it away; waits for who is just leaving it."""
        for _ in range(50):
            if subprocess.run(["umount", self.folder], capture_output=True).returncode == 0:
                return
            time.sleep(0.2)
        subprocess.run(["umount", "--lazy", self.folder], check=True)

    def fill(self) -> None:
        """Write until there is no room for one byte more."""
        with self._ballast.open("ab", buffering=0) as file:
            for size in (1024 * 1024, 4096, 1):
                with contextlib.suppress(OSError):
                    while True:
                        file.write(b"\0" * size)

    def make_room(self) -> None:
        """Take away what filled it."""
        self._ballast.unlink()

    def break_off(self) -> None:
        """Let the kernel find an error in the file system: it allows no more writing at once."""
        device = subprocess.run(
            ["findmnt", "--noheadings", "--output=SOURCE", self.folder],
            check=True,
            capture_output=True,
            text=True,
        )
        name = Path(device.stdout.strip()).name
        Path(f"/sys/fs/ext4/{name}/trigger_fs_error").write_text("1")

    def mend(self) -> None:
        """Check the file system, and mount it for writing again."""
        self.unmount()
        subprocess.run(["e2fsck", "-fy", self._image], capture_output=True, check=False)
        self._attach()


@contextmanager
def small_disk(installation: product.Product) -> Iterator[SmallDisk]:
    """Put the data folder of an installation on a small disk. RuntimeError without root."""
    if os.geteuid() != 0:
        raise RuntimeError("Only root may mount a small disk: run this measure as root.")
    with tempfile.TemporaryDirectory(prefix="bekal-disk-") as folder:
        disk = SmallDisk(installation.folder, Path(folder) / "image")
        disk.mount()
        try:
            yield disk
        finally:
            disk.unmount()


def disk_full() -> Iterator[Row]:
    """The disk has no room left while people write and upload and the worker works."""
    for engine in product.ENGINES:
        with product.installed(engine) as installation, small_disk(installation) as disk:
            with installation.serving():
                writers = Writers(installation)
                with writers.writing():
                    time.sleep(BEFORE)
                    disk.fill()
                    time.sleep(FAULT)
                    doctor = said_of_files(installation)
                disk.make_room()
                well_after = writers.seconds_until_well()
                read_after = writers.seconds_until_read()
            yield row_of(
                "full disk", writers, well_after, f"{doctor}; files read {read_after:.0f} s later"
            )


def disk_read_only() -> Iterator[Row]:
    """An error turns the disk read-only: reading goes on, writing says so, a restart mends it."""
    with product.installed(product.SQLITE) as installation, small_disk(installation) as disk:
        with installation.serving():
            writers = Writers(installation)
            with writers.writing():
                time.sleep(BEFORE)
                writers.pages.clear()
                disk.break_off()
                time.sleep(FAULT)
                doctor = said_of_files(installation)
            read = f"{writers.pages[200]} of {writers.pages.total()} pages read"
        disk.mend()
        with installation.serving():
            well_after = writers.seconds_until_well()
            writers.seconds_until_read()
        yield row_of("disk turned read-only", writers, well_after, f"{read}; {doctor}")


def fsync_error() -> Iterator[Row]:
    """Every fsync fails for a while: nothing is called saved that may not be on the disk."""
    if shutil.which("strace") is None:
        raise RuntimeError("There is no strace. As root: apt-get install strace")
    with product.installed(product.SQLITE) as installation:
        with installation.serving() as server:
            writers = Writers(installation)
            with writers.writing():
                time.sleep(BEFORE)
                with failing_fsync(server, installation.folder):
                    time.sleep(2)  # what was under way is over
                    before = len(writers.acknowledged), writers.uploaded
                    time.sleep(FAULT)
                    told = len(writers.acknowledged) - before[0], writers.uploaded - before[1]
            well_after = writers.seconds_until_well()
            writers.seconds_until_read()
        yield row_of(
            "fsync fails (EIO)",
            writers,
            well_after,
            f"told saved meanwhile: {told[0]} profiles, {told[1]} files",
            is_held=told == (0, 0) and before[0] > 0,
        )


@contextmanager
def failing_fsync(server: int, folder: Path) -> Iterator[None]:
    """Make fsync and fdatasync fail in web and worker inside the context."""
    pids = [f"--attach={pid}" for pid in processes.family(server)[1:]]
    with (folder / "strace.log").open("wb") as log:
        tracer = subprocess.Popen(
            [
                *("strace", "--follow-forks", "--quiet=all", "--trace=fsync,fdatasync"),
                *("--inject=fsync,fdatasync:error=EIO", "--output=/dev/null", *pids),
            ],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    try:
        time.sleep(1)
        if tracer.poll() is not None:
            raise RuntimeError(f"strace: {(folder / 'strace.log').read_text()}")
        yield
    finally:
        tracer.send_signal(signal.SIGINT)
        tracer.wait(30)


def said_of_files(installation: product.Product) -> str:
    """What `lms doctor` says of the files."""
    said = installation.said_by_doctor("files", seconds=60)
    return f"lms doctor: “{said.replace(str(installation.folder), '…')}”"


def row_of(
    fault: str, writers: Writers, well_after: float, more: str, *, is_held: bool = True
) -> Row:
    """A row about people who went on writing under a fault."""
    lost = writers.lost()
    said = ", ".join(f"{count} × {answer}" for answer, count in writers.answers.most_common(4))
    is_calm = not any(answer.startswith("500") for answer in writers.answers)
    return fault_row(
        fault,
        writers.installation.engine,
        meanwhile=f"{GOING_ON}: {len(writers.acknowledged)} and {writers.uploaded} acknowledged",
        lost="nothing" if not lost else f"{lost} acknowledged writes",
        seen=f"{said or 'all was answered'}; {more}",
        well_after=well_after,
        is_held=is_held and not lost and is_calm,
    )
