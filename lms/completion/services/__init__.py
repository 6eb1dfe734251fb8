"""Crediting evidence, what follows a completion, corrections: one file a subject."""
