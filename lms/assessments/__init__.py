"""Assessments: attempts at quizzes with answers as given, plays of scenarios, what is written.

Owns `attempt`, `answer`, `play` and `writing`. Marking happens here, on the server, and
nowhere else; limits, timers and seats hold by row locks and constraints. Calls
enrolments, courses, access and core. Each layer is a folder split by noun.
"""
