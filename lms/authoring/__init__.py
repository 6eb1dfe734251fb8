"""Authoring: from a practitioner guide to a published course, in the browser.

Owns drafts (the folder of a course as rows, with versions, contributors and comments), the
bank and the exchange formats of questions, the editors, translations, papers, reviews and
the work lists of guides. A draft becomes an edition through `courses`; who is on an older
one is moved by `completion`. Calls learning, completion, courses, guides, notices, people,
access and core.
"""
