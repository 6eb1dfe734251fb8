"""The checker of imports, requirements, lock and reasons, on a small project of its own."""

from pathlib import Path

import pytest

from script import dependencies


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project that imports PyYAML, requires it, locks it and says why."""
    for folder in ("lms", "migrations", "script", "tests", "docs"):
        (tmp_path / folder).mkdir()
    (tmp_path / "config.py").write_text("import os\n")
    (tmp_path / "lms" / "words.py").write_text("import yaml\nfrom lms import other\n")
    (tmp_path / "requirements.in").write_text("# why\nPyYAML>=6\n")
    (tmp_path / "requirements-dev.in").write_text("-r requirements.in\n")
    for lock in ("requirements.txt", "requirements-dev.txt"):
        (tmp_path / lock).write_text("pyyaml==6.0.3 \\\n    --hash=sha256:00\n")
    (tmp_path / "docs" / "dependencies.md").write_text("| pyyaml | reads YAML |\n")
    monkeypatch.setattr(dependencies, "ROOT", tmp_path)
    return tmp_path


def test_project_that_names_everything_passes(project: Path) -> None:
    assert dependencies.main() == 0


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("lms/words.py", "def f():\n    import nh3\n", "nh3, imported by lms/words.py"),
        ("requirements.txt", "", "pyyaml is not in requirements.txt: run script/lock"),
        ("docs/dependencies.md", "| other | pyyaml |", "pyyaml has no reason"),
        ("tests/test_x.py", "from pytest import raises\n", "is not in requirements-dev.in"),
    ],
)
def test_disagreement_is_named(
    project: Path, capsys: pytest.CaptureFixture[str], file: str, text: str, said: str
) -> None:
    (project / file).write_text(text)
    assert dependencies.main() == 1
    assert said in capsys.readouterr().out
