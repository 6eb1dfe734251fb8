"""Documents on paper: the one door to WeasyPrint, for the worker alone.

A document is a template of `templates/`, in the words of one language, made into a tagged
PDF (PDF/UA-1) whose bytes depend on nothing but what is written in it. `making` is the
door; `press` is the only module that imports WeasyPrint and is loaded at the first
document, so that a web process, which makes none, never holds it. `signing` puts the
secretariat's signature under a finished file.
"""
