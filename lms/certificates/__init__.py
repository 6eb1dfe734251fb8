"""Certificates: issued on completion, frozen, rendered by the worker, checked by anybody.

Owns `certificate`, its steps, the requests for a corrected one and the signatory. A row
holds a snapshot of names and affiliation as they were; it never follows the person.
Calls enrolments, courses, notices, people, access and core.
"""
