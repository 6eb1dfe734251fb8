"""The room's queries, one file a noun: attempts, plays, writings."""
