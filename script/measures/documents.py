"""What a document costs: CPU, in one process, the way the worker makes it."""

import datetime
import hashlib
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from config import Settings
from lms.certificates.documents import make_document
from lms.certificates.rules import CertificateKind, Snapshot
from lms.core.pdf.making import Seal
from lms.core.pdf.signing import signer_of
from script.measures.frame import Row

WARM_UP = 5
MADE = 30
ROUNDS = 4
NUMBER = "BK7Q4M2X9TDA3F8H6WZC"
AT = datetime.datetime(2026, 10, 30, 8, tzinfo=datetime.UTC)
SNAPSHOT = Snapshot(
    kind=CertificateKind.COMPLETION,
    language="en",
    name="Aishath Rasheeda",
    name_own_script="އައިޝަތު ރަޝީދާ",
    own_script_language="dv",
    member="Maldives",
    agency="Maldives Immigration",
    title="Trafficking victim identification",
    edition_number=3,
    courses=(),
    hours=5.0,
    completed_on=AT.date(),
    issued_on=AT.date(),
    expires_on=None,
    signatory_name="Mele Tuʻifua",
    signatory_post="Co-manager, Regional Support Office",
    authority="Regional Support Office",
)


def certificate(seal: Seal | None) -> bytes:
    """The certificate everything here is measured with."""
    return make_document(
        SNAPSHOT,
        number=NUMBER,
        address=f"https://bekal.example/verify/{NUMBER}",
        is_specimen=False,
        seal=seal,
    )


def rows() -> Iterator[Row]:
    """Yield a row for plain and one for signed certificates, with the machine's yardstick."""
    with tempfile.TemporaryDirectory() as folder:
        signer = signer_of(Settings.from_environment({"BEKAL_DATA_FOLDER": str(Path(folder))}))
        unit = yardstick()
        for work, seal in (
            ("certificate, plain", None),
            ("certificate, signed", Seal(signer, AT)),
        ):
            cost = cpu_of(partial(certificate, seal))
            yield [
                work,
                "none",
                f"{cost * 1000:.1f} ms",
                f"{unit * 1000:.1f} ms of SHA-256",
                f"{cost / unit:.1f}",
                f"{1 / cost:.0f} a core",
                f"{len(certificate(seal)) / 1000:.0f} kB",
                "script/bench certificates",
            ]


def cpu_of(make: Callable[[], object]) -> float:
    """The CPU seconds of one: of ROUNDS the one that cost least, the first few left out."""
    for _ in range(WARM_UP):
        make()
    return min(_round(make) for _ in range(ROUNDS))


def _round(make: Callable[[], object]) -> float:
    before = time.process_time()
    for _ in range(MADE):
        make()
    return (time.process_time() - before) / MADE


def yardstick() -> float:
    """The CPU seconds of SHA-256 over 16 MB: what else this machine is slow at."""
    block = bytes(16 * 1024 * 1024)
    before = time.process_time()
    for _ in range(3):
        hashlib.sha256(block).digest()
    return (time.process_time() - before) / 3
