"""The room's rules, one file a noun: attempts, plays, writings."""
