"""What the files of a course hold, as frozen values. Field order is the canonical order."""
