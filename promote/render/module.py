"""Render a plan as the module that a reviewer reads: a pure function, and the asset and checks that call it.

A pure function of the plan and the kinds of its frames: the same plan gives the same bytes on every machine.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from platform_core.hints import Any
from platform_core.sdk.factories.names import PARTITION
from promote.dataflow.shared import called, left
from promote.hashing import body_hash
from promote.model import FrameKind, Function, GeneratedFile, Parameter, Plan, Resource
from promote.render.header import CLASSIFIED
from promote.render.helpers import render_helpers
from promote.render.imports import import_block
from promote.render.kinds import ANNOTATIONS, IMPORTS, Kinds
from promote.render.names import ASSET_SUFFIX, check_name, config_name, module_path, output_variable
from promote.render.pytext import call, docstring, keyword, literal, plain_text
from promote.render.sections import add_section, body_lines, ends_in_block
from promote.selection.publish_option import output_kind

_LIST = r"(?m)^[ \t]*(?:[-*+]|\d+[.)])[ \t]"
_CHECK_CONTEXT = "from dagster import AssetCheckExecutionContext, AssetCheckResult"
_PASSED_ON = ("deps", "kinds", "tags", "classification", "personal", "retention_days", "cost")
UNVERIFIED = "# UNVERIFIED: no run has shown that this module gives what the notebook gives."


def summary(plan: Plan) -> str:
    """Give one sentence that says what an asset is: the description, else the first of the markdown, else its name."""
    if described := plan.step.options.get("description"):
        return " ".join(str(described).split())
    if found := _first_sentence(plan.step.markdown) or _last_heading(plan.step.markdown):
        return found
    title = plan.step.name.replace("_", " ")
    return f"{title[:1].upper()}{title[1:]}."


def _first_sentence(markdown: str) -> str:
    """Give the first sentence under the last heading that has one, empty where there is no prose."""
    prose = re.sub(r"(?ms)^```.*?(?:^```|\Z)", "", markdown)
    for part in reversed(re.split(r"(?m)^(?=#{1,6}\s)", prose)):
        for paragraph in re.split(r"\n\s*\n", re.sub(r"\A#.*", "", part)):
            text = " ".join(re.split(_LIST, paragraph)[0].split())
            if text and not text.strip("*_ ").startswith(("|", "!", "<", ">", "---")):
                return re.split(r"(?<=[.!?])\s", text)[0]
    return ""


def _last_heading(markdown: str) -> str:
    """Give the last heading below the first level as a sentence, without its number."""
    headings = re.findall(r"(?m)^#{2,6}\s+(.*\S)", markdown)
    text = re.sub(r"^(?:\d+[.)]?)+\s*|[*_`#]", "", headings[-1]).strip() if headings else ""
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith(('.', '!', '?')) else '.'}" if len(text) > 2 else ""


def render_module(
    plan: Plan, kinds: Kinds, package: str, resources: Mapping[str, str], *, verified: bool
) -> GeneratedFile:
    """Give the module of a step; where dbt makes it, its model.

    Args:
        plan: What to render.
        kinds: The kinds of its frames.
        package: The project's Python package.
        resources: The class of each configured resource by name; one that is not configured is `Any`.
        verified: Whether a run has shown that the module gives what the notebook gave.
    """
    if plan.model is not None:
        from promote.dbt.rendering import render_model  # noqa: PLC0415 - few steps are dbt's

        return render_model(plan, plan.model, verified=verified)
    writer = _Writer(plan, kinds, package, resources)
    body = writer.sections()
    top = docstring(_module_docstring(plan))
    imports = import_block(writer.imports, package)
    text_without_header = "\n".join([*top, "", *imports, "", *body]).rstrip("\n") + "\n"
    header = [
        "",
        f"# Promoted from {plain_text(plan.notebook)}, step {plan.step.tag}. Change the notebook and run `promote`.",
        f"# source={plan.source} body={body_hash(text_without_header)}",
        *([f"{CLASSIFIED}{level}"] if (level := plan.step.options.get("classification")) else []),
        *([] if verified else [UNVERIFIED]),
        "",
    ]
    text = "\n".join([*top, *header, *imports, "", *body]).rstrip("\n") + "\n"
    return GeneratedFile(module_path(plan, package), text, plan.step.tag)


def beside(plan: Plan, package: str) -> tuple[GeneratedFile, ...]:
    """Give what a step's module or model needs beside it: the helpers that it shares, or dbt's YAML and tests."""
    if plan.model is None:
        return render_helpers(plan, package)
    from promote.dbt.rendering import beside_model  # noqa: PLC0415 - as above

    return tuple(beside_model(plan))


def _module_docstring(plan: Plan) -> str:
    first = summary(plan)
    without_tags = re.sub(r"(?m)^\s*(?:</?\w[^<>]*>\s*)+$", "", plan.step.markdown)
    markdown = re.sub(r"(?m)^#+[ \t]*(.*?)[ \t]*$", r"\n\1\n", without_tags)
    paragraphs = re.split(r"\n\s*\n", markdown.strip())
    for number, paragraph in enumerate(paragraphs):
        joined = " ".join(paragraph.split())
        if joined == first.removesuffix("."):
            paragraphs[number] = ""
            break
        if joined.startswith(first) and not re.search(_LIST, paragraph):  # what the first line says is not said again
            paragraphs[number] = joined.removeprefix(first).strip()
            break
    rest = "\n\n".join(one for one in paragraphs if one)
    return f"{first}\n\n{rest}" if rest else first


class _Writer:
    """Collects the sections of one module and what they import."""

    def __init__(self, plan: Plan, kinds: Kinds, package: str, resources: Mapping[str, str]) -> None:
        self.plan = plan
        self.step = plan.step
        self.kinds = kinds
        self.resources = resources
        self.definitions, self.imports, helped = left(plan)
        self.imports += [f"from {package}.helpers.{module} import {name}" for name, module in helped.items()]

    def sections(self) -> list[str]:
        """Give everything under the imports, with blank lines as the formatter wants them."""
        plan = self.plan
        lines: list[str] = []
        for fragment in self.definitions:
            lines = add_section(lines, fragment.text.split("\n"))
        given = {i.parameter: self.kinds.inputs.get(i.parameter, "unknown") for i in plan.function.inputs}
        lines = add_section(lines, self.function(plan.function, given, self.kinds.output, summary(plan)))
        for chart in plan.charts:
            lines = add_section(lines, self.function(chart, self.own(chart), None, f"Draw {self.step.name}.", "Any"))
        if self.configured():
            lines = add_section(lines, self.config())
        lines = add_section(lines, self.asset())
        for output in self.step.options.get("publish") or ():
            lines = add_section(lines, self.output(output))
        for number, check in enumerate(plan.checks, 1):
            said = f"What the notebook asserts of {self.step.name}."
            lines = add_section(lines, self.function(check, self.own(check), None, said, "None"))
            lines = add_section(lines, self.check(check, number))
        return lines

    def own(self, function: Function) -> dict[str, FrameKind]:
        """A check or chart takes the asset itself, in the kind in which the step gave it."""
        return {i.parameter: self.kinds.output for i in function.inputs}

    def configured(self) -> list[Parameter]:
        """The parameters that a run may set; the partition's own comes from the partition key."""
        return [p for p in self.plan.function.parameters if p.name != self.plan.partition_parameter]

    def annotation(self, kind: FrameKind) -> str:
        self.imports.append(IMPORTS[kind])
        return ANNOTATIONS[kind]

    def resource_type(self, resource: Resource) -> str:
        name = self.resources.get(resource.name, "Any")
        self.imports.append(
            "from typing import Any" if name == "Any" else f"from platform_core.resources import {name}"
        )
        return name

    def parameter_type(self, parameter: Parameter) -> str:
        if "Any" in parameter.type:
            self.imports.append("from typing import Any")
        return parameter.type

    # Functions

    def function(
        self, function: Function, given: Mapping[str, FrameKind], output: FrameKind | None, said: str, gives: str = ""
    ) -> list[str]:
        """The pure function, with the analyst's code in its body."""
        taken = [f"{i.parameter}: {self.annotation(given[i.parameter])}" for i in function.inputs]
        taken += [f"{r.parameter}: {self.resource_type(r)}" for r in function.resources]
        if function.parameters:
            taken.append("*")
            taken += [f"{p.name}: {self.parameter_type(p)} = {p.default}" for p in function.parameters]
        if output is not None:
            gives = self.annotation(output)
        if gives == "Any":
            self.imports.append("from typing import Any")
        lines = []
        if function.disturbs:
            self.imports.append("from platform_core.sdk import puts_back")
            lines += call("@puts_back(", [literal(state) for state in function.disturbs], ")")
        lines += call(f"def {function.name}(", taken, f") -> {gives}:")
        lines += docstring(said, "    ")
        lines += [
            f"    {name} = builtins.{name}  # the notebook binds this name of Python's" for name in function.shadowed
        ]
        if function.shadowed:
            self.imports.append("import builtins")
        for item in function.inputs:
            if item.copied and (copy := self.copy(function, item.parameter, given[item.parameter])):
                lines.append(f"    {item.parameter} = {copy}  # the notebook changes it in place")
        fragments = called(self.plan, function)
        body = body_lines(fragments)
        lines += body
        if function.output:
            if body and ends_in_block(fragments[-1].text):
                lines.append("")
            lines.append(f"    return {function.output}")
        return lines

    def copy(self, function: Function, parameter: str, kind: FrameKind) -> str:
        """Give the code that copies an input; one that no run has shown may be no frame and have no method for it."""
        if kind != "unknown":
            return f"{parameter}.{copy}()" if (copy := _COPIES.get(kind)) else ""
        imported = "from copy import deepcopy"
        texts = [part.text for part in (*function.imports, *function.definitions, *function.body)]
        if imported not in texts and any("deepcopy" in text for text in texts):
            return f'__import__("copy").deepcopy({parameter})'  # the analyst's name may be another function
        self.imports.append(imported)
        return f"deepcopy({parameter})"

    def config(self) -> list[str]:
        self.imports.append("from dagster import Config")
        return [
            f"class {config_name(self.step)}(Config):",
            f'    """Parameters of {self.step.name}."""',
            "",
            *(f"    {p.name}: {self.parameter_type(p)} = {p.default}" for p in self.configured()),
        ]

    # The asset

    def asset(self) -> list[str]:
        """The decorated asset, which calls the pure function and does nothing else."""
        function = self.plan.function
        options = self.step.options
        layer = f"{self.step.layer}_asset"
        self.imports += [f"from platform_core.sdk import {layer}", "from dagster import AssetExecutionContext"]
        lines = call(f"@{layer}(", self.decoration(), ")", explode=True)
        if compute := options.get("compute"):
            lines += self.compute(compute)
        taken = ["context: AssetExecutionContext"]
        if self.configured():
            taken.append(f"config: {config_name(self.step)}")
        inputs = list(dict.fromkeys((i.asset, self.kinds.inputs.get(i.parameter, "unknown")) for i in function.inputs))
        taken += [f"{asset}: {self.annotation(kind)}" for asset, kind in inputs]
        taken += [f"{r.name}: {self.resource_type(r)}" for r in function.resources]
        gives = self.annotation(self.kinds.output)
        called = function.name
        if any(r.name == called for r in function.resources):  # the resource would stand where the function does
            called = f"_{called}"
            lines = [f"{called} = {function.name}  # a resource has the name too", "", "", *lines]
        lines += call(f"def {self.step.name}{ASSET_SUFFIX}(", taken, f") -> {gives}:")
        lines += docstring(summary(self.plan), "    ")
        given = [i.asset for i in function.inputs] + [r.name for r in function.resources]
        for parameter in function.parameters:
            of_key = parameter.name == self.plan.partition_parameter
            given.append(self.key_for(parameter) if of_key else f"{parameter.name}=config.{parameter.name}")
        return lines + call(f"    return {called}(", given, ")")

    def decoration(self) -> list[str]:
        """The keywords of the layer decorator, in one order for every module."""
        options = self.step.options
        found = [keyword("name", self.step.name), keyword("description", summary(self.plan))]
        for option, name in (("key", "key"), ("checks", "data_quality_checks")):
            if (value := options.get(option)) is not None:
                found.append(keyword(name, value))
        if options.get("checks") and options.get("severity") == "warn":
            found.append(keyword("severity", "warn"))
        if schema := options.get("schema"):
            found.append(f"schema={schema}")
        if partitions := options.get("partitions"):
            found.append(f"partitions_def={self.partitions(partitions)}")
        if fresh := options.get("freshness"):
            self.imports.append("from platform_core.sdk import freshness")
            found.append(f"freshness_policy=freshness({', '.join(f'{k}={literal(v)}' for k, v in fresh.items())})")
        owner = options.get("owner")
        if owner is not None:
            found.append(keyword("owners", [owner] if isinstance(owner, str) else list(owner)))
        said = [(option, options.get(option)) for option in _PASSED_ON]
        found += [keyword(option, value) for option, value in said if value is not None]
        if self.plan.charts:
            found.append(f"charts=[{', '.join(c.name for c in self.plan.charts)}]")
        if self.plan.renewed and (self.plan.function.inputs or self.plan.function.resources):  # others always run
            found.append(keyword("cache", False))
        found.append(keyword("code_version", self.plan.code_version))
        found.append(keyword("notebook", plain_text(self.plan.notebook)))
        return found

    def key_for(self, parameter: Parameter) -> str:
        """The argument for the partition's parameter: a key is text, whatever the notebook's value is."""
        key = "int(context.partition_key)" if parameter.type == "int" else "context.partition_key"
        return f"{parameter.name}={key}"

    def partitions(self, partitions: Mapping[str, object]) -> str:
        helper = f"{partitions['by']}_partitions"  # each way of the vocabulary has its function
        self.imports.append(f"from platform_core.partitions import {helper}")
        return f"{helper}({literal(partitions.get('values') or partitions.get('start'))})"

    def compute(self, compute: Mapping[str, object]) -> list[str]:
        kind = str(compute["kind"])
        if kind == "local":
            return []
        self.imports.append(f"from platform_core.sdk.decorators import {kind}_compute")
        given = [f"{name}={literal(value)}" for name, value in compute.items() if name != "kind"]
        return call(f"@{kind}_compute(", given, ")")

    def output(self, output: Mapping[str, Any]) -> list[str]:
        """One output asset: what gives the step's asset out."""
        kind, partitions = output_kind(output), self.step.options.get("partitions")
        path = str(output[kind])
        self.imports.append(f"from platform_core.sdk.factories import publish_{kind}")
        given = [literal(self.step.name), literal(output["to"]), literal(path)]
        given += [keyword(key, value) for key, value in output.items() if key not in {kind, "to"}]
        owner = self.step.options.get("owner")
        if owner is not None:
            given.append(keyword("owners", [owner] if isinstance(owner, str) else list(owner)))
        if partitions and (PARTITION in path or output.get("mode") == "upsert"):
            given.append(f"partitions_def={self.partitions(partitions)}")
        return call(f"{output_variable(self.step, output)} = publish_{kind}(", given, ")")

    def check(self, check: Function, number: int) -> list[str]:
        """The Dagster check that runs the assertions of a check cell."""
        self.imports += [
            _CHECK_CONTEXT,
            "from platform_core.asset_checks import asset_check",
            "from platform_core.asset_checks import run_assertions",
        ]
        severities = self.step.options.get("check_severity", {})
        warns = severities.get(self.step.checks[number - 1], self.step.options.get("severity")) == "warn"
        kind = self.annotation(self.kinds.output)
        name = check_name(self.step, number)
        given = [check.name, *(self.step.name for _ in check.inputs)]
        strict = 'severity="warn"' if warns else "blocking=True"
        decoration = [f"asset={literal(self.step.name)}", strict]
        if partitions := self.step.options.get("partitions"):  # else it would look at all of them
            decoration.append(f"partitions_def={self.partitions(partitions)}")
        given += [self.key_for(p) for p in check.parameters if p.name == self.plan.partition_parameter]
        settable = {p.name for p in self.configured()} & {p.name for p in check.parameters}
        given += [f"{name}=config.{name}" for name in sorted(settable)]
        taking = f"    config = config_of(context, {config_name(self.step)}, {literal(self.step.name)})"
        if settable:
            self.imports.append("from platform_core.asset_checks import config_of")
        head = call("@asset_check(", decoration, ")")
        taken = ["context: AssetCheckExecutionContext", f"{self.step.name}: {kind}"]
        return [
            *head,
            *call(f"def {name}(", taken, ") -> AssetCheckResult:"),
            f'    """Run the notebook\'s assertions on {self.step.name}."""',
            *([taking] if settable else []),
            *call("    return run_assertions(", given, ")"),
        ]


_COPIES: Mapping[FrameKind, str] = {"pandas": "copy", "polars": "clone"}
