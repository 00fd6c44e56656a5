"""Jobs: which assets are made together, and how often a step that fails is tried again."""
