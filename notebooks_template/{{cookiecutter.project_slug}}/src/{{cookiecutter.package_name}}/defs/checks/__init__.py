"""Checks written by hand, of what no single notebook sees. The checks of a step stand in its notebook."""
