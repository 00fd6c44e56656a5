"""Carrying out what findings offer to do."""
