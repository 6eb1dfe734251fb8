"""Tables that leave the system: one value, and a renderer for each form.

A report is a `Table`: typed columns, rows, and what a reader must know: title, what a
row and a number mean, the filters taken, as of when, and for which audience it was
made. Every output says all of it. Knows no room; suppression is done before.
"""
