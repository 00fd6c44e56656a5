"""Large files stay out of git: a repository never gets smaller again."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.project import Project
from workbench.staged.index import Index, Problem
from workbench.staged.settings import read_settings


def size(project: Project, index: Index) -> Iterator[Problem]:
    """Tell the staged files that are larger than the project allows."""
    most = read_settings(project.root).largest_kilobytes
    for path, found in sorted(index.sizes().items()):
        if found > most * 1000:
            hint = (
                f"Keep data in the lake or with Git LFS: `git rm --cached {path}`; "
                "or raise `largest_kilobytes` under [tool.workbench.staged] in pyproject.toml."
            )
            message = f"The file holds {-(-found // 1000):,} kB; at most {most:,} kB may be committed."
            yield Problem(path, message, hint)
