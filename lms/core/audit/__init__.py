"""The audit: one row for each change of state, in the same transaction, sealed afterwards.

Owns `audit_entry` and `audit_link`. Rows hold ids and field names, never a
person's name or any personal value. The worker seals rows into a hash chain;
`lms audit verify` proves it. Erasing a person empties salt and link of their
rows and leaves the digests, so the chain still proves.
"""
