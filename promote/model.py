"""The immutable values that pass between the stages: `Notebook -> Step -> Plan -> GeneratedFile`.

Every stage takes values of this module and gives values of this module; none edits another's. Paths are POSIX text
relative to the project, so that the same notebook gives the same bytes on every machine.
"""

from __future__ import annotations

from collections.abc import Mapping

from platform_core.hints import TYPE_CHECKING, Any, Literal
from platform_core.values import dataclass, field

if TYPE_CHECKING:
    from promote.edits import CutEdit, Edit, KeyEdit, OptionEdit, ReadEdit, TagEdit

Severity = Literal["error", "warning", "note"]
CellKind = Literal["code", "markdown", "raw"]
RoleKind = Literal["parameters", "injected", "step", "check", "test", "chart", "helpers", "explore"]
FrameKind = Literal["lazy", "polars", "pandas", "duckdb", "unknown"]


@dataclass(frozen=True, slots=True)
class Location:
    """A place in a notebook or file, exact to the column.

    `cell` counts all cells from 1, as ruff does; `line` and `column` count from 1 within the cell; `text` is that line.
    """

    path: str
    cell: int | None = None
    cell_id: str | None = None
    tag: str | None = None
    line: int | None = None
    column: int | None = None
    text: str = ""


def location_of(told: str) -> Location:
    """Give the place that `file:line` names, or a file alone.

    >>> location_of("config/base.yaml:7").line, location_of("policies").path
    (7, 'policies')
    """
    path, _, line = told.rpartition(":")
    return Location(path, line=int(line)) if path and line.isdigit() else Location(told)


@dataclass(frozen=True, slots=True)
class Fix:
    """What a program may do about a finding: one sentence that says it, and edits that do no more."""

    what: str
    edits: tuple[Edit | TagEdit | KeyEdit | OptionEdit | ReadEdit | CutEdit, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to tell the analyst: a stable code, one sentence, a place, and what to do, by hand or by `--fix`."""

    code: str
    severity: Severity
    message: str
    location: Location
    hint: str = ""
    fix: Fix | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    r"""One cell of a notebook. `source` has `\n` line ends and no byte-order mark; `id` is made up where none is kept.

    `options` is the cell's metadata under the key `workbench`, as the Lab panel writes it (hostile input: any JSON).
    `count` is the number that the kernel gave it when it was last run (`[7]` in the margin), where it is kept.
    """

    position: int
    id: str
    kind: CellKind
    source: str
    tags: tuple[str, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Notebook:
    """A notebook as read from disk: cells in order, language of the kernel, what reading it found that is no error."""

    path: str
    cells: tuple[Cell, ...]
    language: str = "python"
    told: tuple[Finding, ...] = ()

    def at(
        self, position: int, line: int | None = None, column: int | None = None, *, tag: str | None = None
    ) -> Location:
        """Give the place of a line and column (both from 1) in the cell at `position` (from 1)."""
        cell = self.cells[position - 1]
        lines = cell.source.split("\n")
        text = lines[line - 1] if line is not None and 0 < line <= len(lines) else ""
        shown = tag if tag is not None else (cell.tags[0] if cell.tags else None)
        return Location(self.path, position, cell.id, shown, line, column, text)


@dataclass(frozen=True, slots=True)
class Role:
    """What a code cell is for. `layer` and `name` are empty but for steps (both) and check, test, chart (name)."""

    kind: RoleKind
    layer: str = ""
    name: str = ""

    @property
    def tag(self) -> str:
        """The tag that gives a cell this role."""
        if self.kind == "step":
            return f"{self.layer}:{self.name}"
        return f"{self.kind}:{self.name}" if self.name else self.kind


@dataclass(frozen=True, slots=True)
class CodeCell:
    """A code cell after IPython syntax was taken out: `python` has exactly as many lines as the cell's source.

    `dropped` holds the numbers (from 1) of the lines whose magic was dropped.
    """

    position: int
    role: Role
    python: str
    dropped: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Options:
    """The options of one step, typed by the vocabulary. What was not written is absent from `values`."""

    values: Mapping[str, Any] = field(default_factory=dict)
    lines: Mapping[str, tuple[int, int]] = field(default_factory=dict)  # key -> (cell position, line)

    def get(self, key: str, default: Any = None) -> Any:
        """Give an option's value, or `default` where it was not written."""
        return self.values.get(key, default)


@dataclass(frozen=True, slots=True)
class Step:
    """The cells of one notebook that make one asset, and those that check, test and draw it.

    Positions are cell positions (from 1) in notebook order. `markdown` is the text of the markdown cells directly
    above the step's first cell.
    """

    layer: str
    name: str
    cells: tuple[int, ...]
    options: Options
    markdown: str = ""
    checks: tuple[int, ...] = ()
    tests: tuple[int, ...] = ()
    charts: tuple[int, ...] = ()

    @property
    def tag(self) -> str:
        """The tag of the step's cells."""
        return f"{self.layer}:{self.name}"

    @property
    def by_dbt(self) -> bool:
        """Whether it asks to be made by dbt."""
        return bool(self.options.get("engine") == "dbt")


@dataclass(frozen=True, slots=True)
class Selection:
    """What `select` made of a notebook: every code cell with its role, every step, and what is to be told."""

    notebook: Notebook
    cells: tuple[CodeCell, ...]
    steps: tuple[Step, ...]
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Fragment:
    """A run of source lines kept from a cell, as the analyst wrote it, at column 0.

    `first` and `last` are line numbers (from 1) in the cell. `origin` says why it is there: it was tagged, it is a
    definition, `--include-needed` took it, or it gives an input the name that the notebook has for it. `at` has the
    cell's line of each line of the text, and is empty where they follow one another from `first` on.
    """

    cell: int
    first: int
    last: int
    text: str
    origin: Literal["step", "definition", "needed", "import", "input"]
    at: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Input:
    """A frame that a step takes: `parameter` in the pure function, `asset` in the project."""

    parameter: str
    asset: str
    kind: FrameKind = "unknown"
    external: bool = False  # read by load_asset, not made in this notebook
    partition: str | None = None
    copied: bool = False  # the step changes it in place, so the function takes a copy first


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value of the parameters cell: its default as written, its Python type as text."""

    name: str
    type: str
    default: str


@dataclass(frozen=True, slots=True)
class Resource:
    """A configured resource that a step uses: `parameter` in the pure function, `name` in the project's YAML."""

    parameter: str
    name: str
    type: str = "Any"  # the class of platform_core.resources


@dataclass(frozen=True, slots=True)
class Function:
    """A pure function to render: what it takes, what stands above it, its body, and what it gives.

    `imports` and `definitions` stand at module level, `body` inside. `output` is the variable returned, empty for a
    check; for a chart it is the figure.
    """

    name: str
    inputs: tuple[Input, ...]
    parameters: tuple[Parameter, ...]
    resources: tuple[Resource, ...]
    imports: tuple[Fragment, ...]
    definitions: tuple[Fragment, ...]
    body: tuple[Fragment, ...]
    output: str
    shadowed: tuple[str, ...] = ()  # builtins that the body reads before it binds their name
    disturbs: tuple[str, ...] = ()  # what of its process it changes, and must put back


@dataclass(frozen=True, slots=True)
class Maker:
    """Statements that several steps (their tags) repeat, as a function: what it takes and gives, by their names."""

    name: str
    arguments: tuple[str, ...]
    outputs: tuple[str, ...]
    body: tuple[Fragment, ...]
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Helpers:
    """The definitions that several steps of a notebook share: they stand once, in a module called `name`.

    `makers` hold the statements that they share: each step's own function still has these, and where it is rendered
    it calls the maker in their place.
    """

    name: str
    notebook: str
    imports: tuple[Fragment, ...]
    definitions: tuple[Fragment, ...]
    makers: tuple[Maker, ...] = ()


@dataclass(frozen=True, slots=True)
class DbtModel:
    """What a step becomes that dbt makes: the query of its model, and layer, name and partitioning of new sources."""

    query: str
    sources: tuple[tuple[str, str, bool], ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """All that rendering needs to know of one step: its functions, its hashes, its options.

    `source` is the hash of the resolved closure, `code_version` that of the logic. `ordered` is true where the step
    ends in a sort or says so, so that verification compares order too. `renewed` is true where what the step gives may
    hang on more than its inputs, so that production never leaves it as it is.
    """

    step: Step
    notebook: str
    function: Function
    checks: tuple[Function, ...] = ()
    charts: tuple[Function, ...] = ()
    tests: tuple[Function, ...] = ()
    source: str = ""
    code_version: str = ""
    ordered: bool = False
    renewed: bool = False
    partition_parameter: str | None = None
    helpers: Helpers | None = None
    model: DbtModel | None = None  # where dbt makes the asset

    @property
    def makers(self) -> tuple[Maker, ...]:
        """Those of the helpers that this step calls in the place of statements that it shares."""
        return tuple(m for m in self.helpers.makers if self.step.tag in m.steps) if self.helpers else ()

    @property
    def functions(self) -> tuple[Function, ...]:
        """The functions of the step's module that hold code of the notebook."""
        return (self.function, *self.checks, *self.charts)


@dataclass(frozen=True, slots=True)
class GeneratedFile:
    """A file that promotion writes: its place in the project and its whole text.

    Bytes that are no UTF-8, as a Parquet file has them, stand in the text as lone surrogates.
    """

    path: str
    text: str
    origin: str  # the tag of the step it belongs to

    @classmethod
    def of(cls, path: str, content: bytes, origin: str) -> GeneratedFile:
        """Give the file that holds some bytes."""
        return cls(path, content.decode("utf-8", "surrogateescape"), origin)

    @property
    def content(self) -> bytes:
        """The bytes that are written."""
        return self.text.encode("utf-8", "surrogateescape")
