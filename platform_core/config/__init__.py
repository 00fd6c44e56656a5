"""The project and its configuration: `config/base.yaml` under the file of the environment.

The values are read as YAML 1.2 core types, so a date stays the text written, `no` stays text and `010` is ten. A
mistake is shown with its file and line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_core.lazy import loader

if TYPE_CHECKING:
    from platform_core.config.load import load_config
    from platform_core.config.models import JobConfig, ProjectConfig, ScheduleConfig
    from platform_core.config.project import find_project

__all__ = ["JobConfig", "ProjectConfig", "ScheduleConfig", "find_project", "load_config"]

_PLACES = {
    "load_config": "load",
    "find_project": "project",
    "JobConfig": "models",
    "ProjectConfig": "models",
    "ScheduleConfig": "models",
}

# `promote` reads YAML without the models and what they bring
__getattr__ = loader(__name__, _PLACES)
