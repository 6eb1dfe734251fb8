"""A clock that jumps: nobody is kept out, no job waits for a day that has not come."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import create_engine, text

from script.measures import growth, product, storms
from script.measures.fault_rows import fault_row
from script.measures.frame import Row
from script.measures.writers import Writers

HOUR = 3600
JUMPS = {"+2 h": 2 * HOUR, "−2 h": -2 * HOUR, "+400 d": 400 * 24 * HOUR, "right again": 0}
"""Offsets in seconds from the right time, in turn."""
FOLLOWING = """
import datetime, os, pathlib, threading, time
import time_machine

travelling, offset = None, 0

def follow():
    global travelling, offset
    while True:
        wanted = int(pathlib.Path(os.environ["MEASURED_CLOCK"]).read_text() or offset)
        if wanted != offset:
            if travelling:
                travelling.stop()
            there = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=wanted)
            travelling, offset = time_machine.travel(there, tick=True), wanted
            travelling.start()
        time.sleep(0.1)

def begin():
    threading.Thread(target=follow, daemon=True).start()

begin()
os.register_at_fork(after_in_child=begin)
"""
"""What each process runs first: its clock follows a file, its stop watch does not."""


def clock_jumps() -> Iterator[Row]:
    """The clock goes forward 2 h, back 2 h, forward 400 days, and is set right again."""
    for engine in product.ENGINES:
        with product.installed(engine) as installation:
            offset = installation.folder / "clock"
            offset.write_text("0")
            (installation.folder / "sitecustomize.py").write_text(FOLLOWING)
            path = [str(installation.folder), os.environ.get("PYTHONPATH", "")]
            installation.environment.update(
                {
                    "MEASURED_CLOCK": str(offset),
                    "PYTHONPATH": os.pathsep.join(filter(None, path)),
                }
            )
            with installation.serving():
                yield jumping_row(installation, offset)


def jumping_row(installation: product.Product, offset: Path) -> Row:
    """Work on after every jump: who must sign in anew, what is refused, when jobs are done."""
    writers = Writers(installation)
    works = writers.save_profile() and writers.upload()
    writers.seconds_until_read()
    signed_out, waits = [], []
    doctor = ""
    for jump, seconds in JUMPS.items():
        offset.write_text(str(seconds))
        time.sleep(1)
        if not writers.save_profile():
            signed_out.append(jump)
            writers.sign_in()
            works = writers.save_profile() and works
        works = writers.upload() and works
        waits.append(writers.seconds_until_read())
        if jump == "+400 d":
            strangers_try(installation)
        if not seconds:
            doctor = installation.said_by_doctor("clock", seconds=120)
    writers.sign_in()
    lost, ahead = writers.lost(), ahead_of_time(installation)
    installation.lms("audit", "verify")  # ends with an error if the chain is broken
    return fault_row(
        f"clock jumps: {', '.join(JUMPS)}",
        installation.engine,
        meanwhile=(
            f"{len(writers.acknowledged)} profiles saved, {writers.uploaded} files uploaded and "
            "read by the worker, strangers at an account"
        ),
        lost="nothing" if not lost else f"{lost} acknowledged writes",
        seen=(
            f"sign in once more after {' and '.join(signed_out) or 'none'}, with what was typed "
            f"kept; the owner of the account gets in; {ahead} jobs wait for a later day; "
            f"the audit's chain holds; lms doctor: “{doctor}”"
        ),
        well_after=max(waits),
        is_held=works and not lost and not ahead,
    )


def strangers_try(installation: product.Product) -> None:
    """Use up the tries that strangers have on the learner's account, and a few more."""
    door = storms.Door(installation)
    for number in range(storms.STRANGERS_TRIES + 2):
        door.knock(growth.LEARNER, storms.WRONG, number)


def ahead_of_time(installation: product.Product) -> int:
    """How many jobs wait for more than a day; there are none that may."""
    database = create_engine(installation.environment["BEKAL_DATABASE_URL"])
    with database.connect() as connection:
        moments = connection.execute(
            text("SELECT run_after FROM job WHERE state IN ('waiting', 'running')")
        ).scalars()
        latest = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(time.time() + 86_400))
        found = sum(str(moment) > latest for moment in moments)
    database.dispose()
    return found
