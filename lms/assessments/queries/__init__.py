"""The room's queries, one file a noun: attempts, markings, plays, writings."""
