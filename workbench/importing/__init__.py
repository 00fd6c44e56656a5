"""`workbench import`: notebooks and scripts that people have already become notebooks of the project, with tags."""
