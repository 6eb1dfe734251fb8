"""Commands that belong to no room: serve, worker, doctor, the audit, the access matrix."""
