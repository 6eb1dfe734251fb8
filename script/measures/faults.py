"""What must hold when a process is killed, a disk is full or a client is slow: the registry.

Each measure lives in the file of its subject, runs the product as people run it, and yields
rows of `fault_rows.COLUMNS`.
"""

import sys

from script.measures import (
    bad_jobs,
    clients,
    clocks,
    disk,
    existence,
    importers,
    killed_certificates,
    killed_counting,
    killed_imports,
    killed_migrations,
    killed_submits,
    lost_database,
    lost_storage,
    mail,
    restoring,
    storms,
    two_tabs,
    uploads,
)
from script.measures.fault_rows import COLUMNS
from script.measures.frame import Table

FAULTS = "table"
"""The group whose rows make the table of docs/faults.md, in this order."""
LONG = "long"
"""Measures of one room's promises, with data too large for the table's time."""

TABLE = Table(COLUMNS)
TABLE.add(killed_submits.web_killed_in_submits, seconds=900, group=FAULTS)
TABLE.add(killed_submits.database_killed_in_submits, seconds=900, group=FAULTS)
TABLE.add(lost_database.database_slow_silent_lost, seconds=900, group=FAULTS)
TABLE.add(killed_migrations.migration_killed, seconds=900, group=FAULTS)
TABLE.add(bad_jobs.poisoned_jobs, seconds=600, group=FAULTS)
TABLE.add(bad_jobs.frozen_worker, seconds=300, group=FAULTS)
TABLE.add(two_tabs.two_tabs, seconds=300, group=FAULTS)
TABLE.add(uploads.slow_upload, seconds=240, group=FAULTS)
TABLE.add(clients.slow_senders, seconds=240, group=FAULTS)
TABLE.add(clients.slow_readers, seconds=300, group=FAULTS)
TABLE.add(clients.large_upload, seconds=180, group=FAULTS)
TABLE.add(storms.sign_in_storm, seconds=600, group=FAULTS)
TABLE.add(disk.disk_full, seconds=600, group=FAULTS)
TABLE.add(disk.disk_read_only, seconds=400, group=FAULTS)
TABLE.add(disk.fsync_error, seconds=400, group=FAULTS)
TABLE.add(clocks.clock_jumps, seconds=900, group=FAULTS)
TABLE.add(mail.mail_server_lost, seconds=600, group=FAULTS)
TABLE.add(lost_storage.storage_lost, seconds=400, group=FAULTS)
TABLE.add(restoring.restore_under_load, seconds=900, group=FAULTS)

TABLE.add(killed_counting.killed_worker, seconds=300, group=LONG)
TABLE.add(killed_imports.worker_killed_in_import, seconds=900, group=LONG)
TABLE.add(killed_certificates.worker_killed_in_certificates, seconds=1800, group=LONG)
TABLE.add(existence.existence_time, seconds=240, group=LONG)
TABLE.add(importers.importers, seconds=3600, group=LONG)
TABLE.add(restoring.move_to_postgresql, seconds=3600, group=LONG)

if __name__ == "__main__":
    sys.exit(TABLE.main(sys.argv[1:]))
