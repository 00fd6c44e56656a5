"""Compute specs: what is allowed, what is not and how it is said, JSON there and back."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_core.compute_kinds import KINDS, ComputeSpec, Kind, fargate_memory, limits
from platform_core.compute_kinds.limits import read_data
from platform_core.errors import UserError

GOOD: list[tuple[Kind, dict[str, Any]]] = [
    ("lambda", {"timeout_seconds": 900, "memory_mb": 10240, "environment_variables": {"LOG_LEVEL": "INFO"}}),
    ("lambda", {"timeout_seconds": 1, "memory_mb": 128}),
    ("fargate", {"cpu_units": 256, "memory_mb": 512}),
    ("fargate", {"cpu_units": 16384, "memory_mb": 122880}),
    ("fargate", {"execution_role_arn": "arn:aws:iam::123456789012:role/team/run-tasks"}),
    ("eks", {"node_type": "m5.large", "min_nodes": 2, "max_nodes": 10, "spot_instances": True}),
    ("eks", {"node_type": "u-6tb1.112xlarge", "min_nodes": 0, "max_nodes": 1}),
    ("eks", {"node_type": "c7gn.metal", "min_nodes": 3, "max_nodes": 3}),
    ("batch", {"vcpus": 1, "memory_mb": 4, "gpus": 16, "spot_instances": False, "timeout_seconds": 60}),
]
BAD: list[tuple[Kind, dict[str, Any], str, str]] = [
    ("lambda", {"timeout_seconds": 901}, "timeout_seconds=901", "900"),
    ("lambda", {"timeout_seconds": 0}, "timeout_seconds=0", "1"),
    ("lambda", {"memory_mb": 10241}, "memory_mb=10241", "10240"),
    ("lambda", {"memory_mb": 127}, "memory_mb=127", "128"),
    ("lambda", {"memory_mb": True}, "memory_mb=True", "512"),
    ("lambda", {"memory_mb": 512.0}, "memory_mb=512.0", "512"),
    ("lambda", {"memory_mb": "5" * 500}, "memory_mb='555", "512"),
    ("lambda", {"environment_variables": ["A"]}, "environment_variables is no mapping", "LOG_LEVEL"),
    ("lambda", {"environment_variables": {"LEVEL": 1}}, "environment_variables is no mapping", "LOG_LEVEL"),
    ("lambda", {"environment_variables": {"1X": "a"}}, "'1X'", "LOG_LEVEL"),
    ("lambda", {"environment_variables": {"AWS_REGION": "a"}}, "'AWS_REGION'", "LOG_LEVEL"),
    ("lambda", {"environment_variables": {"DB_PASSWORD": "hunter2"}}, "'DB_PASSWORD'", "EnvVar"),
    ("lambda", {"environment_variables": {"LONG": "x" * 5000}}, "5004 bytes", "4096 bytes"),
    ("fargate", {"cpu_units": 500}, "cpu_units=500", "512"),
    ("fargate", {"cpu_units": 768}, "cpu_units=768", "1024"),
    ("fargate", {"cpu_units": 512, "memory_mb": 512}, "does not go with cpu_units=512", "1024"),
    ("fargate", {"cpu_units": 512, "memory_mb": 3000}, "memory_mb=3000", "3072"),
    ("fargate", {"cpu_units": 8192, "memory_mb": 17408}, "16384, 20480, … 61440", "16384"),
    ("fargate", {"memory_mb": 200_000}, "memory_mb=200000", "122880"),
    ("fargate", {"execution_role_arn": "role/x"}, "execution_role_arn='role/x'", "arn:aws:iam"),
    ("eks", {"node_type": "m5.larg"}, "node_type='m5.larg'", "m5.large"),
    ("eks", {"node_type": "large"}, "node_type='large'", "m5.large"),
    ("eks", {"node_type": 5}, "node_type=5", "m5.large"),
    ("eks", {"min_nodes": -1}, "min_nodes=-1", "0"),
    ("eks", {"max_nodes": 0, "min_nodes": 0}, "max_nodes=0", "1"),
    ("eks", {"min_nodes": 5, "max_nodes": 2}, "min_nodes=5 is above max_nodes=2", "2"),
    ("eks", {"spot_instances": "yes"}, "spot_instances='yes'", "True or False"),
    ("batch", {"vcpus": 0}, "vcpus=0", "1"),
    ("batch", {"memory_mb": 3}, "memory_mb=3", "4"),
    ("batch", {"gpus": 17}, "gpus=17", "16"),
    ("batch", {"gpus": -1}, "gpus=-1", "0"),
    ("batch", {"timeout_seconds": 59}, "timeout_seconds=59", "60"),
]


@pytest.mark.parametrize(("kind", "options"), GOOD)
def test_what_the_provider_allows_is_allowed(kind: Kind, options: dict[str, Any]) -> None:
    spec = ComputeSpec(kind, options)
    assert {name: spec[name] for name in options} == options
    assert ComputeSpec.from_json(spec.to_json()) == spec
    assert hash(ComputeSpec.from_json(spec.to_json())) == hash(spec)


@pytest.mark.parametrize(("kind", "options", "shown", "nearest"), BAD)
def test_what_it_does_not_is_an_error_with_decorator_value_and_nearest(
    kind: Kind, options: dict[str, Any], shown: str, nearest: str
) -> None:
    with pytest.raises(UserError) as caught:
        ComputeSpec(kind, options)
    assert caught.value.message.startswith(f"@{kind}_compute: ")
    assert shown in caught.value.message
    assert caught.value.hint is not None
    assert caught.value.hint.startswith("The nearest allowed is ")
    assert nearest in caught.value.hint
    assert "hunter2" not in str(caught.value)
    assert len(caught.value.message) < 300


def test_every_fargate_pair_of_the_table_is_allowed_and_no_other() -> None:
    allowed = 0
    for cpu in (256, 512, 1024, 2048, 4096, 8192, 16384):
        for memory in range(512, 122881, 512):
            try:
                ComputeSpec("fargate", {"cpu_units": cpu, "memory_mb": memory})
            except UserError:
                assert memory not in fargate_memory(cpu)
            else:
                allowed += 1
    assert allowed == 3 + 4 + 7 + 13 + 23 + 12 + 12


@given(st.sampled_from(KINDS), st.sampled_from(["timeout_seconds", "memory_mb", "vcpus"]), st.integers(-10, 10**8))
def test_the_nearest_allowed_is_itself_allowed(kind: Kind, name: str, value: int) -> None:
    if name not in limits(kind)["fields"] or kind == "fargate":
        return
    try:
        ComputeSpec(kind, {name: value})
    except UserError as error:
        nearest = str(error.hint).removeprefix("The nearest allowed is ").removesuffix(".")
        assert ComputeSpec(kind, {name: int(nearest)})[name] == int(nearest)


def test_unknown_kinds_and_options_get_a_suggestion() -> None:
    with pytest.raises(UserError, match="Did you mean 'fargate'"):
        ComputeSpec("fargat")  # type: ignore[arg-type]  # what a notebook's option may hold
    with pytest.raises(UserError, match=r"(?s)@lambda_compute takes no 'memory'.*'memory_mb'"):
        ComputeSpec("lambda", {"memory": 1})


@pytest.mark.parametrize("text", ["", "[]", "{", '"x"', "{}", '{"kind": 5}', '{"kind": "lambda", "memory_mb": 1}'])
def test_a_hostile_tag_is_an_error_and_nothing_else(text: str) -> None:
    with pytest.raises(UserError):
        ComputeSpec.from_json(text)


def test_a_spec_cannot_be_changed() -> None:
    variables = {"LOG_LEVEL": "INFO"}
    spec = ComputeSpec("lambda", {"environment_variables": variables})
    variables["LOG_LEVEL"] = "DEBUG"
    assert spec["environment_variables"] == {"LOG_LEVEL": "INFO"}
    with pytest.raises(TypeError):
        spec.options["memory_mb"] = 1  # type: ignore[index]  # what must not work


def test_the_limits_say_where_and_when_they_were_read() -> None:
    data = read_data("limits.json")
    assert data["read_on"]
    assert set(data["kinds"]) == set(KINDS)
    assert all(kind["sources"] for kind in data["kinds"].values())
    assert json.loads(ComputeSpec("batch").to_json())["vcpus"] == 2


def test_the_package_needs_the_standard_library_only() -> None:
    code = (
        "import sys; before = set(sys.modules); import platform_core.compute_kinds\n"
        "new = {m.split('.')[0] for m in set(sys.modules) - before}\n"
        "print(sorted(new - set(sys.stdlib_module_names) - {'platform_core'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("value", "nearest"), [("3", 3), (2.6, 3), ("500000", 100_000), (True, 10), ("many", 10), (float("nan"), 10)]
)
def test_what_is_no_whole_number_is_told_the_nearest(value: object, nearest: int) -> None:
    with pytest.raises(UserError, match=f"is no whole number.\nhint: The nearest allowed is {nearest}."):
        ComputeSpec("eks", {"max_nodes": value})
