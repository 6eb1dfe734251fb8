"""Reports: read-only tables across rooms, for three audiences, and the protection of small counts.

Owns `report_release` (ready-made tables, frozen when they are made) and `report_file`
(exports a job wrote). Reads enrolments, evidence, attempts and certificates in aggregate
through Reach.COUNTING. Calls certificates, assessments, progress, enrolments, courses,
people, access and core.
"""
