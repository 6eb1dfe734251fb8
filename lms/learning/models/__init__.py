"""Tables of the room, one file a noun. Importing this package registers them all."""
