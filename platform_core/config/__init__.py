"""The project and its configuration: `config/base.yaml` under the file of the environment.

The values are read as YAML 1.2 core types, so a date stays the text written, `no` stays text and `010` is ten. A
mistake is shown with its file and line.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from platform_core.config.load import load_config
    from platform_core.config.models import JobConfig, ProjectConfig, ScheduleConfig
    from platform_core.config.project import find_project

__all__ = ["JobConfig", "ProjectConfig", "ScheduleConfig", "find_project", "load_config"]

_MODULES = {"load_config": "load", "find_project": "project"}


def __getattr__(name: str) -> Any:
    """Import a part when it is asked for: `promote` reads YAML without the models and what they bring."""
    if name in __all__:
        return getattr(import_module(f"platform_core.config.{_MODULES.get(name, 'models')}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
