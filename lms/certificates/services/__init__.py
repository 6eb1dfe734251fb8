"""Issuing, deciding, what holders do with their own, and who signs: one file a subject."""
