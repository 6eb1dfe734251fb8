"""Guides: series, guides, their editions by year and language, and public sources.

Owns the registry of what courses cite: titles, years and names of sections, never text.
Knows nothing of courses.
"""
