"""What a run of dbt reads: told from the manifest alone."""

from __future__ import annotations

from typing import Any

from platform_core.dbt.needs import Needs, needs_of
from platform_core.dbt.translating import version_of


def node(kind: str, name: str, *parents: str, **more: Any) -> dict[str, Any]:
    return {
        "resource_type": kind,
        "name": name,
        "raw_code": f"select from {name}",
        "config": {},
        "depends_on": {"nodes": list(parents), "macros": []},
        **more,
    }


def manifest() -> dict[str, Any]:
    """Two models over an ephemeral one, each with a test; one test looks at a source besides."""
    nodes = {
        "model.p.part": node("model", "part", "source.p.silver.rents", config={"materialized": "ephemeral"}),
        "model.p.first": node("model", "first", "model.p.part", "source.p.crm.people"),
        "model.p.second": node("model", "second", "model.p.first"),
        "test.p.adds_up": node("test", "adds_up", "model.p.first", "source.p.bronze.towns"),
        "test.p.other": node("test", "other", "model.p.second"),
    }
    nodes["model.p.first"]["depends_on"]["macros"] = ["macro.p.share", "macro.dbt.ref"]
    sources = {
        f"source.p.{layer}.{name}": {"source_name": layer, "name": name, "relation_name": f"'{name}.parquet'"}
        for layer, name in (("silver", "rents"), ("bronze", "towns"), ("crm", "people"))
    }
    macros = {
        "macro.p.share": {"package_name": "p", "macro_sql": "a / b", "depends_on": {"macros": ["macro.p.safe"]}},
        "macro.p.safe": {"package_name": "p", "macro_sql": "nullif", "depends_on": {"macros": ["macro.p.share"]}},
        "macro.dbt.ref": {"package_name": "dbt", "macro_sql": "ref", "depends_on": {"macros": []}},
    }
    return {"nodes": nodes, "sources": sources, "macros": macros}


def test_a_model_reads_through_what_is_no_table_and_its_tests_look_further() -> None:
    assert needs_of(manifest(), {"first"}) == Needs((("silver", "rents"),), (), (("bronze", "towns"),))


def test_a_model_that_is_built_in_the_same_run_is_not_needed_from_the_lake() -> None:
    assert needs_of(manifest(), {"second"}) == Needs((), ("first",), ())
    assert needs_of(manifest(), {"first", "second"}).models == ()


def test_a_run_of_tests_alone_sees_what_any_test_reads() -> None:
    assert needs_of(manifest(), set()) == Needs((), (), (("bronze", "towns"),))


def test_a_code_version_covers_sql_settings_tests_and_macros_and_nothing_else() -> None:
    before = version_of(manifest(), "model.p.first")
    assert version_of(manifest(), "model.p.first") == before
    assert version_of(manifest(), "model.p.first", "vars: {a: 1}") != before
    for path, value, changes in (
        (("nodes", "model.p.first", "raw_code"), "select 2", True),
        (("nodes", "model.p.first", "config"), {"materialized": "view"}, True),
        (("nodes", "model.p.part", "raw_code"), "select 2", True),
        (("nodes", "test.p.adds_up", "raw_code"), "select 2", True),
        (("sources", "source.p.silver.rents", "relation_name"), "'elsewhere.parquet'", True),
        (("macros", "macro.p.share", "macro_sql"), "b / a", True),
        (("macros", "macro.p.safe", "macro_sql"), "coalesce", True),
        (("macros", "macro.dbt.ref", "macro_sql"), "other", False),
        (("nodes", "model.p.second", "raw_code"), "select 2", False),
        (("nodes", "test.p.other", "raw_code"), "select 2", False),
    ):
        changed = manifest()
        group, name, key = path
        changed[group][name][key] = value
        assert (version_of(changed, "model.p.first") != before) is changes, path
