"""Periods, measures, and the protection of small counts. Pure."""
