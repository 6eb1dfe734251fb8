"""Cross-checks of a course, one file to a noun. Each adds to the problems; none raises."""
