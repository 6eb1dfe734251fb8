"""What authoring decides without a database."""
