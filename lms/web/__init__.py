"""The wiring: app parts, one transaction a request, the guard, error pages, menu, CLI root.

The only room that knows all others. Owns no table.
"""
