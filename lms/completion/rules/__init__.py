"""What the room decides: columns rebuilt from facts, and moving to another edition. Pure."""
