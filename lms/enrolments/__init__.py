"""Enrolments: who is on which edition of which course, why, until when.

Owns `enrolment`. A row keeps the member and agency the person belonged to when it was
made; it never follows them. Calls courses, people, access and core.
"""
