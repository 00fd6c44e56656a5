"""The types a resource may have in the project's YAML, and the class of each: the one list, without an import."""

from __future__ import annotations

# The type as the YAML writes it, and its class; imported only where a project has a resource of that type.
RESOURCE_TYPES: dict[str, str] = {
    "files": "platform_core.resources.files:FilesResource",
}
