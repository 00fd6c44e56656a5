"""Governance of the data: what is personal in it, how it is hidden, and what the project's policies say of it."""
