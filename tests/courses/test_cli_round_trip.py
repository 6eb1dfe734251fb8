"""`lms content load` and `export`, through the commands, byte for byte."""

from __future__ import annotations

import dataclasses
import re
import shutil
from pathlib import Path

import pytest
from flask import Flask

from config import ROOT
from lms.courses.check import course_folders
from lms.courses.cli import content
from tests.courses.small_course import write

FOLDERS = course_folders(ROOT / "content")


def run(app: Flask, *words: str | Path) -> str:
    ended = app.test_cli_runner().invoke(content, [str(word) for word in words])
    assert ended.exit_code == 0, ended.output
    return str(ended.output)


def files_in(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith(".")
    }


@pytest.fixture
def beside(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A content folder of its own, with the members, guides and courses of the product."""
    folder = tmp_path / "content"
    shutil.copytree(ROOT / "content", folder)
    own = dataclasses.replace(app.config["BEKAL"], content_folder=folder)
    monkeypatch.setitem(app.config, "BEKAL", own)
    return folder


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True, scope="session")
def test_every_course_is_exported_loaded_and_exported_byte_for_byte(
    app: Flask, beside: Path, tmp_path: Path
) -> None:
    run(app, "load")
    for folder in FOLDERS:
        first = tmp_path / "first" / folder.name
        run(app, "export", folder.name, first)
        assert files_in(first) == files_in(folder)
        # What is loaded next is what was exported, as a new edition.
        shutil.rmtree(beside / "courses" / folder.name)
        shutil.copytree(first, beside / "courses" / folder.name)
        for course in (beside / "courses" / folder.name).glob("course*.yaml"):
            text = re.sub(r"(?m)^minutes: \d+", "minutes: 333", course.read_text(), count=1)
            write(course, text)
    run(app, "load")
    for folder in FOLDERS:
        second = tmp_path / "second" / folder.name
        run(app, "export", folder.name, second)
        assert files_in(second) == files_in(beside / "courses" / folder.name)
        assert files_in(second) != files_in(tmp_path / "first" / folder.name)
