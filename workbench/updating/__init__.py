"""`workbench update`: a later template comes into a living project, and every edit of the team stays."""
