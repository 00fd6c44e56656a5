"""Runs the tutorial as it is written: `python -m scripts.tutorial`, or `make tutorial`."""
