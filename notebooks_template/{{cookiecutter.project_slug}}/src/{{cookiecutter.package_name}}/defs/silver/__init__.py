"""Data cleaned, typed and checked."""
