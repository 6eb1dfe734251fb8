"""Progress: append-only facts of what was done, and the rule that says what is missing.

Owns `evidence`. Only `completion.credit` writes it (import contract). A correction is a
new row with a reason. Calls enrolments, courses, people, access and core.
"""
