"""Loading the policies of a project, validated by Pydantic, with errors that name file, line and the likely word."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, get_args

from pydantic import TypeAdapter, ValidationError

from platform_core.config.problems import in_order, problem
from platform_core.errors import UserError, together
from platform_core.governance.policies.model import Policies, Written
from platform_core.governance.policies.reading import File, _hints, document_of, files_of, shaped, with_sets


def load_policies(project: Path) -> Policies | None:
    r"""Give the policies of a project: what stands in `policies/*.yaml`, over the ready sets that it uses.

    Args:
        project: The project's folder.

    Returns:
        The policies, or None where the project has none.

    Raises:
        UserError: A file is wrong; it names all mistakes with their lines.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     Path(folder, "policies").mkdir()
    ...     _ = Path(folder, "policies", "own.yaml").write_text("use: minimal\nrules:\n a: {rule: naming, patern: x}\n")
    ...     load_policies(Path(folder))
    Traceback (most recent call last):
    platform_core.errors.UserError: policies/own.yaml:3: The key 'patern' is not known in rules.a.
    hint: Did you mean 'pattern'?
    """
    files: list[File] = []
    problems: list[UserError] = []
    for path in files_of(project):
        try:
            document = document_of(project, path)
            # As JSON, where a mapping may become a strict class
            text = json.dumps(shaped(Written, document.value or {}))
            files.append(File(_adapter().validate_json(text), document.places))
        except ValidationError as error:
            found = in_order(error.errors(include_url=False))
            problems += [_located(problem(one, document.places, _known), document.places) for one in found]
        except UserError as error:
            problems.append(error)
    if problems:
        raise together(problems)
    return with_sets(files) if files else None


@cache
def _adapter() -> TypeAdapter[Written]:
    return TypeAdapter(Written)


def _located(error: UserError, places: Any) -> UserError:
    if not error.location or error.location == "config/base.yaml":
        error.location = next(iter(places.values()), "")
    return error


def _known(path: tuple[str | int, ...]) -> list[str]:
    """Give the keys that the mapping at a path may have."""
    kind: Any = Written
    for part in path:
        hints = _hints(kind) if isinstance(kind, type) and hasattr(kind, "__dataclass_fields__") else {}
        inner = hints[str(part)] if part in hints else get_args(kind)[-1] if get_args(kind) else kind
        kind = next((one for one in get_args(inner) if hasattr(one, "__dataclass_fields__")), inner)
    return list(_hints(kind)) if hasattr(kind, "__dataclass_fields__") else []
