"""Reading notebooks and percent scripts into values, and the small edits that go back into their files."""
