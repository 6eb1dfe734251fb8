"""Readers of guides: the bytes of a file → sections with title, level, page and text.

They run in a process of their own (`python -m lms.guides.readers`), under limits of memory
and time, so that no file can take the worker down; `child.read_file` starts it. Nothing
here knows a database.
"""
