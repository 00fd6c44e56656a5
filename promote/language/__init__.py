"""What one statement reads, binds and changes, by Python's own scopes."""
