"""The room's services, one file a noun: attempts, plays, writings."""
