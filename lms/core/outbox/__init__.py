"""The outbox: what must leave the system, written in the transaction that decided it.

Owns `outbox_message`. The worker delivers after commit, retries with growing
pauses and parks what keeps failing, so a lost mail server loses nothing.
"""
