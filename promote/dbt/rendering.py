"""Render a step that dbt makes: the model, its description and tests in YAML, and the sources that nobody declared.

A pure function of the plan, as for modules. What dbt renders itself (`{{ }}`) never comes from a notebook's text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from platform_core.sql_names import quoted
from promote.dbt.sources import DECLARED, MODELS
from promote.hashing import body_hash
from promote.model import DbtModel, GeneratedFile, Plan
from promote.render.header import CLASSIFIED, without_header
from promote.render.module import summary
from promote.render.names import module_path

UNVERIFIED = "-- UNVERIFIED: no run has shown that this model gives what the notebook gives."
_JINJA = re.compile(r"\{(?=[{%#])")
_MADE = (
    "# Written by `promote`: a source that promoted models read. Declare it elsewhere and promote, and this file goes."
)


class ReadingError(ValueError):
    """What dbt has no test for; `option` says which option asks for it."""

    def __init__(self, message: str, option: str) -> None:
        super().__init__(message)
        self.option = option


def folder_of(layer: str) -> str:
    """Give the folder of a layer's models."""
    return f"{MODELS}/{layer}"


def render_model(plan: Plan, model: DbtModel, *, verified: bool) -> GeneratedFile:
    """Give the file of the model that a step is."""
    top = f"-- {_safe(summary(plan))}"
    body = body_hash(without_header("\n".join([top, model.query, ""])))
    header = [
        f"-- {_promoted(plan)}",
        f"-- source={plan.source} body={body}",
        *([f"--{CLASSIFIED[1:]}{level}"] if (level := plan.step.options.get("classification")) else []),
        *([] if verified else [UNVERIFIED]),
        "",
    ]
    text = "\n".join([top, *header, model.query, ""])
    return GeneratedFile(module_path(plan, ""), text, plan.step.tag)


def beside_model(plan: Plan) -> Iterator[GeneratedFile]:
    """Give the files beside a model: its YAML, its tests of several columns, the sources that nobody declared."""
    step, tag = plan.step, plan.step.tag
    yield GeneratedFile(f"{folder_of(step.layer)}/{step.name}.yml", _described(plan), tag)
    for columns in tests_of(plan)[1]:
        yield GeneratedFile(f"dbt/tests/{step.name}_unique_{_word(columns)}.sql", _unique(plan, columns), tag)
    for layer, name, parted in plan.model.sources if plan.model else ():
        place = f"../data/lake/{layer}/{name}" + ("/*.parquet" if parted else ".parquet")
        lines = [
            _MADE, "version: 2", "sources:", f"  - name: {layer}", "    tables:", f"      - name: {name}",
            "        config:", "          meta:", f"            external_location: {_yaml(place)}",
        ]  # fmt: skip
        yield GeneratedFile(f"{DECLARED}/{layer}_{name}.yml", "\n".join(lines) + "\n", tag)


def tests_of(plan: Plan) -> tuple[dict[str, list[Any]], list[tuple[str, ...]]]:
    """Give dbt's tests of a step: those of one column by column, and the columns that are unique together.

    Raises:
        ReadingError: The step asks for a check that dbt has no test for.
    """
    options = plan.step.options
    found: dict[str, list[Any]] = {}
    together: list[tuple[str, ...]] = []

    def take(name: str, columns: Sequence[str]) -> None:
        if name == "unique" and len(columns) > 1:
            together.append(tuple(columns))
            return
        for column in columns:
            found.setdefault(column, []).append(name)

    key = _columns(options.get("key") or (), "key")
    take("not_null", key)
    if key:
        take("unique", key)
    for check in options.get("checks") or ():
        name, given = (check, None) if isinstance(check, str) else next(iter(check.items()))
        if name == "accepted_values" and isinstance(given, Mapping):
            for column in _columns(list(given), "checks"):
                found.setdefault(column, []).append({"accepted_values": {"arguments": {"values": list(given[column])}}})
        elif name in _TESTS and given is not None:
            take(_TESTS[name], _columns(given, "checks"))
        elif name == "unique_values" and key:
            continue  # the key says it
        else:
            raise ReadingError(
                f"dbt has no test for the check {name}" + (" of all columns" if name in _TESTS else ""), "checks"
            )
    return {column: _distinct(tests) for column, tests in found.items()}, list(dict.fromkeys(together))


_TESTS = {"no_nulls": "not_null", "unique_values": "unique"}


def _columns(given: Any, option: str) -> list[str]:
    names = [given] if isinstance(given, str) else given
    if isinstance(names, (list, tuple)) and all(
        isinstance(n, str) and n.isprintable() and not _JINJA.search(n) for n in names
    ):
        return list(names)
    raise ReadingError("its columns are not named in a list of texts", option)


def _distinct(tests: Sequence[Any]) -> list[Any]:
    return [test for at, test in enumerate(tests) if test not in tests[:at]]


def _described(plan: Plan) -> str:
    """The description, owners, classification and tests of a model."""
    options = plan.step.options
    owner = options.get("owner")
    meta: dict[str, Any] = {"notebook": _safe(plan.notebook)}
    meta |= {"classification": level} if (level := options.get("classification")) else {}
    tests, _ = tests_of(plan)
    key = _columns(options.get("key") or (), "key")
    meta |= {"key": key} if len(key) > 1 else {}  # of one column, its tests say so
    personal = _columns(options.get("personal") or (), "personal")
    meta |= {"personal": personal} if personal else {}
    meta |= {"retention_days": days} if (days := options.get("retention_days")) is not None else {}
    if owner is not None:
        meta["dagster"] = {"owners": [owner] if isinstance(owner, str) else list(owner)}
    lines = [f"# {_promoted(plan)}", "version: 2", "models:", f"  - name: {plan.step.name}"]
    lines.append(f"    description: {_yaml(_safe(summary(plan)))}")
    lines += ["    config:", f"      meta: {_yaml(meta)}"]
    if tests:
        lines.append("    columns:")
    for column, names in tests.items():
        lines += [f"      - name: {_yaml(column)}", *([] if column.isidentifier() else ["        quote: true"])]
        lines += ["        data_tests:", *(f"          - {_yaml(_judged(plan, name))}" for name in names)]
    return "\n".join(lines) + "\n"


def _judged(plan: Plan, test: Any) -> Any:
    """Give a test as YAML has it, with the severity that the step asks for."""
    if plan.step.options.get("severity") != "warn":
        return test
    name, settings = (test, {}) if isinstance(test, str) else next(iter(test.items()))
    return {name: {**settings, "config": {"severity": "warn"}}}


def _unique(plan: Plan, columns: Sequence[str]) -> str:
    """A test of columns that are unique together, which dbt has none of its own for."""
    named = ", ".join(map(quoted, columns))
    warns = plan.step.options.get("severity") == "warn"
    return "\n".join([
        f"-- {_promoted(plan)}",
        *(["{{ config(severity='warn') }}"] if warns else []),
        f"select {named}, count(*) as rows",
        f"from {{{{ ref('{plan.step.name}') }}}}",
        f"group by {named}",
        "having count(*) > 1",
        "",
    ])  # fmt: skip


def _promoted(plan: Plan) -> str:
    return f"Promoted from {_safe(plan.notebook)}, step {plan.step.tag}. Change the notebook and run `promote`."


def _safe(text: str) -> str:
    """Give a text that dbt finds nothing in to render, on one line."""
    return _JINJA.sub("{ ", "".join(c if c.isprintable() else "?" for c in text))


def _word(columns: Sequence[str]) -> str:
    return re.sub(r"\W+", "_", "_".join(columns))[:60]


def _yaml(value: Any) -> str:
    """Give a value as JSON writes it, which YAML reads alike."""
    return json.dumps(value, ensure_ascii=False)
