"""A new or changed file under `sources/` starts the harvest, once for each content."""

from platform_core.observability.sensors import file_sensor

# Off until somebody switches it on in Dagster, or writes running=True here
files_arrived = file_sensor(name="files_arrived", job="harvest", resource="arrivals", pattern="*.csv")
