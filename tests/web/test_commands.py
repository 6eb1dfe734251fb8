"""Commands: what they print, how they end, and what is left running: nothing."""

from __future__ import annotations

import dataclasses
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest
from flask import Flask
from sqlalchemy import select, update

from config import Environment, Settings
from lms.access.permissions import Permission
from lms.access.roles import PERMISSIONS, Role
from lms.core import clock
from lms.core.actor import Actor
from lms.core.audit.jobs import seal_all
from lms.core.audit.models import AuditEntry
from lms.core.audit.services import record
from lms.core.database import Session
from lms.core.extensions import db
from lms.core.jobs.services import enqueue
from lms.core.outbox.models import OutboxMessage
from lms.core.outbox.services import queue_mail
from lms.web import doctor
from lms.web.commands.access import access
from lms.web.commands.audit import audit
from lms.web.commands.doctor import doctor as doctor_command
from lms.web.commands.serving import wait_for_database
from lms.web.doctor import Grade
from lms.web.serving import PAUSES, pause_before_restart

SYSTEM = Actor.system("test")
LMS = [sys.executable, "-m", "lms.web.cli"]


def test_matrix_is_the_one_in_the_code(app: Flask) -> None:
    printed = app.test_cli_runner().invoke(access, ["matrix"]).output
    lines = {line.split()[0]: line.split()[1:] for line in printed.splitlines() if ":" in line}
    assert set(lines) == {permission.value for permission in Permission}
    columns = [role for role in Role if role is not Role.SYSTEM]
    for permission in Permission:
        carrying = {role for role in columns if permission in PERMISSIONS[role]}
        marked = {
            role for role, mark in zip(columns, lines[permission.value], strict=True) if mark == "✓"
        }
        assert marked == carrying
    assert max(map(len, printed.splitlines())) <= 80


def test_matrix_for_the_docs_is_a_markdown_table(app: Flask) -> None:
    printed = app.test_cli_runner().invoke(access, ["matrix", "--markdown"]).output
    lines = printed.strip().splitlines()
    assert len({line.count("|") for line in lines}) == 1
    assert len(lines) == len(Permission) + 2


def test_audit_verify_proves_and_notes_the_head(app: Flask, session: Session) -> None:
    for number in range(3):
        record(session, SYSTEM, "test.write", "row", number, now=clock.now())
    session.commit()
    with app.app_context():
        seal_all(db.engine)
    ended = app.test_cli_runner().invoke(audit, ["verify"])
    assert ended.exit_code == 0
    assert "3 rows prove" in ended.output
    head = re.search(r"3:[0-9a-f]{64}", ended.output)
    assert head is not None
    assert app.test_cli_runner().invoke(audit, ["verify", "--noted", head[0]]).exit_code == 0

    changed = update(AuditEntry).where(AuditEntry.position == 2).values(reason="changed")
    session.execute(changed)
    session.commit()
    ended = app.test_cli_runner().invoke(audit, ["verify"])
    assert ended.exit_code == 1
    assert "broken at position 2" in ended.output


@pytest.mark.parametrize("noted", ["x", "3", "3:abc", "-1:" + "0" * 64])
def test_audit_verify_refuses_what_is_no_head(app: Flask, noted: str) -> None:
    ended = app.test_cli_runner().invoke(audit, ["verify", "--noted", noted])
    assert ended.exit_code == 2
    assert "Write a head" in ended.output


def test_doctor_finds_a_well_installation_well(app: Flask) -> None:
    ended = app.test_cli_runner().invoke(doctor_command)
    assert ended.exit_code == 0, ended.output
    assert "bad" not in ended.output


def test_doctor_never_loads_weasyprint() -> None:
    code = "import sys, lms.web.cli, lms.web.doctor; print('weasyprint' in sys.modules)"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == "False"


def test_doctor_says_how_to_mend(app: Flask, settings: Settings, tmp_path: Path) -> None:
    nobody = dataclasses.replace(settings.mail, host="127.0.0.1", port=_free_port())
    public = dataclasses.replace(
        settings, environment=Environment.PRODUCTION, public_address="http://bekal.example"
    )
    with app.app_context():
        engine, migrations = db.engine, app.config["BEKAL_MIGRATIONS"]
    (tmp_path / "versions").mkdir()
    (tmp_path / "versions" / "0009_later.py").write_text(
        "revision = '0009'\ndown_revision = None\n\ndef upgrade(): ...\ndef downgrade(): ...\n"
    )
    (tmp_path / "secret_key").write_text("x" * 40)
    (tmp_path / "secret_key").chmod(0o644)
    (tmp_path / "files").write_text("a file where a folder should be")
    elsewhere = dataclasses.replace(settings, data_folder=tmp_path)
    found = {
        "mail": doctor.check_mail(dataclasses.replace(settings, mail=nobody)),
        "lms db upgrade": doctor.check_database(engine, tmp_path),
        "chmod 600": doctor.check_secret(elsewhere),
        "owner": doctor.check_data_folder(elsewhere),
        "fonts-noto-cjk": doctor.check_fonts([tmp_path]),
        "https": doctor.check_addresses(public),
    }
    for words, finding in found.items():
        assert finding.grade is Grade.BAD, finding
        assert words in finding.sentence
    assert doctor.check_database(engine, migrations).grade is Grade.GOOD


def test_doctor_sees_a_clock_that_runs_behind(app: Flask, session: Session) -> None:
    record(session, SYSTEM, "test.write", "row", 1, now=clock.now() + doctor.LATE)
    session.commit()
    with app.app_context():
        assert doctor.check_clock(db.engine).grade is Grade.BAD


def test_doctor_sees_that_no_worker_takes_jobs(app: Flask, session: Session) -> None:
    enqueue(session, "count", {}, requested_by=SYSTEM, now=clock.now() - doctor.LATE * 2)
    session.commit()
    with app.app_context():
        found = doctor.check_worker(db.engine)
    assert found.grade is Grade.WARNING
    assert "lms worker" in found.sentence


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite database, to be copied."""
    folder = tmp_path_factory.mktemp("migrated")
    environment = {"PATH": os.environ["PATH"], "BEKAL_DATA_FOLDER": str(folder)}
    subprocess.run([*LMS, "db", "upgrade"], env=environment, check=True, capture_output=True)
    return folder / "bekal.db"


@pytest.fixture
def installation(tmp_path: Path, migrated: Path) -> dict[str, str]:
    """The environment of a small installation of its own, with a migrated database."""
    shutil.copy(migrated, tmp_path / "bekal.db")
    return {
        "PATH": os.environ["PATH"],
        "BEKAL_DATA_FOLDER": str(tmp_path),
        "BEKAL_SQLITE_SYNCHRONOUS": "OFF",
        "PORT": str(_free_port()),
    }


@pytest.fixture
def serving(installation: dict[str, str], tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`lms serve`, answering; killed at the end if it is still there."""
    with (tmp_path / "said").open("wb") as said:
        server = subprocess.Popen([*LMS, "serve"], env=installation, stdout=said, stderr=said)
    try:
        _wait_for(lambda: b"answers at" in (tmp_path / "said").read_bytes(), server)
        yield server
    finally:
        if server.poll() is None:
            server.kill()
            server.wait()


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_serve_answers_and_ends_with_both_processes(
    serving: subprocess.Popen[bytes], installation: dict[str, str], told: signal.Signals
) -> None:
    address = f"http://127.0.0.1:{installation['PORT']}/healthz"
    with urllib.request.urlopen(address, timeout=10) as answer:
        assert answer.status == 200
    children = _children(serving.pid)
    assert len(children) == 2
    serving.send_signal(told)
    assert serving.wait(60) == 0
    assert [pid for pid in children if _is_alive(pid)] == []


def test_serve_starts_a_dead_worker_anew_and_is_killed_without_leaving_anything_running(
    serving: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    def workers() -> list[int]:
        return [pid for pid in _children(serving.pid) if "gunicorn" not in _command(pid)]

    (worker,) = workers()
    (web,) = set(_children(serving.pid)) - {worker}
    os.kill(worker, signal.SIGKILL)
    _wait_for(lambda: workers() not in ([], [worker]), serving)
    assert _is_alive(web)
    assert b"The worker process ended by itself (code -9)" in (tmp_path / "said").read_bytes()
    children = _children(serving.pid)
    assert web in children
    serving.kill()
    serving.wait()
    _wait_for(lambda: not any(map(_is_alive, children)))


def test_process_that_keeps_ending_is_given_up() -> None:
    pauses = [pause_before_restart([0.0] * ends, now=1.0) for ends in range(1, len(PAUSES) + 2)]
    assert pauses == [*PAUSES, None]
    assert pause_before_restart([0.0, 1.0, 2.0, 300.0], now=300.0) == PAUSES[0]


def test_serve_says_that_its_port_is_taken(installation: dict[str, str]) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = str(listener.getsockname()[1])
        ended = subprocess.run(
            [*LMS, "serve", "--port", port], env=installation, capture_output=True, text=True
        )
    assert ended.returncode == 1
    assert ended.stderr.strip().splitlines()[-1].startswith(f"lms: Port {port} of 127.0.0.1")
    assert "Traceback" not in ended.stderr


def test_serve_asks_for_a_migrated_database(tmp_path: Path) -> None:
    ended = subprocess.run(
        [*LMS, "serve"],
        env={"PATH": os.environ["PATH"], "BEKAL_DATA_FOLDER": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 1
    assert ended.stderr.strip() == "Error: The database is empty. Run: lms db upgrade"


def test_worker_refuses_a_database_of_another_migration(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "versions").mkdir()
    (tmp_path / "versions" / "0009_later.py").write_text(
        "revision = '0009'\ndown_revision = None\n\ndef upgrade(): ...\ndef downgrade(): ...\n"
    )
    monkeypatch.setitem(app.config, "BEKAL_MIGRATIONS", tmp_path)
    with app.app_context(), pytest.raises(click.ClickException, match="Run: lms db upgrade"):
        wait_for_database(lambda: False)


def test_web_process_seals_and_delivers_nothing(app: Flask, session: Session, outbox: Path) -> None:
    """Only the worker does: a request leaves audit rows unsealed and mail waiting."""
    record(session, SYSTEM, "test.write", "row", 1, now=clock.now())
    queue_mail(
        session,
        template="people/mail/invitation",
        language="en",
        address="ann@example.org",
        person_id=None,
        facts={"member": "Palau", "path": "/x"},
        now=clock.now(),
    )
    session.commit()
    assert app.test_client().get("/").status_code == 200
    assert session.execute(select(AuditEntry.position)).scalar_one() is None
    assert session.execute(select(OutboxMessage.attempts)).scalar_one() == 0
    assert list(outbox.iterdir()) == []


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _children(pid: int) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            fields = _stat(int(entry.name))
            if fields and int(fields[1]) == pid:
                found.append(int(entry.name))
    return found


def _stat(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return []


def _is_alive(pid: int) -> bool:
    fields = _stat(pid)
    return bool(fields) and fields[0] != "Z"


def _command(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_text()


def _wait_for(is_so: Callable[[], bool], server: subprocess.Popen[bytes] | None = None) -> None:
    until = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < until
        assert server is None or server.poll() is None, "The server ended."
        time.sleep(0.1)
