"""Authoring: from a practitioner guide to a published course, in the browser.

Stands so far: reading questions of other systems (`rules/questions`), which needs nothing
but a file's text. Will own drafts, their history and reviews. Calls courses, guides,
people and core.
"""
