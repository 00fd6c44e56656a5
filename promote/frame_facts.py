"""What evidence says of a frame: kind, columns, counts, and since which promotion its data have been what they are.

Nothing here is made of a value of the data. `since` is the label of a promotion: a hash of its code and of the labels
of what it read. A promotion carries the labels of the one before as far as a run has shown that both give the same, so
equal labels mean equal data, and a reader of the evidence learns nothing but where versions agreed.
"""

from __future__ import annotations

from collections.abc import Mapping

from platform_core.hints import Any, cast
from platform_core.values import dataclass, field
from promote.model import FrameKind

Count = int | str  # '<10' and 'all but <10' where more would point at people


@dataclass(frozen=True, slots=True)
class FrameFacts:
    """What is known of a frame; empty where it is not.

    Attributes:
        kind: What kind of frame it is.
        schema: Its columns and their types.
        rows: Its number of rows.
        nulls: The nulls of each column.
        key: The columns of the declared key.
        repeats: How many rows repeat the key of another, None where that was not counted.
        since: Since which promotion its rows have been what they are.
        columns: The same of each column.
        root: The promotion from which on each was compared with the one before.
        personal: The columns that look personal: `kind`, `share` and whether they were `declared`, by column.
    """

    kind: FrameKind
    schema: tuple[tuple[str, str], ...] = ()
    rows: int | None = None
    nulls: Mapping[str, Count] = field(default_factory=dict)
    key: tuple[str, ...] = ()
    repeats: Count | None = None
    since: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    root: str = ""
    personal: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def frame_json(facts: FrameFacts) -> dict[str, Any]:
    """Give what evidence writes of a frame."""
    content: dict[str, Any] = {"kind": facts.kind, "rows": facts.rows, "schema": dict(facts.schema)}
    if facts.since:
        content["since"] = facts.since
    if facts.root:
        content["root"] = facts.root
    if facts.nulls or facts.columns:
        names = dict.fromkeys([*facts.nulls, *facts.columns])
        content["columns"] = {
            name: {
                **({"nulls": facts.nulls[name]} if name in facts.nulls else {}),
                **({"since": facts.columns[name]} if name in facts.columns else {}),
            }
            for name in names
        }
    if facts.key:
        content["key"] = {"columns": list(facts.key), "repeats": facts.repeats}
    if facts.personal:
        content["personal"] = {name: dict(about) for name, about in sorted(facts.personal.items())}
    return content


def read_frame(content: Mapping[str, Any]) -> FrameFacts:
    """Read it back. Evidence of earlier versions says less.

    Raises:
        ValueError, KeyError, TypeError, AttributeError: It is none of ours.
    """
    columns = content.get("columns", {})
    key = content.get("key", {"columns": (), "repeats": None})
    return FrameFacts(
        read_kind(content["kind"]),
        tuple((str(n), str(t)) for n, t in content["schema"].items()),
        content["rows"],
        {n: one["nulls"] for n, one in columns.items() if "nulls" in one},
        tuple(map(str, key["columns"])),
        key["repeats"],
        str(content.get("since", "")),
        {n: str(one["since"]) for n, one in columns.items() if "since" in one},
        str(content.get("root", "")),
        {str(name): {"declared": bool(one["declared"]), **one} for name, one in content.get("personal", {}).items()},
    )


def read_kind(kind: str) -> FrameKind:
    """Give a kind of frame as it was read.

    Raises:
        ValueError: There is no such kind.
    """
    if kind not in {"lazy", "polars", "pandas", "duckdb"}:
        raise ValueError(kind)
    return cast("FrameKind", kind)
