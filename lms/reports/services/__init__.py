"""Making and publishing releases, asking for files."""
