"""Security classifications along the asset graph: an output takes the highest of its inputs.

Only OFFICIAL and OFFICIAL-SENSITIVE are known: SECRET and TOP SECRET have no place on this platform. A classification
falls only by a recorded downgrade, which names the inputs it covers, who decided and why. Standard library only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from platform_core.errors import UserError
from platform_core.suggest import did_you_mean
from platform_core.values import dataclass

OFFICIAL = "OFFICIAL"
SENSITIVE = "OFFICIAL-SENSITIVE"
LEVELS = (OFFICIAL, SENSITIVE)

CLASSIFICATION = "workbench/classification"
NOTE = "classification"
TAG = "workbench/classification"

_DATE = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Downgrade:
    """A recorded decision that an asset may be classified lower than inputs of it.

    Attributes:
        asset: The asset whose classification falls.
        inputs: The inputs whose classification does not count for it; every other input still does.
        to: What the asset is at least.
        by: Who decided, as a name with an address.
        reason: Why, in a sentence.
        on: The day of the decision, such as `2026-11-02`.
        expires: The last day on which it holds; for good where none is named.
    """

    asset: str
    inputs: tuple[str, ...]
    to: str
    by: str
    reason: str
    on: str
    expires: str | None = None

    def __post_init__(self) -> None:
        """Refuse a record that says too little.

        Raises:
            ValueError: A part is empty, no classification, or no date.
        """
        if not self.inputs:
            raise ValueError("a downgrade names the inputs that it covers")
        if self.to not in LEVELS:
            raise ValueError(f"there is no such classification; write {' or '.join(LEVELS)}")
        if not self.by.strip() or len(self.reason.split()) < 3:
            raise ValueError("a downgrade says who decided, and why in at least three words")
        checked_date(self.on)
        if self.expires is not None and checked_date(self.expires) < self.on:
            raise ValueError("it expires before it was decided")

    def holds(self, on: str) -> bool:
        """Whether it counts on a day: from that on which it was decided."""
        return self.on <= on and (self.expires is None or on <= self.expires)

    __pydantic_config__: ClassVar[Any] = {"extra": "forbid", "strict": True, "hide_input_in_errors": True}


@dataclass(frozen=True, slots=True)
class Classified:
    """How an asset is classified.

    Attributes:
        level: What counts; None where neither the asset nor an input says anything.
        declared: What the asset itself says.
        inherited: The highest of its inputs, without those that a downgrade covers.
        falls_from: The highest of its inputs where that is higher than what the asset itself says.
        downgrade: The record by which it is lower than an input, None where it is not.
    """

    level: str | None
    declared: str | None = None
    inherited: str | None = None
    falls_from: str | None = None
    downgrade: Downgrade | None = None


def checked_date(text: str) -> str:
    """Give a date back if it is one.

    Raises:
        ValueError: It is none.

    >>> checked_date("2026-11-29")
    '2026-11-29'
    """
    from datetime import date  # noqa: PLC0415 - a project without policies needs no calendar

    if not _DATE.fullmatch(text):
        raise ValueError("write a date as in 2026-11-29")
    date.fromisoformat(text)
    return text


def checked_level(text: str, where: str) -> str:
    """Give a classification back if it is one of ours.

    Raises:
        UserError: It is none; higher ones are refused in words of their own.

    >>> checked_level("OFFICIAL", "rents")
    'OFFICIAL'
    >>> checked_level("SECRET", "rents")
    Traceback (most recent call last):
    platform_core.errors.UserError: rents: classification='SECRET' is not allowed.
    hint: Use OFFICIAL or OFFICIAL-SENSITIVE; data above has no place on this platform.
    """
    if text in LEVELS:
        return text
    higher = str(text).upper().replace("_", " ") in {"SECRET", "TOP SECRET"}
    above = f"Use {' or '.join(LEVELS)}; data above has no place on this platform."
    hint = above if higher else did_you_mean(str(text), LEVELS)
    raise UserError(f"{where}: classification={text!r} is not allowed.", hint=hint)


def classification_of(metadata: Mapping[str, Any] | None) -> str | None:
    """Give how an asset is classified, from its metadata in Dagster.

    >>> classification_of({"workbench/classification": "OFFICIAL"}), classification_of(None)
    ('OFFICIAL', None)
    """
    value = (metadata or {}).get(CLASSIFICATION)
    level = getattr(value, "value", value)
    return level if level in LEVELS else None


def highest(levels: Iterable[str | None]) -> str | None:
    """Give the highest of some classifications; None where none is known.

    >>> highest(["OFFICIAL", None, "OFFICIAL-SENSITIVE"]), highest([None])
    ('OFFICIAL-SENSITIVE', None)
    """
    known = [LEVELS.index(level) for level in levels if level in LEVELS]
    return LEVELS[max(known)] if known else None


def classify(
    inputs: Mapping[str, Iterable[str]], declared: Mapping[str, str | None], downgrades: Iterable[Downgrade] = ()
) -> dict[str, Classified]:
    """Classify every asset of a graph.

    Args:
        inputs: The assets that each asset reads; names that are no key count as assets without inputs. That an asset
            reads its own earlier partitions changes nothing.
        declared: What assets say of themselves.
        downgrades: Recorded decisions.

    Raises:
        UserError: Assets read one another in a circle.

    >>> graph = {"counts": ["people"], "people": []}
    >>> said = {"people": "OFFICIAL-SENSITIVE", "counts": "OFFICIAL"}
    >>> found = classify(graph, said)["counts"]
    >>> found.level, found.falls_from
    ('OFFICIAL-SENSITIVE', 'OFFICIAL-SENSITIVE')
    >>> record = Downgrade(asset="counts", inputs=("people",), to="OFFICIAL", by="Ana Lyst",
    ...                    reason="Only counts above ten are kept.", on="2026-11-02")
    >>> classify(graph, said, [record])["counts"].level
    'OFFICIAL'
    """
    records: dict[str, list[Downgrade]] = {}
    for record in downgrades:
        records.setdefault(record.asset, []).append(record)
    found: dict[str, Classified] = {}
    for name in _in_order(inputs):
        above = {one: found[one].level for one in inputs.get(name, ()) if one != name}
        found[name] = _classified(above, declared.get(name), records.get(name, ()))
    return found


def _classified(above: Mapping[str, str | None], said: str | None, records: Iterable[Downgrade]) -> Classified:
    said = said if said in LEVELS else None
    counted = dict(above)
    floor: list[str | None] = []
    used: Downgrade | None = None
    for record in records:
        covered = [one for one in record.inputs if one in counted]
        if highest([record.to, *(counted[one] for one in covered)]) != record.to:
            used = record
        for one in covered:
            counted[one] = None
            floor.append(record.to)
    inherited = highest([*counted.values(), *floor])
    level = highest([said, inherited])
    falls = inherited if said is not None and level != said else None
    return Classified(level, said, inherited, falls, used if level != highest([said, *above.values()]) else None)


def _in_order(inputs: Mapping[str, Iterable[str]]) -> list[str]:
    """Give every asset after those it reads; without recursion, as chains may be long."""
    order: dict[str, None] = {}
    for start in sorted(inputs):
        path: dict[str, None] = {}
        stack = [(start, False)]
        while stack:
            name, done = stack.pop()
            if done:
                path.pop(name, None)
                order[name] = None
            elif name in path:
                raise UserError(f"The asset {name!r} reads itself through others.", hint="Cut the circle.")
            elif name not in order:
                path[name] = None
                stack.append((name, True))
                stack += [(one, False) for one in sorted(set(inputs.get(name, ())) - {name})]
    return list(order)
