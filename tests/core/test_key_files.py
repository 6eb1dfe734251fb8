"""Keys made at first use: whole, private, and the same for all who come at once."""

from __future__ import annotations

import dataclasses
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

from config import Settings
from lms.certificates.credentials import load_or_make_key
from lms.core.key_files import write_once
from lms.core.pdf.signing import signer_of

AT_ONCE = 8


def test_file_is_whole_private_and_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "new" / "key"
    write_once(path, b"first")
    write_once(path, b"second")
    assert path.read_bytes() == b"first"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in path.parent.iterdir()] == ["key"]


def test_all_who_sign_first_at_once_sign_with_one_key_and_certificate(
    settings: Settings, tmp_path: Path
) -> None:
    for attempt in range(5):
        here = dataclasses.replace(settings, data_folder=tmp_path / str(attempt))
        together = Barrier(AT_ONCE)

        def sign(_: int, here: Settings = here, together: Barrier = together) -> tuple[bytes, str]:
            together.wait(10)
            signature = signer_of(here).signature_of(bytes(32))
            return signature, load_or_make_key(here.data_folder / "credential").key_id

        with ThreadPoolExecutor(AT_ONCE) as pool:
            made = list(pool.map(sign, range(AT_ONCE)))
        assert len(set(made)) == 1
        assert signer_of(here).signature_of(bytes(32)) == made[0][0]
