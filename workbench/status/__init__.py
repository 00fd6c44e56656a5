"""`workbench status`: how every notebook and step stands, at a glance, without importing Dagster."""
