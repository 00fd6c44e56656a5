"""Schedules: when jobs run. One may also stand in `config/*.yaml`."""
