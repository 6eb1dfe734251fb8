"""Notices: what a person is told. Category, choice, language, digest, in-page list.

Owns `notice` and `notice_choice`. Rooms above call `services.tell`; the worker picks
mail, digest or page only and renders in the person's language. Calls people and core.
"""
