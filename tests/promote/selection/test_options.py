"""Options: typed by the vocabulary, told with their line, and never a way to break out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promote.model import Cell, Finding, Notebook
from promote.selection.options import header, read_options, stray_options
from promote.vocabulary import vocabulary


def options(
    text: str, metadata: dict[str, Any] | None = None, role: str = "step"
) -> tuple[dict[str, Any], list[Finding]]:
    source = "\n".join(f"#| {line}" for line in text.split("\n")) if text else "x = 1"
    notebook = Notebook("a.ipynb", (Cell(1, "id", "code", source, (), metadata or {}),))
    made, findings = read_options(notebook, 1, "silver:x", role)
    return dict(made.values), findings


@pytest.mark.parametrize(
    ("text", "key", "value"),
    [
        ("key: reference", "key", ("reference",)),
        ("key: [authority, 2025-01-22, no, 010]", "key", ("authority", "2025-01-22", "no", "010")),
        ("key:\n  - a\n  - b", "key", ("a", "b")),
        ("description: 2025", "description", "2025"),
        ("description: |\n  two\n  lines", "description", "two\nlines"),
        ("output: clean_issues", "output", "clean_issues"),
        ("owner: team:planning-data", "owner", ("team:planning-data",)),
        ("owner: [team:a, b@c.gov.uk]", "owner", ("team:a", "b@c.gov.uk")),
        ("ordered: false", "ordered", False),
        ("tolerance: 1e-9", "tolerance", 1e-9),
        ("tolerance: 0", "tolerance", 0),
        ("retention_days: 0x10", "retention_days", 16),
        ("retention_days: 010", "retention_days", 10),
        ("cost: .5", "cost", 0.5),
        ("classification: OFFICIAL-SENSITIVE", "classification", "OFFICIAL-SENSITIVE"),
        ("severity: warn", "severity", "warn"),
        ("deps: [status, issues]", "deps", ("status", "issues")),
        ("kinds: [polars, csv]", "kinds", ("polars", "csv")),
        ("tags: {team: data, tier: 1}", "tags", {"team": "data", "tier": "1"}),
        ("compute: lambda", "compute", {"kind": "lambda"}),
        ("compute: dask", "compute", {"kind": "dask"}),
        ("compute: {kind: dask, workers: 4}", "compute", {"kind": "dask", "workers": 4}),
        (
            "compute: {kind: lambda, environment_variables: {LEVEL: 010}}",
            "compute",
            {"kind": "lambda", "environment_variables": {"LEVEL": "010"}},
        ),
        (
            "compute: {kind: eks, node_type: m5.large, min_nodes: 2, spot_instances: true}",
            "compute",
            {"kind": "eks", "node_type": "m5.large", "min_nodes": 2, "spot_instances": True},
        ),
        ("checks: no_nulls", "checks", ("no_nulls",)),
        (
            "checks: [no_nulls, accepted_values: {status: [open, no]}, {row_count: {min: 1}}]",
            "checks",
            ("no_nulls", {"accepted_values": {"status": ["open", "no"]}}, {"row_count": {"min": 1}}),
        ),
        (
            "partitions: {by: static, values: report_dates, parameter: report_date}",
            "partitions",
            {"by": "static", "values": "report_dates", "parameter": "report_date"},
        ),
        ("partitions: {by: daily, start: 2025-01-22}", "partitions", {"by": "daily", "start": "2025-01-22"}),
        ("freshness: {maximum_lag_minutes: 60}", "freshness", {"maximum_lag_minutes": 60}),
        (
            "freshness: {maximum_lag_minutes: 60, cron_schedule: 0 6 * * *}",
            "freshness",
            {"maximum_lag_minutes": 60, "cron_schedule": "0 6 * * *"},
        ),
        ("schema: IssueSchema", "schema", "IssueSchema"),
    ],
)
def test_values_are_typed(text: str, key: str, value: object) -> None:
    values, findings = options(text)
    assert findings == []
    assert values == {key: value}


@pytest.mark.parametrize(
    ("text", "code", "words", "place"),
    [
        ("ownr: team:x", "PR221", "Did you mean 'owner'?", (1, 4)),
        ("wholly_unknown: 1", "PR221", "Known are: output, key", (1, 4)),
        ("engine: csv", "PR222", "duckdb, dbt", (1, 12)),
        ("key: a\nordered: yes", "PR222", "true or false", (2, 13)),
        ("ordered:", "PR222", "true or false", (1, 12)),
        ("key:", "PR222", "must be text", (1, 8)),
        ("key: []", "PR222", "one to 200", (1, 9)),
        ("key: [a, a]", "PR222", "names 'a' twice", (1, 13)),
        ("key: {a: b}", "PR222", "must be text", (1, 9)),
        ("kinds: [a, b, c, d]", "PR222", "one to 3", (1, 11)),
        ('description: ""', "PR222", "1 to 2000", (1, 17)),
        ('description: "\\x1b[31m"', "PR222", "control character", (1, 17)),
        ("output: class", "PR222", "'class' is none", (1, 12)),
        ("output: ../../x", "PR222", "is none", (1, 12)),
        ("output: größe", "PR222", "is none", (1, 12)),
        ("owner: planning", "PR222", "Write team:planning", (1, 11)),
        ("owner: [a b]", "PR222", "is neither", (1, 12)),
        ("classification: official", "PR222", "Did you mean 'OFFICIAL'?", (1, 20)),
        ("severity: [warn]", "PR222", "must be one of error, warn", (1, 14)),
        ("retention_days: 1.5", "PR222", "whole number", (1, 20)),
        ("retention_days: 0", "PR222", "at least 1", (1, 20)),
        ("retention_days: true", "PR222", "whole number", (1, 20)),
        ("cost: '2'", "PR222", "must be a number", (1, 10)),
        ("cost: .inf", "PR222", "must be a number", (1, 10)),
        ("deps: [Issues]", "PR222", "no asset's name", (1, 11)),
        ("tags: x", "PR222", "names with values", (1, 10)),
        ("tags: {a b: c}", "PR222", "cannot be a name", (1, 11)),
        ("tags: {a: b c}", "PR222", "no value that a tag can have", (1, 14)),
        ("compute: {kind: dask, workers: 0}", "PR227", "workers is not between 1 and 10000", (1, 35)),
        ("compute: {kind: dask, memory_mb: 1024}", "PR221", "no option of dask compute", (1, 26)),
        ("compute: {kind: fargat}", "PR222", "Did you mean 'fargate'?", (1, 20)),
        ("compute: {memory_mb: 1}", "PR222", "must name its kind", (1, 13)),
        ("compute: [lambda]", "PR222", "must be one of lambda", (1, 13)),
        ("compute: {kind: lambda, memory: 1}", "PR221", "no option of lambda compute", (1, 28)),
        ("compute: {kind: lambda, memory_mb: 20000}", "PR227", "nearest allowed is 10240", (1, 39)),
        ("compute: {kind: lambda, memory_mb: x}", "PR227", "no whole number", (1, 39)),
        ("compute: {kind: fargate, cpu_units: 512, memory_mb: 8192}", "PR227", "does not go with", (1, 56)),
        ("compute: {kind: fargate, cpu_units: 4096}", "PR227", "compute.memory_mb does not go", (1, 13)),
        ("compute: {kind: lambda, environment_variables: {A_B: [1]}}", "PR227", "no mapping of text", (1, 51)),
        ("compute: {kind: lambda, environment_variables: 5}", "PR227", "no mapping of text", (1, 51)),
        ("checks: []", "PR222", "at least one", (1, 12)),
        ("checks: [nonulls]", "PR222", "Did you mean 'no_nulls'?", (1, 13)),
        ("checks: [range]", "PR222", "needs arguments", (1, 13)),
        ("checks: [{no_nulls: a, range: b}]", "PR222", "must be names of checks", (1, 13)),
        ("checks: [~]", "PR222", "must be names of checks", (1, 13)),
        ("partitions: daily", "PR222", "must be a mapping", (1, 16)),
        ("partitions: {values: a}", "PR222", "must say by what", (1, 16)),
        ("partitions: {by: dayly, start: 2025-01-01}", "PR222", "Did you mean 'daily'?", (1, 21)),
        ("partitions: {by: daily}", "PR222", "needs start", (1, 16)),
        ("partitions: {by: static, values: a, start: 2025-01-01}", "PR222", "cannot have start", (1, 16)),
        ("partitions: {by: daily, start: 2025-02-30}", "PR222", "must be a date", (1, 35)),
        ("partitions: {by: daily, start: 20250101}", "PR222", "must be a date", (1, 35)),
        ("partitions: {by: static, value: a}", "PR221", "Did you mean 'values'?", (1, 29)),
        ("freshness: 60", "PR222", "must be a mapping", (1, 15)),
        ("freshness: {cron_schedule: 0 6 * * *}", "PR222", "must say maximum_lag_minutes", (1, 15)),
        ("freshness: {maximum_lag_minutes: 5, cron_schedule: daily}", "PR222", "five fields", (1, 15)),
        ("key: a\nkey: b", "PR224", "second time", (2, 4)),
        ("tags: {a: b, a: c}", "PR224", "second time", (1, 17)),
        ("key: [&a x, *a]", "PR225", "anchor or alias", (1, 10)),
        ("key: *a", "PR225", "anchor or alias", (1, 9)),
        ("key: !!python/object:os.system x", "PR225", "YAML tag", (1, 9)),
        ("key: !x [a]", "PR225", "YAML tag", (1, 9)),
        ("key: " + "[" * 20 + "]" * 20, "PR225", "nested too deeply", (1, 20)),
        ("key: [" + "a, " * 4_000 + "a]", "PR225", "too long", None),
        ("key: " + "a" * 70_000, "PR220", "too long", None),
        ("key: \x01", "PR220", "character that YAML does not allow", None),
        ("key: [a", "PR220", "not valid YAML", (1, 4)),
        ("- a\n- b", "PR220", "not keys with values", (1, 4)),
        ("just words", "PR220", "not keys with values", (1, 4)),
        ("[a]: b", "PR220", "one word", (1, 4)),
        ("---\nkey: a\n---\nkey: b", "PR220", "second YAML document", (3, 4)),
    ],
)
def test_what_is_wrong_is_told_with_its_place(text: str, code: str, words: str, place: tuple[int, int] | None) -> None:
    values, (finding, *others) = options(text)
    assert not others
    assert (finding.code, finding.severity, finding.location.tag) == (code, "error", "silver:x")
    assert words in f"{finding.message} {finding.hint}"
    assert place is None or (finding.location.line, finding.location.column) == place
    assert set(values) <= {"key"}


def test_everything_wrong_is_told_at_once() -> None:
    _, findings = options("ordered: yes\nownr: x\ncost: -1")
    assert [(f.code, f.location.line) for f in findings] == [("PR222", 1), ("PR221", 2), ("PR222", 3)]


def test_a_value_of_an_environment_variable_is_never_repeated() -> None:
    _, (finding,) = options("compute: {kind: lambda, environment_variables: {DB_PASSWORD: hunter2}}")
    assert "hunter2" not in finding.message + finding.hint


@pytest.mark.parametrize(
    "text", ["export", "default_exp core", "echo: false", "fig-cap: a", "output: asis", "hide\nexport"]
)
def test_other_tools_lines_are_passed_over(text: str) -> None:
    assert options(text) == ({}, [])
    assert options(f"{text}\nkey: a") == ({"key": ("a",)}, [])


def test_the_panels_options_are_read_and_typed() -> None:
    values, findings = options("", {"key": ["a", "b"], "ordered": True, "cost": 2, "compute": {"kind": "lambda"}})
    assert values == {"key": ("a", "b"), "ordered": True, "cost": 2, "compute": {"kind": "lambda"}}
    assert findings == []


@pytest.mark.parametrize(
    ("metadata", "code"),
    [
        ({"ownr": "x"}, "PR221"),
        ({"ordered": "yes"}, "PR222"),
        ({"echo": False}, "PR221"),
        ({"key": {"a": [[[[[[[[[[[[[[1]]]]]]]]]]]]]]}}, "PR225"),
        ({"key": ["a"] * 3_000}, "PR225"),
        ({"key": None}, "PR222"),
    ],
)
def test_the_panels_options_are_hostile_input(metadata: dict[str, Any], code: str) -> None:
    values, (finding,) = options("", metadata)
    assert (values, finding.code, finding.location.line) == ({}, code, None)


def test_one_option_in_both_places_is_refused() -> None:
    values, (finding,) = options("key: a\nordered: true", {"key": ["b"]})
    assert (finding.code, finding.location.line) == ("PR223", 1)
    assert values["ordered"] is True


def test_a_check_takes_its_severity_alone() -> None:
    assert options("severity: warn", role="check") == ({"severity": "warn"}, [])
    _, (finding,) = options("key: a", role="check")
    assert finding.code == "PR226"


@pytest.mark.parametrize(
    ("source", "numbers"),
    [
        ("x = 1", ()),
        ("", ()),
        ("#| a: 1\n#| b: 2\nx", (1, 2)),
        ("\n  \n#| a: 1", (3,)),
        ("%%time\n\n#| a: 1", (3,)),
        ("# why\n#| a: 1", ()),
        ("#| a: 1\n\n#| b: 2", (1,)),
        ("#|a: 1", (1,)),
    ],
)
def test_the_header(source: str, numbers: tuple[int, ...]) -> None:
    assert header(source) == numbers


def test_places_count_from_the_cells_top(notebook_of: Callable[..., Notebook]) -> None:
    notebook = notebook_of(("silver:x", "%%time\n\n#|\tkey: a\n#| ownr: b"))
    made, (finding,) = read_options(notebook, 1, "silver:x")
    assert made.lines == {"key": (1, 3)}
    assert made.get("key") == ("a",)
    assert (finding.location.line, finding.location.column, finding.location.text) == (4, 4, "#| ownr: b")


def test_an_option_below_the_top_is_told(notebook_of: Callable[..., Notebook]) -> None:
    notebook = notebook_of(("silver:x", "x = 1\n#| key: [a]\n#| echo: false\n#| other: 1"))
    _, (finding,) = read_options(notebook, 1, "silver:x")
    assert (finding.code, finding.location.line) == ("PR226", 2)


def test_options_where_none_are_read_are_told(notebook_of: Callable[..., Notebook]) -> None:
    notebook = notebook_of(("helpers", "#| key: [a]", {"ordered": True}), ("helpers", "x", {"other": 1}))
    assert [f.code for f in stray_options(notebook, 1, "helpers", "helpers have no options")] == ["PR226", "PR226"]
    assert stray_options(notebook, 2, "helpers", "helpers have no options") == []


@given(st.text(alphabet="key: [],{}&*!|>'\"#-\n\t%@`0aé\x07", max_size=60) | st.text(max_size=40))
def test_any_text_gives_values_or_findings(text: str) -> None:
    values, findings = options(text)
    assert all(finding.code.startswith("PR22") for finding in findings)
    assert set(values) <= set(vocabulary()["options"])


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
        max_leaves=6,
    ),
    st.sampled_from(
        ["key", "compute", "checks", "partitions", "freshness", "tags", "owner", "cost", "ordered", "kinds"]
    ),
)
def test_any_metadata_gives_a_value_or_one_finding(value: Any, key: str) -> None:
    values, findings = options("", {key: value})
    assert len(values) + len(findings) == 1
