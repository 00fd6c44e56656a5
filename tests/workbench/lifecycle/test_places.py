"""What names an asset: selections are held against Dagster's own reading, code and YAML against small examples."""

from __future__ import annotations

import warnings

import dagster as dg
import pytest

from workbench.lifecycle.code import code_uses
from workbench.lifecycle.selections import alone, named, patterns, renamed
from workbench.lifecycle.settings import settings_uses, with_name, without

SELECTIONS = [
    "issues",
    "+issues",
    "issues+",
    "*issues",
    "issues*",
    "+issues+",
    "key:issues",
    'key:"issues"',
    "+key:issues+2",
    'key:"issues" or key:rents',
    "not key:issues",
    "(key:issues and key:rents) or group:issues",
    "tag:issues=issues or key:issues",
    'owner:"issues@example.org" or key:issues',
    "kind:issues and +key:issues",
    "sinks(key:issues)",
    "key:my_issues or key:issues_2 or key:issues",
    "roots(+key:issues)",
]


@pytest.mark.parametrize("text", SELECTIONS)
def test_a_selection_is_renamed_where_dagster_reads_the_key(text: str) -> None:
    def read(selection: str) -> str:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return repr(dg.AssetSelection.from_string(selection))

    def with_new_key(shown: str) -> str:
        shown = shown.replace("AssetKey(['issues'])", "AssetKey(['open_issues'])")
        return shown.replace("selected_key_wildcard='issues'", "selected_key_wildcard='open_issues'")

    before = read(text)
    assert read(renamed(text, "issues", "open_issues")) == with_new_key(before)
    assert named(text, "issues") is (with_new_key(before) != before)


def test_other_names_are_left_alone() -> None:
    text = "my_issues or issues_2 or group:issues or tag:a=issues or key:issues/b"
    assert renamed(text, "issues", "new") == text
    assert not named(text, "issues")


def test_patterns_are_told_and_not_edited() -> None:
    assert patterns("key:iss* or key:*sues or key:rents* or issues*", "issues") == ["iss*", "*sues"]
    assert renamed("key:iss*", "issues", "new") == "key:iss*"


@pytest.mark.parametrize(
    ("text", "is_alone"),
    [("+issues+", True), ('key:"issues"', True), ("issues and rents", False), ("not issues", False)],
)
def test_a_selection_of_one_asset_is_known(text: str, is_alone: bool) -> None:
    assert alone(text, "issues") is is_alone


YAML = """\
lake: data/issues # not the asset
resources:
  issues: {type: files, root: sources/issues}
partitions:
  issues: ["issues"]
jobs:
  issues: issues   # the name of the job stays
  many:   # two
    selection:
      - "+issues"  # first
      - 'key:"issues" or rents'
  flow: {selection: [issues, rents], description: about issues}
schedules:
  issues: {job: issues, cron: "0 6 * * *"}
sensors:
  arrived: {asset: issues, job: many}
"""


def test_only_selections_of_the_configuration_are_renamed() -> None:
    wanted = (
        YAML.replace("issues: issues ", "issues: new ")
        .replace("+issues", "+new")
        .replace('key:"issues"', 'key:"new"')
        .replace("[issues, rents]", "[new, rents]")
        .replace("asset: issues", "asset: new")
    )
    assert with_name(YAML, "issues", "new") == wanted
    assert [use.at.line for use in settings_uses("config/base.yaml", YAML, "issues")] == [7, 10, 11, 12, 16]


def test_only_items_of_that_asset_alone_are_taken_out() -> None:
    wanted = YAML.replace('      - "+issues"  # first\n', "").replace("[issues, rents]", "[rents]")
    assert without(YAML, "issues") == wanted


@pytest.mark.parametrize("text", ["", "a: [", "jobs: 5", "jobs: {a: {selection: {b: c}}}", "- a\n- b"])
def test_a_configuration_of_another_shape_is_left_as_it_is(text: str) -> None:
    assert with_name(text, "a", "b") == text
    assert without(text, "a") == text


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("x = sdk.load_asset(name='a')", [("load", 1, 25, "'a'")]),
        ("dg.AssetKey('a')", [("argument", 1, 13, "'a'")]),
        ("é = load_asset('a')", [("load", 1, 16, "'a'")]),
        ("@asset(deps=['a', 'b'])\ndef c(): ...", [("argument", 1, 14, "'a'")]),
        ("check.on('a', blocking=False)", [("argument", 1, 10, "'a'")]),
        ("silver_asset(data_quality_checks=[{'referential': {'to': 'a'}}])", [("argument", 1, 58, "'a'")]),
        ("define_asset_job('j', selection='+a | b')", [("selection", 1, 33, "'+a | b'")]),
        ("load_asset('a' 'b')", []),
        ("load_asset('''a''')", [("unclear", 1, 12, "a")]),
        ("pl.col('a')", []),
        ("{'a': 1}['a']", []),
        ("@asset\ndef c(a): ...", [("parameter", 2, 7, "a")]),
        ("@asset(ins={'a': AssetIn('z')})\ndef c(a): ...", []),
        ("def c(a): ...", []),
        ("@gold_asset(name='a')\ndef c(): ...", [("definition", 1, 18, "a")]),
        ("@asset\ndef a(): ...", [("definition", 2, 1, "a")]),
        ("import x.defs.gold.a", [("import", 1, 1, "a")]),
        ("from x.defs.gold import a", [("import", 1, 1, "a")]),
        ("from x.defs.silver import a", []),
        ("n = 'a'\nload_asset(n)", [("unclear", 2, 12, "a")]),
        ("load_asset(n)", []),
    ],
)
def test_code_names_an_asset_only_where_that_is_plain(source: str, found: list[tuple[str, int, int, str]]) -> None:
    assert [(one.kind, one.line, one.column, one.text) for one in code_uses(source, "a", "gold")] == found
