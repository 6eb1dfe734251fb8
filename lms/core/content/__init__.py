"""Files that people write by hand and the product reads: guides, courses, paths.

Owns reading YAML with the line of every value, the value types of text, turning
what pydantic refuses into sentences with file, line and field, and writing YAML
in one canonical form. Knows no room: guides and courses say what their files hold.
"""
