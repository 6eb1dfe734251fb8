"""The room's queries, one file a noun."""
