"""What output assets are called. Standard library only: a notebook is promoted without any library of frames."""

from __future__ import annotations

import re

PARTITION = "{partition}"


def output_name(asset: str, path: str, kind: str) -> str:
    """Give the name of an output asset where none was given.

    >>> output_name("fees", "2025/fees by-authority.csv", "csv"), output_name("fees", "planning.fees", "table")
    ('fees_by_authority_csv', 'fees_table')
    >>> output_name("fees", "{partition}.csv", "csv"), output_name("fees", "{partition}/all.csv", "csv")
    ('fees_csv', 'fees_all_csv')
    """
    from pathlib import PurePosixPath  # noqa: PLC0415 - most steps have one output

    place = path.rpartition(".")[2] if kind == "table" else PurePosixPath(path).stem.replace(PARTITION, "")
    words = re.sub(r"[^a-z0-9]+", "_", place.lower()).strip("_") or asset
    return f"{words if words.startswith(asset) else f'{asset}_{words}'}_{kind}"
