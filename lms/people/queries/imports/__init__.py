"""Reading imports: runs, their rows and problems, and what rows are checked against."""
