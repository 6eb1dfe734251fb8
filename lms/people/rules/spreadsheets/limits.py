"""How large a table may be."""

from __future__ import annotations

LARGEST_FILE = 20 * 1024 * 1024
"""Bytes of the file as it was sent."""

MOST_ROWS = 50_000
"""Rows with anything in them, the row of column names included."""

MOST_COLUMNS = 200
"""Columns of any row; what lies beyond is a mistake of the program that wrote the file."""

MOST_LINES = 1_200_000
"""Rows counted with the empty ones: a little more than a sheet can have."""

LONGEST_CELL = 4_000
"""Characters of a cell that are kept; longer ones are cut, and fail their own rule later."""
