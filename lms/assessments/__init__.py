"""Assessments: attempts at quizzes with answers as given, plays of scenarios, what is written.

Owns `attempt`, `answer`, `play`, `writing`, and what people mark: `marking`, `writing_version`,
`marking_decision`. Marking happens here, on the server, and
nowhere else; limits, timers and seats hold by row locks and constraints. Calls
enrolments, courses, access and core. Each layer is a folder split by noun.
"""
