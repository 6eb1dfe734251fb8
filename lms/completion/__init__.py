"""Completion: the one door from evidence to complete, whoever brings the evidence.

Owns no table. Lesson done, quiz passed, essay marked and attendance taken all end in
`services.credit`. Calls progress, enrolments, courses, notices, people and core.
"""
