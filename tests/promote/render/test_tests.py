"""Generated tests: green on the promoted module, red on a module that does something else."""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
import sys
import textwrap
from dataclasses import asdict, replace
from pathlib import Path

import polars as pl
import pytest

from promote.model import Fragment, FrameKind, Function, Input, Options, Parameter, Plan, Resource, Step
from promote.render.kinds import Kinds
from promote.render.tests import Case, render_tests
from promote.render.tests import tests_path as path_of_tests
from promote.verify.case_values import CaseRequest
from promote.verify.cases import build
from promote.verify.frames import write_captured

ROOT = Path(__file__).parents[3]
ENVIRONMENT = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "POLARS_MAX_THREADS": "1"}

DEFINITIONS = "LIMIT = 5\n\n\ndef tidy(frame):\n    return frame.with_columns(pl.col('name').str.strip_chars())"
BODY = """\
issues = (
    tidy(odp_issues)
    .filter(pl.col("severity") == "error")
    .filter(pl.col("count") >= minimum)
    .join(places.lazy(), on="organisation", how="left")
    .with_columns(many=pl.col("count") > LIMIT)
    .unique()
    .sort("organisation", "count", "name")
)"""
CHECK = "assert issues.select(pl.len()).collect().item() > 0"
TEST = """\
given = {
    "odp_issues": pl.DataFrame({"organisation": ["a"], "name": [" x "], "severity": ["error"], "count": [9]}),
    "places": pl.DataFrame({"organisation": ["a"], "region": ["north"]}),
}
expected = pl.DataFrame(
    {"organisation": ["a"], "name": ["x"], "severity": ["error"], "count": [9], "region": ["north"], "many": [True]}
)"""
MODULE = f'''\
"""Issues."""

import polars as pl
from dagster import AssetCheckExecutionContext, AssetCheckResult, AssetExecutionContext, Config

from platform_core.asset_checks import asset_check, run_assertions
from platform_core.sdk import silver_asset

{DEFINITIONS}


def issues(odp_issues: pl.LazyFrame, places: pl.DataFrame, *, minimum: int = 1) -> pl.LazyFrame:
    """Issues."""
{textwrap.indent(BODY, "    ")}
    return issues


class IssuesConfig(Config):
    """Parameters of issues."""

    minimum: int = 1


@silver_asset(
    name="issues",
    description="Issues.",
    key=["organisation"],
    data_quality_checks=["no_nulls", "unique_values"],
)
def issues_asset(
    context: AssetExecutionContext, config: IssuesConfig, odp_issues: pl.LazyFrame, places: pl.DataFrame
) -> pl.LazyFrame:
    """Issues."""
    return issues(odp_issues, places, minimum=config.minimum)


def check_issues(issues: pl.LazyFrame) -> None:
    """What the notebook asserts of issues."""
    {CHECK}


@asset_check(asset="issues", blocking=True)
def issues_check(context: AssetCheckExecutionContext, issues: pl.LazyFrame) -> AssetCheckResult:
    """Run the notebook's assertions on issues."""
    return run_assertions(check_issues, issues)
'''

REAL_ISSUES = pl.DataFrame(
    {
        "organisation": [f"local-authority:{'ABCDEFGH'[n % 8] * 3}" for n in range(200)],
        "name": [f" Council number {n % 50} " for n in range(200)],
        "severity": [["error", "warning", None][n % 3] for n in range(200)],
        "count": [n % 11 for n in range(200)],
    }
)
REAL_PLACES = pl.DataFrame(
    {
        "organisation": [f"local-authority:{letter * 3}" for letter in "ABCDEFZ"],
        "region": ["North East", "North West", "London", "London", "Wales", "South", "East"],
    }
)
INPUTS = (Input("odp_issues", "odp_issues", "lazy"), Input("places", "all_places", "polars", external=True))
KINDS = Kinds({"odp_issues": "lazy", "places": "polars"}, "lazy", guessed=False)


def fragment(text: str, cell: int = 1) -> Fragment:
    return Fragment(cell, 1, text.count("\n") + 1, text, "step")


def function(name: str, body: str, inputs: tuple[Input, ...] = (), **more: object) -> Function:
    parts = {
        "inputs": inputs,
        "parameters": (),
        "resources": (),
        "imports": (fragment("import polars as pl"),),
        "definitions": (),
        "body": (fragment(body, 2),),
        "output": "",
        **more,
    }
    return Function(name, **parts)  # type: ignore[arg-type]  # a short hand for the tests below


PLAN = Plan(
    Step("silver", "issues", (2,), Options({"checks": ["no_nulls", "unique_values"], "key": ["organisation"]})),
    "notebooks/silver/odp.ipynb",
    function(
        "issues",
        BODY,
        INPUTS,
        parameters=(Parameter("minimum", "int", "1"),),
        definitions=(fragment(DEFINITIONS),),
        output="issues",
    ),
    checks=(function("check_issues", CHECK, (Input("issues", "issues", "lazy"),)),),
    tests=(function("test_issues", TEST),),
    ordered=True,
)


def request_for(folder: Path) -> CaseRequest:
    paths = {
        "odp_issues": write_captured(REAL_ISSUES, folder / "odp_issues").path,
        "all_places": write_captured(REAL_PLACES, folder / "all_places").path,
    }
    return CaseRequest(
        name="issues",
        out=str(folder / "project"),
        program=[
            "import polars as pl\nfrom platform_core.sdk import load_asset",
            DEFINITIONS,
            "places = load_asset('all_places', as_='polars')",
            BODY,
        ],
        output="issues",
        inputs=[
            {
                "parameter": i.parameter,
                "asset": i.asset,
                "kind": i.kind,
                "path": str(paths[i.asset]),
                "external": i.external,
            }
            for i in INPUTS
        ],
        preset={"minimum": 2},
        ordered=True,
        checks={"items": ["no_nulls", "unique_values"], "key": ["organisation"]},
        assertions=[{"name": "check_issues", "program": [CHECK]}],
    )


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("promoted")
    answer = build(request_for(folder))
    assert answer.ok, answer.reason
    root = folder / "project"
    package = root / "src" / "demo" / "defs" / "silver"
    package.mkdir(parents=True)
    for part in (package, package.parent, package.parent.parent):
        (part / "__init__.py").touch()
    (package / "issues.py").write_text(MODULE)
    (root / path_of_tests(PLAN)).write_text(render_tests(PLAN, "demo", Case.of(asdict(answer)), KINDS))
    return root


def run(root: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(root), str(root / "tests")],
        capture_output=True,
        text=True,
        cwd=root,
        env=ENVIRONMENT | {"PYTHONPATH": str(root / "src")},
        check=False,
    )


def test_the_generated_tests_pass_on_the_promoted_module(project: Path) -> None:
    done = run(project)
    assert done.returncode == 0, done.stdout
    assert "8 passed" in done.stdout


def test_the_text_is_formatted_linted_and_typed(project: Path) -> None:
    file = project / path_of_tests(PLAN)
    tools = [
        ["ruff", "format", "--isolated", "--line-length", "120", "--check"],
        [
            "ruff",
            "check",
            "--isolated",
            "--line-length",
            "120",
            "--select",
            "E,F,I,D,B,UP,SIM,RUF",
            "--ignore",
            "D203,D213",
        ],
        ["mypy", "--strict", "--follow-imports", "silent", "--config-file", os.devnull],
    ]
    for tool in tools:
        done = subprocess.run(
            [sys.executable, "-m", *tool, str(file)],
            capture_output=True,
            text=True,
            cwd=project,
            env={**os.environ, "MYPYPATH": f"{project / 'src'}{os.pathsep}{ROOT}"},
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr


MISTAKES = [
    (">= minimum", "> minimum"),
    ('    .filter(pl.col("severity") == "error")\n', ""),
    ('== "error"', '!= "error"'),
    ("LIMIT = 5", "LIMIT = 0"),
    ("> LIMIT", "< LIMIT"),
    ('        .sort("organisation", "count", "name")\n', ""),
    ('"count", "name")', '"count", "name", descending=True)'),
    ('how="left"', 'how="inner"'),
    (".str.strip_chars()", ""),
    ("        .unique()\n", ""),
]
# One interpreter for all mistakes: starting Dagster costs more than any of the tests
DRIVER = """
import contextlib, io, json, pathlib, sys
import pytest

module, tests = pathlib.Path(sys.argv[1]), sys.argv[2]
codes = []
for text in json.loads(sys.stdin.read()):
    module.write_text(text)
    for name in [name for name in sys.modules if name.split(".")[0] in ("demo", "test_issues")]:
        del sys.modules[name]
    with contextlib.redirect_stdout(io.StringIO()):
        codes.append(int(pytest.main(["-q", "-x", "-p", "no:cacheprovider", "-k", "gives_what", tests])))
print(json.dumps(codes))
"""


def test_another_module_is_noticed(project: Path, tmp_path: Path) -> None:
    root = shutil.copytree(project, tmp_path / "project")
    module = root / "src" / "demo" / "defs" / "silver" / "issues.py"
    assert all(before in MODULE for before, _ in MISTAKES)
    texts = [MODULE, *(MODULE.replace(before, after) for before, after in MISTAKES)]
    done = subprocess.run(
        [sys.executable, "-c", DRIVER, str(module), str(root / "tests")],
        input=json.dumps(texts),
        capture_output=True,
        text=True,
        cwd=root,
        env=ENVIRONMENT | {"PYTHONPATH": str(root / "src")},
        check=True,
    )
    passed, *codes = json.loads(done.stdout)
    assert passed == 0
    assert [mistake for mistake, code in zip(MISTAKES, codes, strict=True) if code != 1] == []


def test_no_real_text_stands_in_any_file(project: Path) -> None:
    text = "".join(
        file.read_text() for file in project.rglob("*") if file.is_file() and file.suffix in (".json", ".py")
    )
    for secret in ("AAA", "Council number", "North East", "Wales", "local-authority:B"):
        assert secret not in text.replace(MODULE, "")


def test_without_a_case_only_what_needs_no_data_is_tested() -> None:
    text = render_tests(replace(PLAN, tests=()), "demo", Case(ok=False, reason="a .xlsx file is read"), KINDS)
    assert text.startswith('"""Test issues, without data: a .xlsx file is read."""')
    assert "def test_issues_is_an_asset" in text
    assert text.count("def test_") == 1
    assert "no run has shown" in render_tests(replace(PLAN, tests=()), "demo", None, KINDS)


def test_rendering_again_gives_the_same_bytes() -> None:
    case = Case(
        ok=True, inputs=({"parameter": "odp_issues", "file": "a.json"}, {"parameter": "places", "file": "b.json"})
    )
    assert render_tests(PLAN, "demo", case, KINDS) == render_tests(PLAN, "demo", case, KINDS)


def test_files_and_parameters_are_given() -> None:
    plan = replace(
        PLAN,
        step=replace(PLAN.step, layer="bronze", name="taken"),
        function=function(
            "taken",
            "taken = pl.scan_csv(odp.path('a.csv'))",
            resources=(Resource("files", "odp", "FilesResource"),),
            parameters=(Parameter("report_date", "str", '"2025-01-22"'),),
        ),
        checks=(),
        tests=(),
    )
    case = Case(
        ok=True, resources={"odp": "FilesResource"}, preset={"report_date": "2025-03-19"}, schema={"a": "String"}
    )
    text = render_tests(plan, "demo", case, Kinds({}, "lazy", guessed=False))
    assert '"files": FilesResource(root=str(DATA / "odp")),' in text
    assert '"report_date": "2025-03-19",' in text
    assert "import taken as promoted_taken" in text
    assert "def test_taken_leaves_its_files_as_they_are" in text
    compile(text, "test_taken.py", "exec")


def test_pytest_takes_no_function_of_a_step_for_a_test() -> None:
    """It takes whatever of a module begins with `test`."""
    function_of = function("testing", "testing = pl.LazyFrame({'a': [1]})")
    plan = replace(PLAN, step=replace(PLAN.step, name="testing"), function=function_of, checks=(), tests=())
    text = render_tests(plan, "demo", Case(ok=True, schema={"a": "Int64"}), Kinds({}, "lazy", guessed=False))
    assert "import testing as promoted_testing" in text
    imported = [alias for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ImportFrom) for alias in node.names]
    assert [alias.name for alias in imported if (alias.asname or alias.name).startswith("test")] == []


def test_hostile_names_stay_within_their_comment() -> None:
    text = render_tests(replace(PLAN, notebook='a\n"""\nimport os.ipynb'), "demo", None, KINDS)
    assert "\nimport os" not in text


def test_what_a_test_cell_needs_is_imported_or_defined() -> None:
    shared, own = fragment(DEFINITIONS), fragment("PRICE = 3", 3)
    first = function("test_issues", "issues = 1\n" + TEST, definitions=(shared, own))
    second = function("test_issues_2", TEST, definitions=(own,))
    plan = replace(PLAN, tests=(first, second), step=replace(PLAN.step, options=Options({"tolerance": 0.01})))
    text = render_tests(plan, "demo", None, KINDS)
    assert "from demo.defs.silver.issues import LIMIT, issues_asset, tidy\n" in text
    assert "import issues as promoted_issues\n" in text
    assert text.count("\nPRICE = 3\n") == 1
    assert "def test_issues_as_the_notebook_says_2" in text
    assert "ordered=True, tolerance=0.01)" in text
    compile(text, "test_issues.py", "exec")


def test_a_schema_is_taken_from_the_module() -> None:
    options = Options({"checks": ["schema_validation"], "schema": "IssueSchema"})
    plan = replace(PLAN, step=replace(PLAN.step, options=options), tests=())
    case = Case(
        ok=True,
        inputs=({"parameter": "odp_issues", "file": "a.json"}, {"parameter": "places", "file": "b.json"}),
        checks={"schema_validation": True},
        assertions={"check_issues": False},
    )
    text = render_tests(plan, "demo", case, KINDS)
    assert 'resolve_checks(["schema_validation"], schema=IssueSchema)' in text
    assert "run_assertions(check_issues, frame).description" in text
    compile(text, "test_issues.py", "exec")


@pytest.mark.parametrize(
    ("output", "columns", "shown"),
    [
        (
            "lazy",
            ["fee"],
            '    for name in ["fee"]:\n        assert not check.run(rows[:accepted].drop(name)).passed\n',
        ),
        ("pandas", ["fee"], "        assert not check.run(rows[:accepted].drop(columns=name)).passed\n"),
        ("lazy", [f"a_long_column_{n}" for n in range(9)], '    for name in [\n        "a_long_column_0",\n'),
        ("lazy", [], ""),
    ],
)
def test_a_schema_is_asked_of_rows_that_it_takes_and_of_others(
    output: FrameKind, columns: list[str], shown: str
) -> None:
    options = Options({"checks": ["schema_validation"], "schema": "IssueSchema"})
    plan = replace(PLAN, step=replace(PLAN.step, options=options), tests=())
    given = ({"parameter": "odp_issues", "file": "a.json"}, {"parameter": "places", "file": "b.json"})
    case = Case(ok=True, inputs=given, examples={"accepted": 3, "columns": columns})
    text = render_tests(plan, "demo", case, replace(KINDS, output=output))
    assert "    check = validate_schema(IssueSchema)\n" in text
    assert 'read_frame(DATA / "schema_examples.json"), 3\n    assert check.run(rows[:accepted]).passed\n' in text
    assert shown in text
    assert ("rows[:accepted].drop(" in text) == bool(columns)
    compile(text, "test_issues.py", "exec")
    without = render_tests(replace(plan, step=PLAN.step), "demo", case, KINDS)
    assert "schema_refuses" not in without, "no schema, nothing to examine"
