"""Guides: series, guides, their editions by year and language, and public sources.

Owns the registry of what courses cite, and guides read in here: the file's tree while it is
corrected, editions, sections with their texts, which are kept to compare editions. Knows
nothing of courses. Calls people and core.
"""
