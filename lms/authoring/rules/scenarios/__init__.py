"""Changing a scenario as a trainer does, step by step, on files that may be unfinished. Pure."""
