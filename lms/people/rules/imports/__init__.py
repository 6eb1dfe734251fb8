"""What an import of people may be: columns, cells, rows, changes, states. Pure.

columns finds the row of column names; cells reads one cell; rows checks one row against
what the importer may do; changes compares it with the person who is there; states is the
one table of what may become of a run. The export of people (the people's list) writes the
columns in the order of `columns.FIELDS`, so that what is exported can be imported again.
"""
