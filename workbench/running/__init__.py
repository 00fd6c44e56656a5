"""Running notebooks: parameters checked first, one or many at once, each run kept, a failed one picked up again."""
