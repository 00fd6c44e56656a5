"""Promoted assets: a module under this package is registered by being there."""
