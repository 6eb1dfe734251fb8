"""Invented people to look around with: who they are, loading them, saying who they are.

Their one password is published, so nothing here works in production or on an address
that others can reach (`Settings.is_demonstration_allowed`). Owns no table; people are
made by the services of `people`, as an import makes them.
"""
