"""Bekal, the training platform of a regional body. Rooms and their order: docs/architecture.md."""
