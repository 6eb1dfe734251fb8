"""What every room stands on: database base, Actor, clock, errors, outbox, audit, jobs, storage.

Knows no room and nothing of the trade. `request.py` and `extensions.py` are the
only files here that know Flask, for the views of the rooms above.
"""
