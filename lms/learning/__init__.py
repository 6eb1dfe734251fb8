"""Learning: the learner's pages of a course.

Owns questions on lessons, reported problems and what trainers write to a group. Reads
editions, enrolments and evidence; what is done goes through
`completion.credit`. Calls completion and all rooms below it.
"""
