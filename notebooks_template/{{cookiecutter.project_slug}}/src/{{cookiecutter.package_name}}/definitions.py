"""What Dagster loads: every asset under `defs`, with the resources of `config`."""

from workbench.definitions import load_definitions

defs = load_definitions(__file__)
