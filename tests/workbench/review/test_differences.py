"""Every kind of change has its word, its place and its question; what did not change is not shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from platform_core.links import Links
from tests.workbench.review.projects import CONFIG, PACKAGE, Repo, Step, change_of, files, without, words
from workbench.review.document import Table
from workbench.review.lines import blocks as lines
from workbench.review.wording import said
from workbench.review.writing import render

RAW = Step("raw", "bronze", resource="towns", imports="from platform_core.resources import FilesResource")
RENTS = Step(
    "rents",
    inputs=("raw",),
    said={"key": '["town"]', "owners": '["team:a"]', "data_quality_checks": '["no_nulls"]', "tags": '{"a": "b"}'},
    parameters="least: int = 3",
    compute="@fargate_compute(cpu_units=256)",
)
BELOW = Step("below", "gold", inputs=("rents",), said={"owners": '["team:b"]'})


def test_two_equal_revisions_differ_in_nothing(repo: Repo) -> None:
    found = repo.review(files(RAW, RENTS, BELOW), files(RAW, RENTS, BELOW))
    assert (found.changes, found.unchanged, found.verdict) == ((), 3, "clear")
    assert (found.reasons, found.notes, found.checklist, found.settings) == ((), (), (), ())


def said_with(**more: str) -> Mapping[str, str]:
    return {**RENTS.said, **more}


@pytest.mark.parametrize(
    ("changes", "word", "details"),
    [
        ({"body": "return raw"}, ("CODE_VERSION",), ()),
        ({"inputs": ("raw", "other")}, ("CODE_VERSION", "DEPENDENCIES"), ("read",)),
        ({"said": said_with(deps='["other"]')}, ("DEPENDENCIES",), ()),
        (
            {"said": said_with(partitions_def='static_partitions("years")')},
            ("PARTITIONS_DEFINITION",),
            ("partitions", "partition keys"),
        ),
        ({"said": said_with(tags='{"a": "c"}')}, ("TAGS",), ("a",)),
        ({"said": said_with(kinds='["polars"]')}, ("TAGS",), ("dagster/kind/polars",)),
        ({"compute": "@lambda_compute(memory_mb=512)"}, ("TAGS",), ("compute",)),
        ({"compute": "@fargate_compute(cpu_units=512)"}, (), ("compute",)),
        ({"said": said_with(key='["town", "year"]')}, ("METADATA",), ("key",)),
        ({"said": said_with(classification='"OFFICIAL"')}, ("METADATA",), ("classification",)),
        ({"said": said_with(retention_days="30")}, ("METADATA",), ("retention_days",)),
        ({"said": said_with(cost="0.5")}, ("METADATA",), ("cost",)),
        ({"said": said_with(owners='["team:c"]')}, (), ("owners",)),
        ({"said": said_with(description='"All rents."')}, (), ("description",)),
        ({"said": said_with(data_quality_checks='["unique_values"]')}, (), ("checks",)),
        ({"said": said_with(severity='"warn"')}, (), ("severity",)),
        ({"said": said_with(freshness_policy='freshness(cron_schedule="0 6 * * *")')}, (), ("freshness",)),
        ({"said": said_with(io_manager_key='"other"')}, (), ("io_manager_key",)),
        ({"parameters": "least: int = 4"}, ("CODE_VERSION",), ("parameters",)),
        ({"below": '\n@asset_check(asset="rents", blocking=True)\ndef rents_check(x): ...\n'}, (), ("checks",)),
        ({"below": "\n# a comment\n"}, (), ("text of the module",)),
        ({"rows": 1000}, (), ("evidence",)),
    ],
)
def test_every_change_has_its_word(
    repo: Repo, changes: Mapping[str, Any], word: tuple[str, ...], details: tuple[str, ...]
) -> None:
    found = repo.review(files(RAW, RENTS), files(RAW, replace(RENTS, **changes)))
    assert words(found) == {"rents": word}
    assert {what for what, _, _ in change_of(found, "rents").details} >= set(details)
    assert change_of(found, "rents").standing == "proven"
    assert found.unchanged == 1


def test_an_asset_comes_and_another_goes(repo: Repo) -> None:
    found = repo.review(files(RAW, RENTS), files(RAW, replace(RENTS, name="leases")))
    assert words(found) == {"leases": ("NEW",), "rents": ("REMOVED",)}
    assert (found.verdict, found.unchanged) == ("careful", 1)


def test_a_new_partition_in_the_configuration_changes_the_definition_of_partitions(repo: Repo) -> None:
    step = replace(RENTS, said=said_with(partitions_def='static_partitions("years")'))
    before = files(RAW, step)
    found = repo.review(before, {**before, "config/base.yaml": CONFIG.replace('"2024"]', '"2024", "2025"]')})
    assert words(found) == {"rents": ("PARTITIONS_DEFINITION",)}
    assert change_of(found, "rents").details == (("partition keys", "2", "3 (1 added, 0 removed)"),)
    assert found.settings == (("config/base.yaml: partitions.years", "2 values", "3 values"),)


def test_a_setting_is_named_and_its_value_is_not_shown(repo: Repo) -> None:
    before = files(RAW)
    found = repo.review(before, {**before, "config/prod.yaml": "resources:\n  towns: {root: s3cr3t, more: 1}\n"})
    assert [where for where, _, _ in found.settings] == [
        "config/prod.yaml: resources.towns.more",
        "config/prod.yaml: resources.towns.root",
    ]
    assert "s3cr3t" not in repr(found.settings)
    assert "The configuration changed: is it right in every environment?" in found.checklist


def test_edges_downstream_assets_and_owners_are_told(repo: Repo) -> None:
    other = Step("other", "bronze", said={"owners": '["team:c"]'})
    found = repo.review(
        files(RAW, other, RENTS, BELOW), files(RAW, other, replace(RENTS, inputs=("other",)), BELOW)
    ).lineage
    assert (found.added, found.removed) == ((("other", "rents"),), (("raw", "rents"),))
    assert found.downstream == ("below",)
    assert found.owners == (("team:a", ("rents",)), ("team:b", ("below",)))


def test_an_edge_that_comes_from_a_check_of_references_counts(repo: Repo) -> None:
    checks = '[{"referential": {"column": "town", "to": "other"}}]'
    found = repo.review(files(RENTS), files(replace(RENTS, said=said_with(data_quality_checks=checks))))
    assert found.lineage.added == (("other", "rents"),)
    assert words(found) == {"rents": ("DEPENDENCIES",)}


def test_who_reads_what_is_removed_stops_the_merge(repo: Repo) -> None:
    found = repo.review(files(RAW, RENTS, BELOW), files(RAW, BELOW))
    assert found.verdict == "blocked"
    assert "below still reads what is removed here: rents." in map(said, found.reasons)


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"town": "String"}, [("rent", "removed", True)]),
        ({"town": "String", "rent": "Float64"}, [("rent", "retyped", True)]),
        ({"town": "String", "rent": "Int64", "year": "Int64"}, [("year", "added", False)]),
        ({"rent": "Int64", "town": "String"}, [("rent", "moved", False)]),
        (
            {"year": "Int64", "rent": "String"},
            [("town", "removed", True), ("rent", "retyped", True), ("year", "added", False)],
        ),
    ],
)
def test_differences_of_schema_come_with_the_breaking_ones_first(
    repo: Repo, schema: Mapping[str, str], expected: list[tuple[str, str, bool]]
) -> None:
    found = repo.review(files(RAW, RENTS), files(RAW, replace(RENTS, body="return raw", schema=schema)))
    assert [(one.column, one.kind, one.breaking) for one in change_of(found, "rents").columns] == expected
    assert found.verdict == ("careful" if expected[0][2] else "clear")


HELPERS = "import pandera.polars as pa\n\n\nclass Reported(pa.DataFrameModel):\n    year: int = pa.Field(nullable={})\n"


def contracted(year: bool, rent: str) -> Step:
    """Give a step whose contract is a model of its own over one of the helpers."""
    return replace(
        RENTS,
        imports="from rents.helpers.clean import Reported\nimport pandera.polars as pa",
        above=f"class Rents(Reported):\n    town: str\n    rent: int = pa.Field({rent})\n",
        said=said_with(schema="Rents"),
        helpers={"src/rents/helpers/clean.py": HELPERS.format(year)},
    )


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (contracted(False, ""), contracted(False, "nullable=True"), [("rent", "nullable", True)]),
        (contracted(True, "nullable=True"), contracted(True, "ge=0"), [("rent", "required", False)]),
        (contracted(False, ""), contracted(True, ""), [("year", "nullable", True)]),
    ],
)
def test_what_may_be_null_is_read_from_the_contract_and_the_classes_above_it(
    repo: Repo, before: Step, after: Step, expected: list[tuple[str, str, bool]]
) -> None:
    found = repo.review(files(RAW, before), files(RAW, after))
    assert [(one.column, one.kind, one.breaking) for one in change_of(found, "rents").columns] == expected


def test_data_are_compared_by_rows_digest_and_what_was_read(repo: Repo) -> None:
    after = replace(RENTS, body="return raw", rows=1000, digest="d2", read=1500)
    data = change_of(repo.review(files(RAW, RENTS), files(RAW, after)), "rents").data
    assert data is not None
    assert (data.comparable, data.rows, data.same, data.read) == (True, (1891, 1000), False, (("raw", 2000, 1500),))


def test_columns_and_nulls_are_compared_where_the_evidence_has_them(repo: Repo) -> None:
    def step(rent: str, nulls: int) -> Step:
        columns = {"town": {"digest": "t", "nulls": 0}, "rent": {"digest": rent, "nulls": nulls}}
        output = {"kind": "lazy", "rows": 50, "digest": rent, "schema": {"town": "String"}, "columns": columns}
        return replace(RAW, facts={"output": output})

    data = change_of(repo.review(files(step("a", 0)), files(step("b", 12))), "raw").data
    assert data is not None
    assert (data.agreeing, data.disagreeing, data.nulls) == ((1, 2), ("rent",), (("rent", 0, 12), ("town", 0, 0)))
    changed = repo.review(files(step("a", 0)), files(replace(step("b", 0), parameters="least: int = 3")))
    asked = "raw: values of rent are other ones on the same data: is that what it is for?"
    assert asked in [said(one) for one in changed.checklist]


def labelled(rows: int, since: str, root: str, columns: dict[str, str], nulls: int | str = 0, **more: object) -> Step:
    told = {name: {"nulls": nulls if name == "rent" else 0, "since": label} for name, label in columns.items()}
    schema = dict.fromkeys(columns, "String")
    output = {"kind": "lazy", "rows": rows, "schema": schema, "since": since, "root": root, "columns": told, **more}
    return replace(RAW, body=f"return raw  # {since}", facts={"output": output})


FIRST = labelled(50, "l1", "l1", {"town": "l1", "rent": "l1"})


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        # one column is another; the row says which
        (labelled(50, "l2", "l1", {"town": "l1", "rent": "l2"}, 12), (False, (1, 2), ("rent",), (0, 12))),
        # other logic, the same data, though what it reads has more rows now
        (labelled(90, "l1", "l1", {"town": "l1", "rent": "l1"}), (True, (2, 2), (), (0, 0))),
        # nobody compared the two
        (labelled(50, "l9", "l9", {"town": "l9", "rent": "l9"}), (None, None, (), (0, 0))),
        # the same code all the way up
        (labelled(50, "l1", "l0", {"town": "l1", "rent": "l1"}), (True, None, (), (0, 0))),
        # a count that the evidence suppressed
        (labelled(50, "l2", "l1", {"town": "l1", "rent": "l2"}, "<10"), (False, (1, 2), ("rent",), (0, "<10"))),
    ],
)
def test_labels_tell_where_two_versions_agree(
    repo: Repo,
    after: Step,
    expected: tuple[bool | None, tuple[int, int] | None, tuple[str, ...], tuple[int, int | str]],
) -> None:
    data = change_of(repo.review(files(FIRST), files(after)), "raw").data
    assert data is not None
    rent = next((a, b) for name, a, b in data.nulls if name == "rent")
    assert (data.same, data.agreeing, data.disagreeing, rent) == expected


def told(repo: Repo, before: Step, after: Step, pyproject: str = "") -> str:
    own = {"pyproject.toml": pyproject} if pyproject else {}
    found = repo.review(files(before) | own, files(after) | own)
    row = next(line for line in render(found, "markdown", None, {}).splitlines() if line.startswith("| `raw` | 5"))
    assert f'"small_counts": {found.small}' in render(found, "json", None, {})
    return row


def test_the_row_of_an_asset_tells_columns_nulls_and_key(repo: Repo) -> None:
    key = {"columns": ["town"], "repeats": 12}
    before = replace(FIRST, said={"key": '["town"]'})
    after = replace(labelled(50, "l2", "l1", {"town": "l1", "rent": "l2"}, 12, key=key), said={"key": '["town"]'})
    row = told(repo, before, after)
    assert "| different | 1 of 2, not `rent` | `rent` 0 to 12 | `town` (unique: no, 12 rows repeat it, " in row
    assert "| as before |" in told(repo, before, replace(before, body="return raw  # again"))


def test_the_project_says_which_counts_are_small(repo: Repo) -> None:
    after = labelled(56, "l2", "l1", {"town": "l1", "rent": "l2"}, 7)
    assert "| 50 | differs by &#60;10 | different, more rows | 1 of 2, not `rent` | `rent` 0 to &#60;10 |" in told(
        repo, FIRST, after
    )
    five = '[tool.workbench]\npackage = "rents"\nsmall_counts = 5\n'
    assert "| 50 | 56 | different, 12 % more rows | 1 of 2, not `rent` | `rent` 0 to 7 |" in told(
        repo, FIRST, after, five
    )


@pytest.mark.parametrize("nulls", ["<b>", "all but", "< 10", "<0", "Ambridge", "<99999", -1, 1.5, True, []])
def test_a_count_that_is_none_makes_evidence_that_cannot_be_read(repo: Repo, nulls: Any) -> None:
    found = repo.review(files(FIRST), files(labelled(50, "l2", "l1", {"town": "l1", "rent": "l2"}, nulls)))
    assert change_of(found, "raw").standing == "broken"


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        (RENTS, replace(RENTS, verified=False), "this revision has no current evidence"),
        (replace(RENTS, verified=False), RENTS, "the revision before has no current evidence"),
        (RENTS, replace(RENTS, facts={"partition": "2024"}), "each side was proven on another partition"),
        (RENTS, replace(RENTS, rows=5), "its evidence contradicts itself: the same digest of another number of rows"),
    ],
)
def test_what_cannot_be_compared_is_said(repo: Repo, before: Step, after: Step, why: str) -> None:
    data = change_of(repo.review(files(RAW, before), files(RAW, after)), "rents").data
    assert data is not None
    assert (data.comparable, data.why_not) == (False, why)


QUESTIONS = [
    ({"said": said_with(key='["town", "year"]')}, "rents: the key changed: are the joins downstream still right?"),
    ({"said": said_with(owners='["team:c"]')}, "rents: the owner changed: do both sides know?"),
    ({"rows": 1000, "digest": "d2"}, "rents has clearly fewer rows than before: is that meant?"),
    ({"rows": 0, "digest": "d2"}, "rents has no rows any more: is that meant?"),
    ({"digest": "d2"}, "rents: its data differ though its logic is the same: did what it reads change?"),
    (
        {"body": "return raw"},
        "rents: its logic changed and its data did not: does the data of the run reach what changed?",
    ),
    (
        {"facts": {"tests": {"passed": 1, "mutants": {"killed": 3, "survived": [{}, {}]}}}},
        "rents: its tests let 2 deliberate mistakes pass of 5: does one of them matter?",
    ),
    (
        {"facts": {"tests": {"passed": 1, "mutants": {"killed": 3, "survived": [], "untried": [{}]}}}},
        "rents: 1 deliberate mistake could not be tried, since its code takes long",
    ),
    (
        {"facts": {"parity": {"verdict": "equal", "order": "not compared", "tolerance": 0.1}}},
        "rents: the order of its rows was not compared: does a reader rely on it?",
    ),
    (
        {"facts": {"parity": {"verdict": "equal", "order": "not compared", "tolerance": 0.1}}},
        "rents: floats may differ by 0.1: is that small enough?",
    ),
    (
        {"facts": {"cells": [{"cell": 1, "origin": "needed", "lines": [1, 1], "source": []}]}},
        "rents takes code along from cells that only explored: should it?",
    ),
]


@pytest.mark.parametrize(("changes", "question"), QUESTIONS)
def test_the_checklist_asks_what_was_found(repo: Repo, changes: Mapping[str, Any], question: str) -> None:
    found = repo.review(files(RAW, RENTS), files(RAW, replace(RENTS, **changes)))
    assert question in [said(one) for one in found.checklist]


def test_a_helper_that_changed_asks_for_all_who_share_it_and_shows_its_lines(repo: Repo) -> None:
    found = repo.review(files(RAW, contracted(False, "")), files(RAW, contracted(True, "")))
    (table,) = lines(found, Links())
    assert isinstance(table, Table)
    texts = [[said(cell.text) for cell in row] for row in table.rows]
    assert texts == [
        [
            "src/rents/helpers/clean.py",
            "5",
            "year: int = pa.Field(nullable=False)",
            "year: int = pa.Field(nullable=True)",
        ]
    ]
    asked = "src/rents/helpers/clean.py changed, which several steps share: is that right for rents?"
    assert asked in [said(one) for one in found.checklist]


def test_a_step_that_was_moved_says_what_it_was(repo: Repo) -> None:
    moved = replace(
        RENTS, name="leases", facts={"history": [{"step": "silver:rents", "notebook": "notebooks/a.ipynb"}]}
    )
    found = repo.review(files(RAW, RENTS), files(RAW, moved))
    asked = "leases was silver:rents in notebooks/a.ipynb before: does its history move with it?"
    assert asked in [said(one) for one in found.checklist]


def test_a_notebook_that_changed_alone_and_evidence_left_behind_are_noted(repo: Repo) -> None:
    before = {**files(RAW, RENTS), "notebooks/silver.ipynb": "{}"}
    after = {**without(before, RAW.path), "notebooks/silver.ipynb": '{"a": 1}'}
    notes = [said(note) for note in repo.review(before, after).notes]
    assert any(note.startswith("1 notebook changed, but no module of theirs: notebooks/silver.ipynb") for note in notes)
    assert "Evidence without an asset is left behind: evidence/bronze/raw.json." in notes


def test_what_is_published_of_an_asset_is_told_and_asked_about(repo: Repo) -> None:
    """Wherever the line stands; a module that is no Python, or names no asset in words, takes nothing away."""
    before, path = files(RAW, RENTS, BELOW), f"src/{PACKAGE}/defs/outputs/files.py"
    outputs = (
        "from platform_core.sdk.factories import publish_file, publish_table\n"
        'a = publish_file("below", "outbox", path="below.csv")\n'
        'b = publish_table("below", "register", "homes.below")\n'
        "c = publish_file(NAME, 'outbox', 'x.csv')\n"
    )
    broken = {path.replace("files", "broken"): "publish_file(\n"}
    found = repo.review(before, {**before, path: outputs, **broken})
    ((what, old, new),) = change_of(found, "below").details
    assert (what, old, new) == ("published", "", "file below.csv to outbox, table homes.below to register")
    assert any("is published now" in one for one in found.checklist)
    after = {**files(RAW, RENTS, replace(BELOW, body="return rents.head(3)")), path: outputs}
    asked = [said(one) for one in repo.review({**before, path: outputs}, after).checklist]
    assert any("what is published of it changes" in one for one in asked)
