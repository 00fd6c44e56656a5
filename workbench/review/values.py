"""The values of a review: an asset as a revision declares it, what its evidence holds, and how two revisions differ."""

from __future__ import annotations

from collections.abc import Mapping

from platform_core.governance.policies.model import Policies
from platform_core.values import dataclass, field
from promote.small_counts import SMALL

Pairs = tuple[tuple[str, str], ...]
Count = int | str  # '<10' and 'all but <10' where evidence says no more

# Dagster's own words, in its order (AssetDefinitionChangeType)
WORDS = ("NEW", "CODE_VERSION", "DEPENDENCIES", "PARTITIONS_DEFINITION", "TAGS", "METADATA", "REMOVED")
# How evidence stands to its module, the best first
STANDINGS = ("proven", "by hand", "unverified", "failed", "stale", "missing", "broken")


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter that a run may set: its name, its type and its default, as they are written."""

    name: str
    type: str
    default: str


@dataclass(frozen=True, slots=True)
class Frame:
    """What evidence says of a frame; None and empty where it does not say."""

    rows: int | None = None
    digest: str = ""  # what is equal where the data are: a label, in old evidence a hash
    schema: Pairs = ()
    nulls: tuple[tuple[str, Count], ...] = ()
    columns: Pairs = ()  # the same of each column
    root: str = ""  # the promotion from which on versions were compared with the one before
    key: tuple[str, ...] = ()
    repeats: Count | None = None  # rows that repeat the key of another
    personal: tuple[tuple[str, str, bool], ...] = ()  # column that looks personal, its kind, whether it is declared


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a cell, with its lines there, in the module and in the helpers; (0, 0) where it stands in none."""

    cell: int
    id: str
    origin: str
    lines: tuple[int, int]
    module: tuple[int, int] = (0, 0)
    helpers: str = ""
    helper_lines: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class Proof:
    """An evidence file as read. `problem` says what is wrong with it; then the rest is not to be relied on."""

    path: str
    problem: str = ""
    step: str = ""
    notebook: str = ""
    source: str = ""
    code_version: str = ""
    verified: bool = False
    partition: str = ""
    inputs: tuple[tuple[str, Frame, str], ...] = ()  # asset, frame, code version
    output: Frame = Frame()
    verdict: str = ""
    order: str = ""
    tolerance: str = ""
    checks: tuple[tuple[str, bool, str], ...] = ()  # name, passed, "error" or "warning"
    tests: int = 0
    killed: int = 0
    survived: int = 0
    untried: int = 0
    files: Pairs = ()
    moved_from: tuple[str, ...] = ()
    pieces: tuple[Piece, ...] = ()


@dataclass(frozen=True, slots=True)
class Asset:
    """An asset as its module declares it. `source` and `body` are the hashes of its header, empty where it has none."""

    name: str
    layer: str
    path: str
    line: int
    description: str = ""
    notebook: str = ""
    code_version: str = ""
    owners: tuple[str, ...] = ()
    key: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    severity: str = ""
    inputs: tuple[str, ...] = ()
    deps: tuple[str, ...] = ()
    partitions: str = ""
    partition_values: tuple[str, ...] = ()
    freshness: str = ""
    tags: Pairs = ()
    metadata: Pairs = ()
    compute: str = ""
    parameters: tuple[Parameter, ...] = ()
    contract: tuple[tuple[str, bool], ...] = ()  # column -> whether it may be null
    helpers: tuple[str, ...] = ()
    source: str = ""
    body: str = ""
    marked_unverified: bool = False
    other: Pairs = ()  # decorator keywords that stand in no other field
    sources: tuple[str, ...] = ()  # what it reads outside the lake
    logic: str = ""  # of a model of dbt: a digest of all that it rests on, for its file names no code version
    query: str = ""  # of a model of dbt: its SQL, where that can be told without dbt
    hidden: bool = False  # whether it reads something that only dbt can name
    published: tuple[str, ...] = ()  # what leaves the platform of it, such as `file fees.csv to outbox`
    judged: tuple[str, ...] = ()  # of a model of dbt: what policies call its tests
    personal: tuple[str, ...] = ()  # of a model of dbt: the columns that it declares as personal
    proof: Proof | None = None

    @property
    def tag(self) -> str:
        """The step's tag, such as `silver:issues`."""
        return f"{self.layer}:{self.name}" if self.layer else self.name

    @property
    def promoted(self) -> bool:
        """Whether the module says that it was promoted from a notebook."""
        return bool(self.source)

    @property
    def parents(self) -> frozenset[str]:
        """The assets that must be there first."""
        return frozenset((*self.inputs, *self.deps))


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One revision of a project."""

    name: str
    commit: str  # empty for the working tree
    assets: Mapping[str, Asset]
    texts: Mapping[str, str]  # modules by path, that two revisions can be compared by
    files: Mapping[str, str]  # notebooks, helpers, generated tests, policies: path -> git's id of the content
    settings: Mapping[str, str]  # what config/*.yaml says, by dotted path
    problems: tuple[tuple[str, str], ...] = ()  # path, what could not be read
    loose: tuple[str, ...] = ()  # evidence of no asset
    level: str = ""  # of assurance, as the project asks for it
    records: Mapping[str, str] = field(default_factory=dict)  # of assurance: path -> text
    evidence: Mapping[str, str] = field(default_factory=dict)  # path -> text
    policies: Policies | None = None


@dataclass(frozen=True, slots=True)
class Assurance:
    """Who stands for an asset that is new or changed, and what its record lacks: severity and sentence."""

    name: str
    analyst: str = ""
    approved: tuple[str, ...] = ()
    assumptions: int = 0
    lacks: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Governed:
    """How an asset that is new or changed stands by the policies of its revision, and how it is classified.

    `breaches` are triples: error, warning or excepted; the sentence, which says the rule; what to do.
    """

    name: str
    level: str = ""  # what counts
    declared: str = ""
    before: str = ""  # what counted in the revision before
    downgrade: str = ""  # who lowered it, and why
    breaches: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ModelColumns:
    """What the columns of a model of dbt are made from by its SQL: columns of assets, and what cannot be known."""

    name: str
    columns: tuple[tuple[str, tuple[str, ...]], ...] = ()  # column, places as asset.column
    rows: tuple[str, ...] = ()  # places that decide which rows there are
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ColumnChange:
    """A difference of schema: what happened to a column, and whether it breaks who reads it."""

    column: str
    kind: str  # removed, retyped, nullable, added, required, moved
    before: str = ""
    after: str = ""

    @property
    def breaking(self) -> bool:
        """Whether code that reads the column may stop working."""
        return self.kind in {"removed", "retyped", "nullable"}


@dataclass(frozen=True, slots=True)
class DataChange:
    """How the data of an asset differ by the evidence of both sides. `same` is None where nobody knows."""

    comparable: bool
    why_not: str = ""
    unknown: bool = False  # one side has no current evidence at all
    rows: tuple[int | None, int | None] = (None, None)
    read: tuple[tuple[str, int | None, int | None], ...] = ()  # input, rows before and after
    same: bool | None = None
    agreeing: tuple[int, int] | None = None  # columns whose digests agree, of those known on both sides
    disagreeing: tuple[str, ...] = ()
    nulls: tuple[tuple[str, Count | None, Count | None], ...] = ()


@dataclass(frozen=True, slots=True)
class AssetChange:
    """An asset that is new, changed or removed: Dagster's words for it, and what differs in plain words."""

    name: str
    words: tuple[str, ...]
    details: tuple[tuple[str, str, str], ...] = ()  # what, before, after
    before: Asset | None = None
    after: Asset | None = None
    columns: tuple[ColumnChange, ...] = ()
    data: DataChange | None = None
    standing: str = "proven"
    reasons: tuple[str, ...] = ()

    @property
    def shown(self) -> Asset:
        """The asset as it is, or as it was where it is gone."""
        found = self.after or self.before
        if found is None:
            raise ValueError(self.name)
        return found

    @property
    def personal(self) -> tuple[tuple[str, str, bool], ...]:
        """The columns that look personal by current evidence, each with its kind and whether it is declared."""
        proof = self.after.proof if self.after else None
        return proof.output.personal if proof is not None and self.standing in {"proven", "failed"} else ()


@dataclass(frozen=True, slots=True)
class Lineage:
    """Edges added and removed (from, to), and what stands below the changed assets."""

    added: tuple[tuple[str, str], ...] = ()
    removed: tuple[tuple[str, str], ...] = ()
    downstream: tuple[str, ...] = ()
    owners: tuple[tuple[str, tuple[str, ...]], ...] = ()  # owner -> assets touched
    columns: tuple[ColumnImpact, ...] = ()  # where the columns of assets are known


@dataclass(frozen=True, slots=True)
class ColumnImpact:
    """What is made from a column that changed: places as (asset, column), `*` for all of it, and owners touched."""

    asset: str
    column: str
    kind: str  # as of `ColumnChange`
    reached: tuple[tuple[str, str, str], ...] = ()  # asset, column, direct, influence or unknown
    owners: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Review:
    """All that a reviewer is told."""

    base: Snapshot
    head: Snapshot
    verdict: str  # blocked, careful, clear
    reasons: tuple[str, ...]
    changes: tuple[AssetChange, ...]
    unchanged: int
    lineage: Lineage
    settings: tuple[tuple[str, str, str], ...] = ()
    notes: tuple[str, ...] = ()
    checklist: tuple[str, ...] = ()
    prefix: str = ""  # where the project lies in its repository
    small: int = SMALL  # counts of rows below it are not shown
    assurance: tuple[Assurance, ...] = ()
    governed: tuple[Governed, ...] = ()
    models: tuple[ModelColumns, ...] = ()
