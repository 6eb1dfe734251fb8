"""From Markdown to safe HTML, once, when an edition is published.

`page.py` gives a page as blocks; frames of call-outs, with their words in the reader's
language, are drawn by `templates/macros/lesson.html`. `text.py` gives the HTML inside
them, cleaned by nh3 whatever the parser made of it.
"""
