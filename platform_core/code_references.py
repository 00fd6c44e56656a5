"""Where the code of an asset stands, for its page in Dagster: the module and the notebook, and the commit of both.

What is known of the project is set once, while its modules are imported (`referring_to`); each layer decorator then
adds its asset's references. Nothing is read for an asset.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import dagster as dg

from platform_core.commit import commit_of
from platform_core.links import Links

if TYPE_CHECKING:
    from platform_core.config import ProjectConfig

REFERENCES_KEY = "dagster/code_references"
COMMIT_KEY = "workbench/commit"


class Source(NamedTuple):
    """Where the code of a project is: its folder, its commit, and the web pages of its repository where there are any.

    `local` says whether the files themselves are worth a reference: on a developer's machine, and where nothing else
    is known.
    """

    root: Path
    commit: str = ""
    links: Links | None = None
    local: bool = True


_SOURCE: ContextVar[Source | None] = ContextVar("source", default=None)


def source_of(config: ProjectConfig) -> Source:
    """Give where the code of a project is, by its configuration and its commit."""
    commit, repository = commit_of(config.project), config.repository
    if repository is None or not commit.id:
        return Source(config.project, commit.id)
    gitlab = "gitlab" in repository.url.split("/")[2]
    pages = f"{repository.url}/-" if gitlab else repository.url
    folder = f"{repository.folder}/" if repository.folder else commit.folder
    return Source(
        config.project,
        commit.id,
        Links(f"{pages}/blob/{commit.id}", folder),
        local=config.environment == "dev",
    )


@contextmanager
def referring_to(source: Source) -> Iterator[None]:
    """Let the assets that are defined meanwhile refer to a project's code."""
    token = _SOURCE.set(source)
    try:
        with warnings.catch_warnings():
            # Dagster calls its code references beta, at each of them
            warnings.filterwarnings("ignore", r".*CodeReference", dg.BetaWarning)
            yield
    finally:
        _SOURCE.reset(token)


def reference_metadata(function: Callable[..., Any], notebook: str | None) -> dict[str, Any]:
    """Give the metadata of an asset that leads to its code; none where its project is not known.

    Args:
        function: The function of the asset.
        notebook: The notebook that it was promoted from, from the project's folder.
    """
    source = _SOURCE.get()
    if source is None:
        return {}
    metadata: dict[str, Any] = {}
    if (source.links or source.local) and (found := list(_references(source, function, notebook))):
        metadata[REFERENCES_KEY] = dg.CodeReferencesMetadataValue(code_references=found)
    if source.commit:
        metadata[COMMIT_KEY] = source.commit
    return metadata


def _references(source: Source, function: Callable[..., Any], notebook: str | None) -> Iterator[Any]:
    """Give where a function and its notebook stand, as far as that is inside the project; a thousand assets ask."""
    code, root = function.__code__, f"{source.root}{os.sep}"
    places = [(code.co_filename, code.co_firstlineno, "module")]
    places += [(f"{root}{notebook}", 0, "notebook")] if notebook else []
    for path, line, label in places:
        if not path.startswith(root):
            continue
        shown = path[len(root) :].replace(os.sep, "/")
        link = source.links.to(shown, (line, line)) if source.links else ""
        if link:
            yield dg.UrlCodeReference(url=link, label=f"{label} at {source.commit[:7]}")
        if source.local:
            yield dg.LocalFileCodeReference(file_path=path, line_number=line or None, label=label)
