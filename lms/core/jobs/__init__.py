"""Jobs: rows in the same database and transaction as the change that asked for them.

Owns `job`. Design of Oban, River and Solid Queue: a lease with a heartbeat on its
own connection, attempts, SKIP LOCKED on PostgreSQL and UPDATE … RETURNING on
SQLite. Every handler works in chunks, each its own transaction that also moves
the job's cursor, so a kill at any moment repeats no chunk and loses none.
Rooms declare handlers by name in their `jobs.py`; `web` hands them to the worker.
"""
