"""Adding a resource to a project's configuration: one line, and every other byte of the file stays."""

from __future__ import annotations

import json
import re

import yaml

from platform_core.config.yaml12 import read_yaml
from platform_core.errors import UserError

_PLAIN = re.compile(r"[A-Za-z_][\w./-]*", re.ASCII)
_NAME = "config/base.yaml"


def declared_in(text: str, name: str) -> dict[str, object]:
    r"""Give the resources that a file of the configuration declares.

    Raises:
        UserError: It is not the YAML that configuration is written in.

    >>> declared_in("resources:\n  odp: {type: files, root: a}", "base.yaml")
    {'odp': {'type': 'files', 'root': 'a'}}
    """
    content = read_yaml(text, name).value
    found = content.get("resources") if isinstance(content, dict) else None
    return found if isinstance(found, dict) else {}


def with_resource(text: str, name: str, folder: str) -> str | None:
    r"""Give the text of a configuration with one more resource of files; None where it cannot be put in plainly.

    >>> print(with_resource("resources:\n  odp: {type: files, root: a}", "data", "notebooks/data"))
    resources:
      data: {type: files, root: notebooks/data}
      odp: {type: files, root: a}
    """
    ending = "\r\n" if "\r\n" in text else "\n"
    line = f"{name}: {{type: files, root: {folder if _PLAIN.fullmatch(folder) else json.dumps(folder)}}}"
    made = _with_line(text, line, ending)
    if made is None:
        return None
    before = read_yaml(text, _NAME).value or {}
    try:
        after = read_yaml(made, _NAME).value
    except UserError:  # written in a way that this does not know
        return None
    wanted = {**before, "resources": {**(before.get("resources") or {}), name: {"type": "files", "root": folder}}}
    return made if after == wanted else None


def _with_line(text: str, line: str, ending: str) -> str | None:
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    if root is not None and (not isinstance(root, yaml.MappingNode) or root.flow_style):
        return None
    pairs = root.value if root is not None else []
    found = next(((key, value) for key, value in pairs if key.value == "resources"), None)
    if found is None:
        between = "" if not text or text.endswith("\n") else ending
        return f"{text}{between}{ending if text else ''}resources:{ending}  {line}{ending}"
    key, value = found
    if isinstance(value, yaml.MappingNode) and value.flow_style:
        at = value.start_mark.index + 1
        return f"{text[:at]}{line}{', ' if value.value else ''}{text[at:]}"
    nothing = isinstance(value, yaml.ScalarNode) and not value.value
    if not nothing and not (isinstance(value, yaml.MappingNode) and value.value):
        return None
    indent = "  " if nothing else " " * value.value[0][0].start_mark.column
    lines = text.split("\n")
    at = key.start_mark.line + 1
    if at == len(lines):
        return f"{text}{ending}{indent}{line}{ending}"
    return "\n".join([*lines[:at], f"{indent}{line}{ending[:-1]}", *lines[at:]])
