"""Data that answers a question."""
