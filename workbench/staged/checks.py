"""The checks before a commit by name, in the order in which they run: what is stripped is not searched for secrets."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from workbench.project import Project
from workbench.staged.drift import drift
from workbench.staged.index import Index, Problem
from workbench.staged.outputs import outputs
from workbench.staged.secrets import secrets
from workbench.staged.size import size

Check = Callable[[Project, Index], Iterator[Problem]]

CHECKS: Mapping[str, Check] = {"outputs": outputs, "secrets": secrets, "size": size, "drift": drift}
