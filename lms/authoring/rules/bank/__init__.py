"""The question bank of a draft: its files as items, changes of one item, what is imported. Pure."""
