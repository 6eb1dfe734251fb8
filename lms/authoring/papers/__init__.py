"""Papers of a course: the facilitator's guide and the participant's workbook.

`workbook.py` and `guide.py` say what stands in them as a row of `parts.py`; `as_pdf.py` and
`as_docx.py` print the same parts. Pure but for the fonts of the machine; printed by jobs alone.
"""
