"""What leaves the platform, as modules say it: `publish_file("fees", "outbox", "fees.csv")` and its like."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from promote.trees import parse
from workbench.review.literals import called, plain_text, shown

_WAYS = {"publish_file": "file", "publish_object": "object", "publish_table": "table", "publish_index": "index"}
_THIRD = ("path", "key", "table")  # as each way calls what it writes


def published_in(texts: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Give, by asset, what modules publish of it; a module that is no Python is passed over.

    >>> published_in(['out = publish_file("fees", "outbox", "fees.csv")'])
    {'fees': ('file fees.csv to outbox',)}
    """
    found: dict[str, list[str]] = {}
    for text in texts:
        if "publish_" not in text:  # most do not, and reading them again costs
            continue
        try:
            tree = parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):  # which is told where its assets are read
            continue
        for asset, said in _outputs(tree):
            found.setdefault(asset, []).append(said)
    return {asset: tuple(sorted(said)) for asset, said in found.items()}


def _outputs(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in tree.body:
        value = node.value if isinstance(node, ast.Assign | ast.AnnAssign | ast.Expr) else None
        way = _WAYS.get(called(value)) if isinstance(value, ast.Call) else None
        if way is None or not isinstance(value, ast.Call):
            continue
        named = {word.arg: word.value for word in value.keywords if word.arg}
        given = dict(zip(("data", "to"), value.args, strict=False)) | named
        what = value.args[2] if len(value.args) > 2 else next((named[key] for key in _THIRD if key in named), None)
        if asset := plain_text(given.get("data")):
            texts = (plain_text(one) or shown(one) for one in (what, given.get("to")))
            yield asset, f"{way} {' to '.join(texts)}"
