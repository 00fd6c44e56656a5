"""The resources of a project's YAML, by `type:`."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dagster as dg

from platform_core.config import ProjectConfig
from platform_core.errors import UserError
from platform_core.fields import FieldError
from platform_core.resource_types import RESOURCE_TYPES
from platform_core.resources.base import REFERENCES
from platform_core.suggest import did_you_mean

if TYPE_CHECKING:
    from platform_core.resources.base import PlatformResource

_OWN = "Write PACKAGE.MODULE:CLASS, where the class is one of platform_core.resources or made from one."


def build_resources(config: ProjectConfig) -> dict[str, PlatformResource]:
    r"""Give the project's resources by name. A value `{env: NAME}` is read from the environment when it is used.

    Raises:
        UserError: A type or key is not known, or a value has the wrong type: with file and line.

    >>> import tempfile
    >>> from platform_core.config import load_config
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     (Path(folder) / "config").mkdir()
    ...     text = "resources: {inbox: {type: files, root: sources}}\n"
    ...     _ = (Path(folder) / "config/base.yaml").write_text(text)
    ...     build_resources(load_config(folder))
    {'inbox': FilesResource(name='inbox')}
    """
    return {name: _build(config, name) for name in config.resources}


def resource_class_of(kind: str, project: Path) -> type[PlatformResource]:
    """Give the class of a resource's type: one of the platform's, or `PACKAGE.MODULE:CLASS` of the project's own.

    Args:
        kind: The type, as the YAML writes it.
        project: The project's folder, whose `src` holds the modules of its own types.

    Raises:
        UserError: The type is not known, or its module or class is not there.
    """
    if ":" not in kind and kind not in RESOURCE_TYPES:
        raise UserError("which is not known.", hint=did_you_mean(kind, RESOURCE_TYPES))
    module, _, attribute = RESOURCE_TYPES.get(kind, kind).partition(":")
    source = str(project / "src")
    if ":" in kind and source not in sys.path:
        sys.path.append(source)  # a notebook's kernel may not have the project installed
    try:
        found = getattr(import_module(module), attribute)
    except ImportError as error:
        if kind in RESOURCE_TYPES:
            raise  # an extra is not installed, which the resource's own words say
        raise UserError(f"which cannot be imported: {error}.", hint=_OWN) from error
    except (AttributeError, ValueError) as error:
        raise UserError("which is not there.", hint=_OWN) from error
    from platform_core.resources.base import PlatformResource  # noqa: PLC0415 - the module is imported by now

    if not (isinstance(found, type) and issubclass(found, PlatformResource)):
        raise UserError("which is no resource of the platform.", hint=_OWN)
    return found


def _build(config: ProjectConfig, name: str) -> PlatformResource:
    declared = config.resources[name]
    try:
        resource_class = resource_class_of(declared.type, config.project)
    except UserError as error:
        message = f"The resource {name!r} has the type {declared.type!r}, {error.message}"
        raise UserError(message, hint=error.hint, location=config.place("resources", name, "type")) from error
    known = set(resource_class.model_fields) - {"name"}
    for key in declared.fields:
        if key not in known:
            raise UserError(
                f"The resource {name!r} of type {declared.type!r} has no key {key!r}.",
                hint=did_you_mean(key, known),
                location=config.place("resources", name, key),
            )
    missing = [
        key for key in sorted(known) if resource_class.model_fields[key].is_required() and key not in declared.fields
    ]
    if missing:
        raise UserError(
            f"The resource {name!r} of type {declared.type!r} needs the key {missing[0]!r}.",
            location=config.place("resources", name),
        )
    for key in resource_class.secrets:
        _refuse_plain(declared.fields.get(key), key, name, config)
    fields = {
        key: _value(
            value,
            f"resources.{name}.{key}",
            config.place("resources", name, key),
            number=resource_class.model_fields[key].annotation is int,
        )
        for key, value in declared.fields.items()
    }
    for key, value in fields.items():
        if isinstance(value, bool) and resource_class.model_fields[key].annotation in {int, float}:
            place = config.place("resources", name, key)
            raise UserError(f"resources.{name}.{key}: this should be a number, no truth.", location=place)
    try:
        return resource_class(**resource_class.at_project(fields, config.project), name=name)
    except FieldError as error:
        raise UserError(
            f"resources.{name}.{error.field}: this {error.said}.",
            location=config.place("resources", name, *error.field.split(".")),
        ) from None


def _refuse_plain(value: Any, key: str, name: str, config: ProjectConfig) -> None:
    """Refuse a secret that stands in the YAML itself, which is kept in git. Its value is not shown."""
    if not value or isinstance(value, dict) or str(value).startswith(REFERENCES):
        return
    raise UserError(
        f"The {key} of the resource {name!r} stands in the YAML, where everyone who has the project reads it.",
        hint=f"Write {key}: {{env: NAME}}, or {key}: secretsmanager:NAME.",
        location=config.place("resources", name, key),
    )


def _value(value: Any, shown: str, place: str, *, number: bool) -> Any:
    if not (isinstance(value, dict) and "env" in value):
        return value
    variable = value["env"]
    if len(value) > 1 or not isinstance(variable, str) or not variable.isidentifier():
        raise UserError(f"{shown} must name one environment variable: {{env: NAME}}.", location=place)
    return dg.EnvVar.int(variable) if number else dg.EnvVar(variable)
