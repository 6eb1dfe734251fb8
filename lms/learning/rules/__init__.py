"""Pure rules of the room, one file a noun."""
