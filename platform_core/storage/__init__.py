"""Where the data of assets is kept: object stores, DuckDB tables, Delta tables, and which asset goes where.

The lake on the disk is `platform_core.lake`. All of them answer the same calls (`Storage`), so an IO manager, a
notebook and a command read an asset alike, wherever the configuration keeps it. Nothing here needs Dagster.
"""
