"""Models of dbt in a review: read from the files of both revisions, with no dbt, beside the promoted modules."""

from __future__ import annotations

import json

import pytest

from promote.hashing import body_hash
from tests.workbench.review.projects import BASE, Repo, Step, change_of, files, words
from workbench.review.templates import pieces_of, query_of
from workbench.review.writing import render

RENTS = Step("rents", said={"classification": "'OFFICIAL'", "owners": "['team:rents']"})
PROJECT = "name: homes\nmodels:\n  homes:\n    +materialized: table\n    parts: {+materialized: ephemeral}\n"
SOURCES = "sources:\n  - name: silver\n    tables:\n      - name: rents\n"
QUERY = "select town, sum(rent) as rents from {{ source('silver', 'rents') }} where rent > 0 group by town\n"
YEARLY = "select town, {{ twelfth('rents') }} as monthly from {{ ref('dear') }}\n"
SCHEMA = """models:
  - name: dear
    description: Rents by town.
    config: {meta: {classification: OFFICIAL, dagster: {owners: ["team:rents"]}}}
    columns: [{name: town, data_tests: [not_null, unique]}, {name: rents}]
"""
DBT = {
    "dbt/dbt_project.yml": PROJECT,
    "dbt/macros/own.sql": "{% macro twelfth(x) -%} {{ x }} / 12 {%- endmacro %}",
    "dbt/models/sources.yml": SOURCES,
    "dbt/models/gold/schema.yml": SCHEMA,
    "dbt/models/gold/dear.sql": QUERY,
    "dbt/models/gold/monthly.sql": YEARLY,
}
POLICIES = {"policies/own.yaml": "rules:\n  owned: {rule: requires, what: [owner, classification]}\n"}


def test_a_new_model_has_its_edges_columns_classification_and_verdict(repo: Repo) -> None:
    found = repo.review(files(RENTS), {**files(RENTS), **DBT, **POLICIES})
    assert words(found) == {"dear": ("NEW",), "monthly": ("NEW",)}
    assert found.lineage.added == (("dear", "monthly"), ("rents", "dear"))
    assert change_of(found, "dear").standing == "by hand"
    dear, monthly = found.governed
    assert (dear.level, dear.declared, dear.breaches) == ("OFFICIAL", "OFFICIAL", ())
    assert (monthly.level, monthly.declared) == ("OFFICIAL", "")  # the highest of what it reads
    assert [severity for severity, _, _ in monthly.breaches] == ["error"]
    assert "gold:monthly has no owner" in monthly.breaches[0][1]
    assert "policies/own.yaml:2" in monthly.breaches[0][1]
    assert found.verdict == "blocked"
    columns = {one.name: dict(one.columns) for one in found.models}
    assert columns["dear"] == {"town": ("rents.town",), "rents": ("rents.rent",)}
    assert columns["monthly"] == {"town": ("dear.town",), "monthly": ("dear.rents",)}
    assert found.models[0].rows == ("rents.rent", "rents.town")


def test_a_model_meets_the_ready_policies_by_what_its_files_declare(repo: Repo) -> None:
    meta = "{meta: {classification: OFFICIAL, retention_days: 30, dagster:"
    said = {**DBT, "dbt/models/gold/schema.yml": SCHEMA.replace("{meta: {classification: OFFICIAL, dagster:", meta)}
    del said["dbt/models/gold/monthly.sql"]
    found = repo.review(files(RENTS), {**files(RENTS), **said, "policies/own.yaml": "use: official\n"})
    assert [one.breaches for one in found.governed if one.name == "dear"] == [()]
    wrong = {**said, "dbt/models/gold/schema.yml": SCHEMA.replace("{meta: {", "{meta: {retention_days: long, ")}
    problems = dict(repo.review(files(RENTS), {**files(RENTS), **wrong}).head.problems)
    assert "The value of retention_days" in problems["dbt/models/gold/dear.sql"]


def test_every_format_tells_it(repo: Repo) -> None:
    found = repo.review(files(RENTS), {**files(RENTS), **DBT, **POLICIES})
    told = json.loads(render(found, "json", None, {}))
    by_name = {one["name"]: one for one in told["assets"]}
    assert by_name["dear"]["policies"] == {
        "classification": "OFFICIAL", "declared": "OFFICIAL", "before": None, "breaches": [],
    }  # fmt: skip
    assert told["lineage"]["models"]["monthly"]["columns"] == {"monthly": ["dear.rents"], "town": ["dear.town"]}
    for form in ("markdown", "html"):
        text = render(found, form, None, {})
        for part in ("Policies and classification", "dear.rents", "has no owner", "OFFICIAL, from what it reads"):
            assert part in text, (form, part)


@pytest.mark.parametrize(
    ("path", "text", "word"),
    [
        ("dbt/models/gold/dear.sql", QUERY.replace("> 0", "> 1"), "CODE_VERSION"),
        ("dbt/macros/own.sql", "{% macro twelfth(x) %}{{ x }} / 13{% endmacro %}", "CODE_VERSION"),
        ("dbt/models/gold/schema.yml", SCHEMA.replace("OFFICIAL", "OFFICIAL-SENSITIVE"), "METADATA"),
        ("dbt/models/gold/dear.sql", "select 'a' as town, 1 as rents", "DEPENDENCIES"),
        ("dbt/tests/whole.sql", "select * from {{ ref('dear') }} where rents < 0", "CODE_VERSION"),
    ],
)
def test_what_changes_a_model_is_told_in_dagsters_words(repo: Repo, path: str, text: str, word: str) -> None:
    before = {**files(RENTS), **DBT}
    found = repo.review(before, {**before, path: text})
    assert word in change_of(found, "dear").words
    assert repo.review(before, before).changes == ()


def test_a_classification_that_falls_blocks_without_any_policy(repo: Repo) -> None:
    secret = Step("rents", said={"classification": "'OFFICIAL-SENSITIVE'"})
    found = repo.review(files(secret), {**files(secret), **DBT})
    dear, monthly = found.governed
    assert "is declared OFFICIAL, but it is made of what is OFFICIAL-SENSITIVE" in dear.breaches[0][1]
    assert monthly.level == "OFFICIAL-SENSITIVE"
    assert found.verdict == "blocked"


def test_an_exception_is_told_and_blocks_nothing(repo: Repo) -> None:
    excepted = "exceptions:\n  - {rule: owned, assets: [monthly], owner: team:a, reason: moves to another team, "
    for expires, verdict in (("2999-01-01", "careful"), ("2001-01-01", "blocked")):
        policies = {"policies/own.yaml": POLICIES["policies/own.yaml"] + excepted + f"expires: '{expires}'}}\n"}
        assert repo.review({**files(RENTS), **policies}, {**files(RENTS), **DBT, **policies}).verdict == verdict


def test_a_branch_that_loosens_the_policies_is_told(repo: Repo) -> None:
    before = {**files(RENTS), **POLICIES}
    for after in (files(RENTS), {**files(RENTS), "policies/own.yaml": "rules: {}\n"}):
        found = repo.review(before, after)
        assert found.verdict == "careful"
        assert "The policies change" in found.reasons[0]
        assert "policies/own.yaml" in found.reasons[0]
    assert repo.review(before, before).reasons == ()


def test_a_source_outside_the_lake_and_a_foreign_classification_are_breaches(repo: Repo) -> None:
    rules = "rules:\n  inside: {rule: no_sources, layers: [gold]}\n"
    outside = {
        **DBT,
        "dbt/models/gold/dear.sql": "select 1 as town, 2 as rents from {{ source('crm', 'people') }}",
        "dbt/models/gold/schema.yml": SCHEMA.replace("OFFICIAL", "SECRET"),
        "policies/own.yaml": rules,
    }
    found = repo.review(files(RENTS), {**files(RENTS), **outside})
    said = " ".join(text for one in found.governed for _, text, _ in one.breaches)
    assert "gold:dear reads the source crm.people" in said
    assert "SECRET" in said


def test_a_promoted_model_stands_by_its_evidence(repo: Repo) -> None:
    def model(body: str = "select 1 as town") -> str:
        hashed = body_hash(f"-- Dear.\n{body}\n")
        promoted = "-- Promoted from notebooks/a.ipynb, step gold:dear."
        return f"-- Dear.\n{promoted}\n-- source={'a' * 16} body={hashed}\n\n{body}\n"

    step = Step("dear", layer="gold", facts={"source": "a" * 16, "notebook": "notebooks/a.ipynb"})
    named = "models:\n  - {name: dear, config: {meta: {notebook: notebooks/a.ipynb}}}\n"
    own = {path: text for path, text in step.files({}).items() if not path.startswith("src/")}
    base = {**BASE, "dbt/dbt_project.yml": PROJECT, "dbt/models/gold/dear.yml": named, **own}
    found = repo.review(BASE, {**base, "dbt/models/gold/dear.sql": model()})
    assert (change_of(found, "dear").standing, found.verdict) == ("proven", "clear")
    edited = model().replace("select 1", "select 2")
    assert change_of(repo.review(BASE, {**base, "dbt/models/gold/dear.sql": edited}), "dear").standing == "stale"
    assert repo.review({**base, "dbt/models/gold/dear.sql": model()}, base).head.loose == (step.evidence,)


def test_a_model_without_data_is_part_of_what_reads_it(repo: Repo) -> None:
    parts = {**DBT, "dbt/models/parts/big.sql": QUERY, "dbt/models/gold/dear.sql": "select * from {{ ref('big') }}"}
    found = repo.review(files(RENTS), {**files(RENTS), **parts})
    assert words(found) == {"dear": ("NEW",), "monthly": ("NEW",)}
    assert ("rents", "dear") in found.lineage.added
    changed = {**parts, "dbt/models/parts/big.sql": QUERY.replace("> 0", "> 1")}
    assert words(repo.review({**files(RENTS), **parts}, {**files(RENTS), **changed})) == {"dear": ("CODE_VERSION",)}


@pytest.mark.parametrize(
    "query",
    [
        "select {{ env_var('HOME') }} as a",
        "select * from {{ ref(var('which')) }}",
        "{% for x in y %}select 1 as a{% endfor %}",
        "select {{ twelfth('a', 'b') }} as a",
        "select {{ '}}' }} as a",
    ],
)
def test_what_only_dbt_can_tell_is_said_and_never_guessed(repo: Repo, query: str) -> None:
    model = {**DBT, "dbt/models/gold/dear.sql": query}
    found = repo.review(files(RENTS), {**files(RENTS), **model})
    dear = next(one for one in found.models if one.name == "dear")
    assert dear.columns == ()
    assert dear.unknown != ()


@pytest.mark.parametrize("text", ["{{" * 100_000, "{#{%" * 100_000, "{{ ref('" * 100_000, "{% macro a() %}" * 20_000])
def test_a_hostile_template_is_looked_at_once(text: str) -> None:
    assert len("".join(inside for _, inside in pieces_of(text))) <= len(text)
    query_of(text, {})


def test_broken_files_are_problems_and_no_errors(repo: Repo) -> None:
    broken = {
        "dbt/models/gold/schema.yml": "models: [\n",
        "dbt/models/silver/dear.sql": "select 1",
        "dbt/models/gold/rents.sql": "select 1 as town",
        "policies/own.yaml": "rules:\n  a: {rule: naming, patern: x}\n",
    }
    found = repo.review(files(RENTS), {**files(RENTS), **DBT, **broken})
    assert {path for path, _ in found.head.problems} == {
        "dbt/models/gold/schema.yml", "dbt/models/silver/dear.sql", "dbt/models/gold/rents.sql", "policies",
    }  # fmt: skip
    assert found.verdict == "blocked"
