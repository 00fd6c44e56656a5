"""What a case of a generated test is made of, and what became of it: the values that pass between two processes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from platform_core.frames import FrameKind


@dataclass(frozen=True, slots=True)
class CaseRequest:
    """What to make a case of.

    Attributes:
        name: The asset's name.
        out: The project's folder, or a copy of it; data goes to `tests/assets/data/<name>` under it.
        program: Source texts to run in order: imports, definitions, the step's cells, without IPython syntax.
        output: The variable that holds what the step gives.
        inputs: `{parameter, asset, kind, path, external}` each; `path` is a captured frame.
        preset: Values of parameters by name.
        resources: `{root, files}` by resource name, `files` relative to the root; `parameter` where the variable has
            another name, and `type`, the class, where that is not `FilesResource`.
        ordered: Whether the order of rows counts.
        tolerance: How far floats may lie apart.
        disturbs: What the step's function changes of its process, and puts back.
        literals: More values that may stand as they are, beside those of the program.
        checks: `{items, key, schema}` as the step declares them; `schema` names a variable of the program.
        assertions: `{name, program}` for each check cell.
        spans: For each text of the program the lines that the step's function has too, first and last; mistakes are
            made nowhere else. Without it, in all lines.
        places: For each text of the program its cell, and which line of that cell its first line is.
    """

    name: str
    out: str
    program: Sequence[str]
    output: str
    inputs: Sequence[Mapping[str, Any]] = ()
    preset: Mapping[str, Any] = field(default_factory=dict)
    resources: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    ordered: bool = False
    tolerance: float | None = None
    disturbs: Sequence[str] = ()
    literals: Sequence[Any] = ()
    checks: Mapping[str, Any] = field(default_factory=dict)
    assertions: Sequence[Mapping[str, Any]] = ()
    spans: Sequence[Sequence[tuple[int, int]]] | None = None
    places: Sequence[tuple[int, int]] | None = None


@dataclass(frozen=True, slots=True)
class CaseAnswer:
    """What became of a case. `reason` says why there is none; `files` are relative to `out`.

    `resources` has the class of each. `checks` and `assertions` say which passed on what the notebook gave for the
    made-up inputs. `mutants` counts the mistakes that were made in the cells and those that the test noticed, and
    places the others: `{made, killed, survived: [{cell, line, operator}],
    equivalent: [{cell, line, operator, proof}]}`; where the cells take too long to try all, `untried` places those that
    were not. `examples` says of the rows in `schema_examples.json` how many the schema accepts, and which columns it
    cannot do without.
    """

    ok: bool
    reason: str = ""
    kind: FrameKind | Literal[""] = ""
    rows: int = 0
    ordered: bool = False
    tolerance: float | None = None
    schema: Mapping[str, str] = field(default_factory=dict)
    inputs: Sequence[Mapping[str, str]] = ()
    resources: Mapping[str, str] = field(default_factory=dict)
    preset: Mapping[str, Any] = field(default_factory=dict)
    checks: Mapping[str, bool] = field(default_factory=dict)
    assertions: Mapping[str, bool] = field(default_factory=dict)
    files: Sequence[str] = ()
    mutants: Mapping[str, Any] = field(default_factory=dict)
    examples: Mapping[str, Any] = field(default_factory=dict)
