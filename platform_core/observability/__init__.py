"""Watching the platform and what arrives at it."""
