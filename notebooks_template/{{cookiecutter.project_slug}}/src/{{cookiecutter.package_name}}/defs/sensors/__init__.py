"""Sensors: what starts jobs, such as a file that arrives. One may also stand in `config/*.yaml`."""
