"""How a project's platform is: what `workbench health` and `workbench metrics` show of it."""
