"""Courses: the format authors write, the check, the renderer, the edition as one value.

Owns the folder format (`values`, `folder`), its check (`check`), the safe rendering of
Markdown (`render`), canonical writing (`writing`) and what a learner may see of a quiz
(`faces`). Calls guides for citations. No database and no Flask in any of these.
"""
