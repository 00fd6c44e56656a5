"""One rule of a policy: what kind it is, of which assets, and what it asks for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from platform_core.compute_kinds.spec import ENGINES, KINDS
from platform_core.suggest import did_you_mean
from platform_core.values import dataclass

Kind = Literal[
    "requires", "naming", "no_sources", "checks", "classification", "retention", "compute", "cost", "approval",
    "personal_columns",
]  # fmt: skip
Need = Literal[
    "owner", "description", "classification", "retention", "key", "checks", "lawful_basis", "dpia", "subject_key"
]
Severity = Literal["error", "warning"]
Layer = Literal["bronze", "silver", "gold"]
Place = Literal["bronze", "silver", "gold", "outputs"]

# What each kind of rule has, beside what every rule has
KEYS: Mapping[str, frozenset[str]] = {
    "requires": frozenset({"what"}),
    "naming": frozenset({"pattern"}),
    "no_sources": frozenset(),
    "checks": frozenset({"checks"}),
    "classification": frozenset({"level"}),
    "retention": frozenset({"most"}),
    "compute": frozenset({"kinds", "memory_mb", "minutes"}),
    "cost": frozenset({"most", "of"}),
    "approval": frozenset({"by"}),
    "personal_columns": frozenset(),
}
_NEEDED = {**KEYS, "cost": frozenset({"most"}), "compute": frozenset()}
_KINDS = ("local", *KINDS, *ENGINES)
_OWN = ("what", "pattern", "checks", "level", "most", "kinds", "memory_mb", "minutes", "of", "by")
STRICT: Any = {"extra": "forbid", "strict": True, "hide_input_in_errors": True}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule: what it asks for, and of which assets.

    Attributes:
        rule: The kind of rule.
        layers: Of which layers, `outputs` for what is published; of all where none is named.
        assets: Of which assets, as patterns such as `raw_*`.
        personal: Only of assets that hold personal data.
        severity: An `error` stops promotion, CI and the run; a `warning` is only told.
        hint: What to do, where the rule's own words are not enough.
        what: For `requires`: what has to be declared.
        pattern: For `naming`: a regular expression for the whole name.
        checks: For `checks`: names, one of which at least the asset has to have.
        level: For `classification`: the highest that is allowed.
        most: For `retention` days, for `cost` US dollars.
        of: For `cost`: of one run of an asset, or of the whole project.
        kinds: For `compute`: the kinds that are allowed.
        memory_mb: For `compute`: the largest memory.
        minutes: For `compute`: the longest time limit.
        by: For `approval`: who approves, one of whom has to have signed the record of assurance.
    """

    rule: Kind
    layers: tuple[Place, ...] = ()
    assets: tuple[str, ...] = ()
    personal: bool = False
    severity: Severity = "error"
    hint: str = ""
    what: tuple[Need, ...] = ()
    pattern: str | None = None
    checks: tuple[str, ...] = ()
    level: Literal["OFFICIAL", "OFFICIAL-SENSITIVE"] | None = None
    most: int | float | None = None
    of: Literal["run", "project"] = "run"
    kinds: tuple[str, ...] = ()
    memory_mb: int | None = None
    minutes: int | None = None
    by: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what its kind has no use for, and what it lacks.

        Raises:
            ValueError: It has a foreign key, or lacks one of its own.
        """
        given = {key for key in _OWN if getattr(self, key) not in ((), None)} - ({"of"} if self.of == "run" else set())
        foreign = sorted(given - KEYS[self.rule])
        if foreign:
            raise ValueError(f"the rule {self.rule} has no key {foreign[0]}")
        lacking = sorted(_NEEDED[self.rule] - given)
        if lacking or (self.rule == "compute" and not given):
            raise ValueError(f"the rule {self.rule} needs the key {lacking[0] if lacking else 'kinds'}")
        if self.most is not None and not 0 <= self.most < float("inf"):
            raise ValueError("most is an amount from 0 on")
        if any(one is not None and one < 1 for one in (self.memory_mb, self.minutes)):
            raise ValueError("memory_mb and minutes are whole numbers from 1 on")
        for kind in self.kinds:
            if kind not in _KINDS:
                raise ValueError(f"there is no kind of compute {kind!r}. {did_you_mean(kind, _KINDS)}".rstrip("."))
        if self.pattern is not None:
            try:
                re.compile(self.pattern)
            except re.error as error:
                raise ValueError(f"the pattern is no regular expression ({error.msg})") from None

    __pydantic_config__: ClassVar[Any] = STRICT
