"""Imports of people: begun and decided (runs), read, written, undone, forgotten."""
