"""Proposals for notebooks that nobody has tagged."""
