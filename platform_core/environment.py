"""Environment variables for the length of a block."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager


@contextmanager
def setting(values: Mapping[str, str]) -> Iterator[None]:
    """Set environment variables, and put back afterwards what each of them was.

    Nothing else is touched: threads of native libraries may read the environment meanwhile.

    >>> with setting({"WORKBENCH_EXAMPLE": "1"}):
    ...     os.environ["WORKBENCH_EXAMPLE"]
    '1'
    >>> "WORKBENCH_EXAMPLE" in os.environ
    False
    """
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
