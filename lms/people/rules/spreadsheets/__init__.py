"""Reading the tables people bring: CSV in whatever encoding, and XLSX.

Pure: bytes in, rows of text out, or BadInputError with one sentence. `reading.read_table`
is the way in. Hostile and broken files of every kind end there too (SECURITY 6, 7, 24, 25).
"""
