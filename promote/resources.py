"""The classes of the resources that steps use, by the `type:` in the project's YAML, for the type hints of modules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from platform_core.hints import StrPath
from promote.model import Plan


def resource_classes(root: StrPath, plans: Iterable[Plan]) -> Mapping[str, str]:
    """Give the class of every resource that the plans use and `config/*.yaml` declares.

    The file of an environment may declare a resource that `base.yaml` does not; the class is the same everywhere.
    Nothing is read where no plan uses a resource.

    Raises:
        UserError: A file is not the YAML that configuration is written in.
    """
    wanted = {r.name for plan in plans for r in plan.function.resources}
    if not wanted:
        return {}
    from pathlib import Path  # noqa: PLC0415 - most steps use no resource

    from platform_core.config.yaml12 import read_yaml  # noqa: PLC0415 - as above
    from platform_core.resource_types import RESOURCE_TYPES  # noqa: PLC0415 - as above

    found: dict[str, str] = {}
    for path in sorted(Path(root, "config").glob("*.yaml")):
        content = read_yaml(path.read_text(encoding="utf-8"), f"config/{path.name}").value
        declared = content.get("resources") if isinstance(content, dict) else None
        for name, given in (declared or {}).items() if isinstance(declared, dict) else ():
            kind = given.get("type") if isinstance(given, dict) else None
            if name in wanted and kind in RESOURCE_TYPES:
                found[name] = RESOURCE_TYPES[kind].partition(":")[2]
    return found
