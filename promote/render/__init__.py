"""From plans to the text of modules and tests."""
