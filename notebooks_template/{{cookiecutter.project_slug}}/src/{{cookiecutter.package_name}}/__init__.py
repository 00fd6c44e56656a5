"""The code location of the project: assets promoted from its notebooks."""
