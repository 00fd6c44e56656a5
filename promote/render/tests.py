"""Render the test file of a step: on made-up data, the promoted function gives what the notebook's cells gave.

A pure function of the plan, the kinds of its frames and the case that `promote.verify.cases` made: the same arguments
give the same bytes on every machine.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from platform_core.resource_types import CLASSES, FILES
from promote.dataflow.excerpt import indent
from promote.model import Fragment, FrameKind, Function, Input, Plan
from promote.render.imports import import_block
from promote.render.kinds import Kinds
from promote.render.names import ASSET_SUFFIX
from promote.render.pytext import WIDTH, call, docstring, literal
from promote.trees import parse

_OWN = CLASSES | frozenset(
    ("Any", "Path", "DATA", "taken", "given", "expected", "got", "assert_frames_equal", "convert", "frame_schema",
     "given_frame", "read_frame", "resolve_checks", "run_assertions", "pl", "pd", "duckdb")
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Case:
    """What `promote.verify.cases` answered: where made-up data stands and what the notebook gave for it."""

    ok: bool
    reason: str = ""
    kind: FrameKind = "unknown"
    rows: int = 0
    ordered: bool = False
    tolerance: float | None = None
    schema: Mapping[str, str] = field(default_factory=dict)
    inputs: tuple[Mapping[str, str], ...] = ()
    resources: Mapping[str, str] = field(default_factory=dict)
    preset: Mapping[str, Any] = field(default_factory=dict)
    checks: Mapping[str, bool] = field(default_factory=dict)
    assertions: Mapping[str, bool] = field(default_factory=dict)
    files: tuple[str, ...] = ()
    examples: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, answer: Mapping[str, Any]) -> Case:
        """Take the answer as it came out of JSON.

        >>> Case.of({"ok": False, "reason": "no input", "inputs": []})
        Case(ok=False, reason='no input', kind='unknown', rows=0, ordered=False, tolerance=None, schema={}, \
inputs=(), resources={}, preset={}, checks={}, assertions={}, files=(), examples={})
        """
        known = {item.name for item in fields(cls)}
        values: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in answer.items()
        }
        return cls(**{name: value for name, value in values.items() if name in known})


def tests_path(plan: Plan) -> str:
    """Give the test file's place in the project."""
    return f"tests/assets/test_{plan.step.name}.py"


def render_tests(plan: Plan, package: str, case: Case | None, kinds: Kinds) -> str:
    """Give the text of a step's test file.

    Args:
        plan: The step.
        package: The project's Python package.
        case: The made-up data and what the notebook gave for it; without it only what needs no data is tested.
        kinds: The kinds of the step's frames.
    """
    writer = _Writer(plan, package, case if case is not None and case.ok else None, kinds)
    body = writer.sections()
    said = f"Test {plan.step.name}: on made-up data it gives what the notebook's cells give."
    if writer.case is None:
        said = f"Test {plan.step.name}, without data: {_reason(case)}."
    notebook = "".join(character if character.isprintable() else "?" for character in plan.notebook)
    header = [
        *docstring(said),
        "",
        f"# Promoted from {notebook}, step {plan.step.tag}. Change the notebook and run `promote`.",
        "",
        *import_block(writer.imports, package),
    ]
    return "\n".join([*header, *body]).rstrip("\n") + "\n"


def _reason(case: Case | None) -> str:
    return (case.reason if case is not None else "").rstrip(".") or "no run has shown what the notebook gives"


class _Writer:
    """Collects the sections of one test file and what they import."""

    def __init__(self, plan: Plan, package: str, case: Case | None, kinds: Kinds) -> None:
        self.plan = plan
        self.name = plan.step.name
        self.case = case
        self.kinds = kinds
        self.module = f"{package}.defs.{plan.step.layer}.{self.name}"
        self.imports: list[str] = []
        collected = self.name.startswith("test")  # pytest takes such a function for a test
        clashing = collected or self.name in _OWN or any(self.name in _bound(test.body) for test in plan.tests)
        self.function = f"promoted_{self.name}" if clashing else self.name
        self.asset = f"{self.function if collected else self.name}{ASSET_SUFFIX}"

    def sections(self) -> list[str]:
        """Give everything under the imports."""
        self.take(f"{self.name}{ASSET_SUFFIX}", self.asset)
        lines: list[str] = []
        if self.case is not None:
            self.imports += ["from pathlib import Path", "from typing import Any"]
            lines += ["", f'DATA = Path(__file__).parent / "data" / {literal(self.name)}']
        definitions = self.definitions()
        if definitions:
            lines += ["", *(line for fragment in definitions for line in fragment.text.split("\n"))]
        tests = [self.declared()]
        if self.case is not None:
            tests = [self.taken(), self.same(), self.schema(), *self.checks(), self.again(), self.unchanged(), *tests]
        tests += [self.from_cell(test, number) for number, test in enumerate(self.plan.tests, start=1)]
        for test in tests:
            lines += ["", "", *test]
        return lines

    def take(self, name: str, shown: str = "") -> str:
        """Import a name of the module under test."""
        alias = f" as {shown}" if shown and shown != name else ""
        self.imports.append(f"from {self.module} import {name}{alias}")
        return shown or name

    def helper(self, name: str) -> str:
        self.imports.append(f"from platform_core.testing import {name}")
        return name

    def called(self) -> str:
        return f"{self.take(self.name, self.function)}(**taken())"

    def compared(self, got: str, expected: str, *, ordered: bool | None = None) -> list[str]:
        given = [got, expected, f"ordered={self.plan.ordered if ordered is None else ordered}"]
        tolerance = self.plan.step.options.get("tolerance")
        if tolerance is not None:
            given.append(f"tolerance={literal(tolerance)}")
        return call(f"    {self.helper('assert_frames_equal')}(", given, ")")

    def kind_of(self, item: Input) -> FrameKind:
        kind = self.kinds.inputs.get(item.parameter, item.kind)
        return kind if kind != "unknown" else "lazy"

    # What the function takes

    def taken(self) -> list[str]:
        assert self.case is not None  # noqa: S101 -- sections() asks only where there is a case
        files = {item["parameter"]: item["file"] for item in self.case.inputs}
        items = [
            f"{literal(item.parameter)}: {self.helper('read_frame')}"
            f"(DATA / {literal(files[item.parameter])}, as_={literal(self.kind_of(item))})"
            for item in self.plan.function.inputs
        ]
        items += [
            f"{literal(resource.parameter)}: {self.files(resource.name)}" for resource in self.plan.function.resources
        ]
        items += self.parameters()
        return [
            "def taken() -> dict[str, Any]:",
            '    """Give what the function takes: frames made up in the form of the real ones."""',
            *call("    return {", items, "}", explode=bool(items)),
        ]

    def files(self, name: str) -> str:
        assert self.case is not None  # noqa: S101 -- as above
        kind = self.case.resources.get(name, FILES)
        self.imports.append(f"from platform_core.resources import {kind}")
        folder = f"DATA / {literal(name)}"
        return f"{kind}(root=str({folder}))" if kind == FILES else f"{kind}.replaying({folder})"

    def parameters(self) -> list[str]:
        """Give the parameters that were set otherwise than by default."""
        preset = self.case.preset if self.case is not None else {}
        return [
            f"{literal(parameter.name)}: {literal(preset[parameter.name])}"
            for parameter in self.plan.function.parameters
            if parameter.name in preset and literal(preset[parameter.name]) != parameter.default
        ]

    # The tests

    def same(self) -> list[str]:
        kind = self.kinds.output if self.kinds.output != "unknown" else "polars"
        expected = f'{self.helper("read_frame")}(DATA / "expected.json", as_={literal(kind)})'
        return [
            f"def test_{self.name}_gives_what_the_notebook_gave() -> None:",
            '    """The rows are those that the notebook\'s own cells gave for this data."""',
            f"    expected = {expected}",
            *self.compared(self.called(), "expected"),
        ]

    def schema(self) -> list[str]:
        assert self.case is not None  # noqa: S101 -- as above
        items = [f"{literal(name)}: {literal(kind)}" for name, kind in self.case.schema.items()]
        call_ = f"{self.helper('frame_schema')}({self.called()})"
        return [
            f"def test_{self.name}_schema() -> None:",
            '    """Columns stand in this order with these types."""',
            *call(f"    assert {call_} == {{", items, "}", explode=bool(items)),
        ]

    def checks(self) -> list[list[str]]:
        """Give a test of the declared checks, and one for each check cell."""
        assert self.case is not None  # noqa: S101 -- as above
        tests: list[list[str]] = []
        options = self.plan.step.options
        if self.case.checks:
            self.imports.append("from platform_core.asset_checks import resolve_checks")
            given = [literal(options.get("checks"))]
            if (key := options.get("key")) is not None:
                given.append(f"key={literal(key)}")
            if (schema := options.get("schema")) is not None:
                given.append(f"schema={self.take(schema)}")
            items = [f"{literal(name)}: {passed}" for name, passed in self.case.checks.items()]
            tests.append(
                [
                    f"def test_{self.name}_checks() -> None:",
                    '    """Each declared check runs, and passes where it passed on what the notebook gave."""',
                    *call("    checks = resolve_checks(", given, ")"),
                    *call("    passed = {", items, "}", explode=True),
                    f"    frame = {self.called()}",
                    "    outcomes = {check.name: check.run(frame).passed for check in checks if check.name in passed}",
                    "    assert outcomes.keys() == passed.keys()",
                    "    assert all(outcomes[name] for name in passed if passed[name])",
                ]
            )
        if self.case.examples and options.get("schema") is not None:
            tests.append(self.examined(options.get("schema"), self.case.examples))
        known = self.case.assertions
        return tests + [
            self.assertion(check, holds=known[check.name]) for check in self.plan.checks if check.name in known
        ]

    def examined(self, schema: str, examples: Mapping[str, Any]) -> list[str]:
        """Give a test of the schema on rows that it takes and rows that it refuses."""
        self.imports.append("from platform_core.asset_checks import validate_schema")
        accepted, columns = examples["accepted"], list(examples["columns"])
        lacking = (
            "rows[:accepted].drop(columns=name)" if self.kinds.output == "pandas" else "rows[:accepted].drop(name)"
        )
        absent = [f"    for name in {literal(columns)}:", f"        assert not check.run({lacking}).passed"]
        if columns and len(absent[0]) > WIDTH:
            opened = call("    for name in [", [literal(name) for name in columns], "]:", explode=True)
            absent = [*opened, absent[1]]
        return [
            f"def test_{self.name}_schema_refuses() -> None:",
            '    """The schema takes the first rows, and refuses each other one and a missing column."""',
            f"    check = validate_schema({self.take(schema)})",
            f'    rows, accepted = {self.helper("read_frame")}(DATA / "schema_examples.json"), {accepted}',
            "    assert check.run(rows[:accepted]).passed",
            "    for row in range(accepted, len(rows)):",
            "        assert not check.run(rows[row : row + 1]).passed",
            *(absent if columns else []),
        ]

    def assertion(self, check: Function, *, holds: bool) -> list[str]:
        self.imports.append("from platform_core.asset_checks import run_assertions")
        given = ", ".join([self.take(check.name), *("frame" for _ in check.inputs)])
        said = "hold" if holds else "can be decided"
        return [
            f"def test_{self.name}_{check.name}() -> None:",
            f'    """What the notebook asserts {said}."""',
            *([f"    frame = {self.called()}"] if check.inputs else []),
            f"    assert run_assertions({given}).{'passed' if holds else 'description'}",
        ]

    def again(self) -> list[str]:
        return [
            f"def test_{self.name}_twice_gives_the_same() -> None:",
            '    """Running it again changes nothing."""',
            *self.compared(self.called(), self.called()),
        ]

    def unchanged(self) -> list[str]:
        names = [item.parameter for item in self.plan.function.inputs]
        if not names:
            return [
                f"def test_{self.name}_leaves_its_files_as_they_are() -> None:",
                '    """No file that it reads is changed."""',
                '    before = {path: path.read_bytes() for path in DATA.rglob("*") if path.is_file()}',
                f"    {self.called()}",
                '    assert {path: path.read_bytes() for path in DATA.rglob("*") if path.is_file()} == before',
            ]
        pair = "given[name], before[name]"
        return [
            f"def test_{self.name}_leaves_its_inputs_as_they_are() -> None:",
            '    """No frame that it takes is changed in place."""',
            "    given, before = taken(), taken()",
            f"    {self.take(self.name, self.function)}(**given)",
            f"    for name in {literal(names)}:",
            f"        {self.helper('assert_frames_equal')}({pair}, ordered=True)",
        ]

    def declared(self) -> list[str]:
        asset = self.asset
        return [
            f"def test_{self.name}_is_an_asset() -> None:",
            '    """Dagster knows it by its name, in its layer."""',
            f"    assert {asset}.key.to_user_string() == {literal(self.name)}",
            f"    assert {asset}.group_names_by_key[{asset}.key] == {literal(self.plan.step.layer)}",
        ]

    # The notebook's own test cells

    def definitions(self) -> list[Fragment]:
        """Give what test cells need at module level; what the module defines already is imported from it."""
        theirs = {fragment.text for function in self.plan.functions for fragment in function.definitions}
        found: dict[tuple[int, int, str], Fragment] = {}
        for test in self.plan.tests:
            self.imports += [fragment.text for fragment in test.imports]
            for fragment in test.definitions:
                if fragment.text in theirs:
                    for name in sorted(_bound([fragment])):
                        self.take(name)
                else:
                    found[fragment.cell, fragment.first, fragment.text] = fragment
        return [found[key] for key in sorted(found)]

    def from_cell(self, test: Function, number: int) -> list[str]:
        function = self.plan.function
        self.imports.append("from platform_core.frames import convert")
        kind = self.kinds.output if self.kinds.output != "unknown" else "polars"
        given = [
            f"{item.parameter}={self.helper('given_frame')}(given, {literal(self.kind_of(item))}, {_names(item)})"
            for item in function.inputs
        ]
        given += [f"{resource.parameter}=given[{literal(resource.name)}]" for resource in function.resources]
        body = [line for fragment in test.body for line in indent(fragment.text).split("\n")]
        self.take(self.name, self.function)
        return [
            f"def {test_of_cell(self.plan, number)}() -> None:",
            '    """For what the test cell gives comes what it expects."""',
            *body,
            *call(f"    got = {self.function}(", given, ")"),
            *self.compared("got", f"convert(expected, {literal(kind)})"),
        ]


def test_of_cell(plan: Plan, number: int) -> str:
    """Give the name of the function that the test cell of this number (from 1) becomes."""
    return f"test_{plan.step.name}_as_the_notebook_says{f'_{number}' if len(plan.tests) > 1 else ''}"


def _names(item: Input) -> str:
    return ", ".join(literal(name) for name in dict.fromkeys([item.parameter, item.asset]))


def _bound(fragments: Sequence[Fragment]) -> set[str]:
    """Give the names that code binds at its own level."""
    names: set[str] = set()
    for fragment in fragments:
        for node in ast.walk(parse(fragment.text)):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                names.add(node.id)
            elif isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef):
                names.add(node.name)
    return names
