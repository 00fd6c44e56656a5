"""All-or-nothing writing, made good after a kill."""
