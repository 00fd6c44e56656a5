"""Showing an outcome: to people, to programs, to machines that review."""
