"""Writing enrolments: taking and leaving, assigning, days due, completing, paths."""
