"""Mistakes that no data can show, each with the line that proves it. What is not proven here counts as survived."""

from __future__ import annotations

import ast


def proof(operator: str, node: ast.AST, parent: ast.AST) -> str:
    """Say why a mistake changes nothing that a test could see, or nothing where it may.

    Args:
        operator: The operator.
        node: What was changed.
        parent: What it stands in.

    >>> tree = ast.parse("f.rename(columns=names, copy=False)", mode="eval").body
    >>> proof("flag-flipped", tree.keywords[1], tree)
    'since pandas 3 every frame is copied on write: copy= has no effect'
    """
    if operator == "flag-flipped" and isinstance(node, ast.keyword) and isinstance(parent, ast.Call):
        method = parent.func.attr if isinstance(parent.func, ast.Attribute) else ""
        methods, reason = _IDLE_FLAGS.get(str(node.arg), ((), ""))
        return reason if method in methods else ""
    return ""


# Of these calls alone: another function's flag of the same name may mean anything, as copy= of np.array does
_PANDAS_COPIES = (
    "align", "concat", "infer_objects", "merge", "reindex", "reindex_like", "rename_axis", "set_axis", "set_flags",
    "swaplevel", "rename", "to_period", "to_timestamp", "truncate", "tz_convert", "tz_localize",
)  # fmt: skip
_ONE_OR_MANY = "the engine gives the same with one thread as with many: verification runs on one"
_IDLE_FLAGS: dict[str, tuple[tuple[str, ...], str]] = {
    "copy": (_PANDAS_COPIES, "since pandas 3 every frame is copied on write: copy= has no effect"),
    "cache": (
        ("scan_csv", "scan_ipc", "scan_parquet", "strptime", "to_date", "to_datetime", "to_time"),
        "a cache gives what was put into it: cache= is about speed",
    ),
    "rechunk": (
        ("concat", "from_arrow", "from_dataframe", "from_pandas", "read_csv", "read_ipc", "read_parquet", "scan_csv",
         "scan_ipc", "scan_parquet"),
        "chunks are how a column lies in memory: no value depends on them",
    ),
    "low_memory": (
        ("read_parquet", "scan_csv", "scan_ndjson", "scan_parquet"),  # pandas' read_csv guesses types by it
        "low_memory= is about how a file is read, not what stands in it",
    ),
    "parallel": (("concat",), _ONE_OR_MANY),
    "allow_parallel": (("join", "join_asof"), _ONE_OR_MANY),
    "force_parallel": (("join", "join_asof"), _ONE_OR_MANY),
    "memory_map": (
        ("read_csv", "read_ipc", "read_parquet", "read_table", "scan_ipc"),
        "memory_map= is about how a file is read, not what stands in it",
    ),
}  # fmt: skip
