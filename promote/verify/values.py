"""What verification takes and gives: immutable values, with no value of the data in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from promote.model import Finding, FrameKind

Schema = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Capture:
    """An output to keep: the step's tag, its asset, the variable, and the position (from 1) of the step's last cell."""

    tag: str
    name: str
    variable: str
    cell: int


@dataclass(frozen=True, slots=True)
class Captured:
    """A frame as the notebook held it. `schema` is (column, type) in order; `path` lies in the stage, and goes too."""

    name: str
    kind: FrameKind
    schema: Schema
    rows: int
    path: Path


@dataclass(frozen=True, slots=True)
class Loaded:
    """An input that the notebook read by `load_asset`: its asset, and the frame's kind, schema and rows."""

    name: str
    kind: FrameKind
    schema: Schema
    rows: int


@dataclass(frozen=True, slots=True)
class Observed:
    """What one run of the notebook showed.

    `captures` is keyed by asset, as `loads` is. `ran` is true where every cell ran; else `failure` says which did not.
    `findings` holds everything to be told, `failure` among it.
    """

    captures: Mapping[str, Captured] = field(default_factory=dict)
    loads: Mapping[str, Loaded] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    ran: bool = False
    failure: Finding | None = None


@dataclass(frozen=True, slots=True)
class CheckOutcome:
    """How one asset check ended. `severity` is `error` for a failure that counts, `warning` for one that only warns."""

    name: str
    passed: bool
    severity: Literal["error", "warning"]
    partition: str | None = None


@dataclass(frozen=True, slots=True)
class AssetOutcome:
    """How materialising one asset ended, over all partitions asked for.

    `error` is one plain sentence, empty where it went well, and `location` the module's line it speaks of.
    `partitions` holds the keys that were materialised, empty for an asset without partitions. `personal` holds the
    columns that look personal as `policies.found.packed` gives them, `declared` those that the asset declares so.
    `cut` holds the upstreams that have partitions, and whether they are the asset's own.
    """

    name: str
    ok: bool
    error: str = ""
    location: str = ""
    checks: tuple[CheckOutcome, ...] = ()
    seconds: float = 0.0
    partitions: tuple[str, ...] = ()
    personal: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    declared: tuple[str, ...] = ()
    cut: Mapping[str, bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Materialised:
    """How a materialisation ended: one outcome per asset asked for, and one per upstream that was made on the way.

    `error` and `location` are set where the code location itself could not be loaded; `assets` is empty then.
    """

    assets: Mapping[str, AssetOutcome] = field(default_factory=dict)
    upstreams: Mapping[str, AssetOutcome] = field(default_factory=dict)
    error: str = ""
    location: str = ""

    @property
    def ok(self) -> bool:
        """Whether everything was materialised. Failed checks are told by the outcomes and do not count here."""
        return not self.error and all(outcome.ok for outcome in (*self.assets.values(), *self.upstreams.values()))


@dataclass(frozen=True, slots=True)
class Figures:
    """What was counted of a frame.

    `nulls` is by column; what pandas holds for missing counts as null. `repeats` counts the rows beyond the first of
    their key, None where the frame has no such key.
    """

    nulls: Mapping[str, int] = field(default_factory=dict)
    repeats: int | None = None


@dataclass(frozen=True, slots=True)
class Agreement:
    """The columns in which two versions agree, as multisets of values and type, and whether all rows do."""

    columns: frozenset[str] = frozenset()
    rows: bool = False


@dataclass(frozen=True, slots=True)
class Parity:
    """Whether two frames are the same, and in what they differ: columns, types, numbers of rows; never a value."""

    equal: bool
    order: Literal["compared", "not compared"]
    difference: str = ""
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TestsResult:
    """How a run of generated tests ended. `failures` names tests; `output` is the end of what pytest printed.

    `passed_in` counts the passed tests by the dotted name of their module (`tests.assets.test_rents`); `said` is the
    first line of what each failure says.

    `output` may show the values that a test made up; it never holds the project's data.
    """

    __test__ = False  # not a test class, whatever pytest makes of its name

    passed: int
    failures: tuple[str, ...] = ()
    skipped: int = 0
    output: str = ""
    passed_in: Mapping[str, int] = field(default_factory=dict)
    said: Mapping[str, str] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether tests ran and none failed."""
        return self.passed > 0 and not self.failures
