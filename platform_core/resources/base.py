"""What every resource has in common: a name, values from the environment read when used, and a silent repr."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import dagster as dg
from pydantic import Field

from platform_core.errors import UserError


class PlatformResource(dg.ConfigurableResource[Any]):
    """A resource that works the same under Dagster and by hand.

    Args:
        name: What the project calls it; recordings stand in a folder of that name.
    """

    name: str = Field(default="", pattern=r"^[A-Za-z0-9_]*$")

    @classmethod
    def at_project(cls, fields: Mapping[str, Any], project: Path) -> dict[str, Any]:
        """Give the fields of the YAML as this type takes them, with paths relative to the project made absolute."""
        return dict(fields)

    def text(self, field: str) -> str:
        """Give a text field's value, read from the environment where it is an `EnvVar`.

        Raises:
            UserError: The environment variable is not set. Its name is shown, never a value.
        """
        value = getattr(self, field)
        if not isinstance(value, dg.EnvVar):
            return str(value)
        found = value.get_value()
        if found is None:
            raise UserError(
                f"The environment variable {value.env_var_name} is not set.",
                hint=f"{type(self).__name__} reads its {field} there: set it before the notebook or the run starts.",
            )
        return found

    def __repr_args__(self) -> Iterable[tuple[str | None, Any]]:
        """Show the name alone: under Dagster any other field may hold a secret."""
        yield "name", self.name
