"""Learning: the learner's pages of a course.

Owns no table. Reads editions, enrolments and evidence; what is done goes through
`completion.credit`. Calls completion and all rooms below it.
"""
