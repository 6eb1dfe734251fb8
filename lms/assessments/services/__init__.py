"""The room's services, one file a noun: attempts, markings, plays, writings."""
