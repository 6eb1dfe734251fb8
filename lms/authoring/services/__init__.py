"""The room's services, one file a noun."""
