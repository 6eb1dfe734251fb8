"""Translating the files of a course: what is translated, how far, and the bytes of it. Pure."""
