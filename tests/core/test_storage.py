"""Storage keeps files whole or not at all, and only inside its folder."""

from __future__ import annotations

import hashlib
import io
import tracemalloc
from pathlib import Path
from typing import BinaryIO, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.core.storage import PIECE, BadKeyError, LocalFolder, NotStoredError, checked


@pytest.fixture
def storage(tmp_path: Path) -> LocalFolder:
    """An empty storage beside a file that must stay out of reach."""
    (tmp_path / "secret_key").write_text("out of reach")
    return LocalFolder(tmp_path / "files")


class Zeros(io.RawIOBase):
    """A stream of so many zero bytes that needs no memory."""

    def __init__(self, size: int) -> None:
        self.left = size

    def read(self, size: int = -1) -> bytes:
        size = min(size, self.left) if size >= 0 else self.left
        self.left -= size
        return bytes(size)


def test_what_is_put_comes_back_with_its_type_and_size(storage: LocalFolder) -> None:
    stored = storage.put("imports/17/people.csv", b"name\nAnn\n", content_type="text/csv")
    assert (stored.size, stored.content_type) == (9, "text/csv")
    assert stored.digest == hashlib.sha256(b"name\nAnn\n").hexdigest()
    assert storage.about("imports/17/people.csv") == stored
    with storage.open("imports/17/people.csv") as stream:
        assert stream.read() == b"name\nAnn\n"


def test_second_put_replaces_the_first(storage: LocalFolder) -> None:
    storage.put("a.txt", b"first", content_type="text/plain")
    storage.put("a.txt", io.BytesIO(b"second"), content_type="text/csv")
    with storage.open("a.txt") as stream:
        assert stream.read() == b"second"
    assert storage.about("a.txt").content_type == "text/csv"


def test_deleted_file_is_gone_and_may_be_deleted_again(storage: LocalFolder) -> None:
    storage.put("a.txt", b"x")
    storage.delete("a.txt")
    storage.delete("a.txt")
    assert not storage.exists("a.txt")
    with pytest.raises(NotStoredError):
        storage.open("a.txt")
    with pytest.raises(NotStoredError):
        storage.about("a.txt")


def test_folder_of_other_keys_is_no_file(storage: LocalFolder) -> None:
    storage.put("imports/a.csv", b"x")
    assert not storage.exists("imports")
    with pytest.raises(NotStoredError):
        storage.open("imports")


def test_broken_stream_leaves_what_was_there(storage: LocalFolder, tmp_path: Path) -> None:
    class Breaks(Zeros):
        def read(self, size: int = -1) -> bytes:
            if self.left <= PIECE:
                raise ConnectionResetError
            return super().read(size)

    storage.put("a.bin", b"before")
    with pytest.raises(ConnectionResetError):
        storage.put("a.bin", cast(BinaryIO, Breaks(PIECE * 3)))
    with storage.open("a.bin") as stream:
        assert stream.read() == b"before"
    assert storage.about("a.bin").size == 6
    assert sorted(path.name for path in (tmp_path / "files").iterdir()) == [
        ".a.bin.about",
        "a.bin",
    ]


def test_large_stream_needs_little_memory(storage: LocalFolder) -> None:
    """64 MB here; the way is the same for 2 GB: one piece at a time."""
    tracemalloc.start()
    try:
        stored = storage.put("large.bin", cast(BinaryIO, Zeros(64 * PIECE)))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert stored.size == 64 * PIECE
    assert peak < 8 * PIECE


@pytest.mark.parametrize(
    "key",
    [
        "",
        "/etc/passwd",
        "../secret_key",
        "a/../../secret_key",
        "a//b",
        "a/./b",
        ".hidden",
        "a/.a.txt.about",
        "a\\b",
        "a\x00b",
        "A.txt",
        "a b",
        "ä.txt",
        "a\n",
        "a" * 201,
    ],
)
def test_key_that_is_no_plain_path_is_refused(storage: LocalFolder, key: str) -> None:
    for act in (storage.open, storage.about, storage.exists, storage.delete):
        with pytest.raises(BadKeyError):
            act(key)
    with pytest.raises(BadKeyError):
        storage.put(key, b"x")


@settings(deadline=None)
@given(st.text(alphabet="ab./\\-_~%\x00 é", max_size=20))
def test_accepted_key_stays_inside(key: str) -> None:
    try:
        checked(key)
    except BadKeyError:
        return
    root = Path("/data/files")
    assert (root / key).resolve().is_relative_to(root)
    assert not any(part.startswith(".") for part in key.split("/"))


def test_link_that_leads_out_is_refused(storage: LocalFolder, tmp_path: Path) -> None:
    storage.put("a.txt", b"x")
    (tmp_path / "files" / "out").symlink_to(tmp_path)
    with pytest.raises(BadKeyError):
        storage.open("out/secret_key")
