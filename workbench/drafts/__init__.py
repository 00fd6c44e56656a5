"""Drafts: steps that are tagged and not promoted yet, as assets with the keys that promotion will give them."""
