"""Data as it was published, with where it came from."""
