"""The room's forms, one file a noun."""
