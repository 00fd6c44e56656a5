"""Prices and what is worked out with them; every expected amount was worked out by hand from the list prices."""

from __future__ import annotations

import gzip
import json
from datetime import date
from pathlib import Path
from typing import Any

import moto
import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_core.compute_kinds import ComputeSpec, Kind, Usage, at_limit, hourly, list_prices, price, stale, with_own
from platform_core.compute_kinds.limits import read_data
from platform_core.errors import UserError

CASES: list[tuple[Kind, dict[str, Any], float, Usage | None, tuple[float, float, float]]] = [
    # 0.5 GB * 10 s * 0.0000166667 + 0.0000002
    ("lambda", {"memory_mb": 512}, 10, None, (8.35335e-05, 8.35335e-05, 8.35335e-05)),
    # By the millisecond: 0.0101 s is 11 ms; 0.125 GB * 0.011 s * 0.0000166667 + 3 * 0.0000002
    ("lambda", {"memory_mb": 128}, 0.0101, Usage(requests=3), (6.229167e-07,) * 3),
    # A minute at the least: (0.25 * 0.04656 + 0.5 * 0.00511) / 60
    ("fargate", {"cpu_units": 256, "memory_mb": 512}, 5, None, (0.00023658333,) * 3),
    # (2 * 0.04656 + 8 * 0.00511) * 0.5, Spot at 0.3 of it
    ("fargate", {"cpu_units": 2048, "memory_mb": 8192}, 1800, Usage(spot=True), (0.0201,) * 3),
    # 30 GB beyond those included, for an hour: 0.04656 * 0.25 + 0.00511 * 0.5 + 30 * 0.000129
    ("fargate", {"cpu_units": 256, "memory_mb": 512}, 3600, Usage(ephemeral_gb=50), (0.018065,) * 3),
    # One m5.large for ten minutes: 0.111 / 6; nobody measured, so a node is charged whole
    ("eks", {"node_type": "m5.large"}, 600, None, (0.0185, 0.0185, 0.0185)),
    # Measured: 300 CPU seconds of 600 * 2 are a quarter, 4 GB of 8 a half; so the least is half of the node
    ("eks", {"node_type": "m5.large"}, 600, Usage(cpu_seconds=300, peak_memory_mb=4096), (0.0185, 0.00925, 0.0185)),
    # Spot is asked for and not known: expected at 0.4, on demand at the most
    ("eks", {"node_type": "m5.large", "spot_instances": True}, 600, None, (0.0074, 0.0074, 0.0185)),
    # It did not get Spot
    ("eks", {"node_type": "m5.large", "spot_instances": True}, 600, Usage(spot=False), (0.0185,) * 3),
    # Three nodes of Spot, known
    ("eks", {"node_type": "m5.large", "spot_instances": True}, 600, Usage(spot=True, nodes=3), (0.0222,) * 3),
    # 2 vCPUs and 4,096 MB are a whole c5.large: 0.101 an hour, Spot 0.4
    ("batch", {"vcpus": 2, "memory_mb": 4096}, 3600, None, (0.0404, 0.0404, 0.101)),
    # 2 vCPUs and 1,024 MB of an m5.large, were there no c5; of c5.large it is all its vCPUs
    ("batch", {"vcpus": 1, "memory_mb": 2048, "spot_instances": False}, 3600, None, (0.0505, 0.0505, 0.101)),
    # A GPU with 4 vCPUs: g4dn.xlarge, 0.615
    ("batch", {"vcpus": 4, "memory_mb": 8192, "gpus": 1, "spot_instances": False}, 7200, None, (1.23,) * 3),
]


@pytest.mark.parametrize(("kind", "options", "seconds", "usage", "expected"), CASES)
def test_costs_are_those_worked_out_by_hand(
    kind: Kind, options: dict[str, Any], seconds: float, usage: Usage | None, expected: tuple[float, float, float]
) -> None:
    cost = price(ComputeSpec(kind, options), seconds, usage)
    assert (cost.usd, cost.low, cost.high) == pytest.approx(expected, rel=1e-6)


@given(
    st.sampled_from(
        [
            ComputeSpec("lambda"),
            ComputeSpec("fargate"),
            ComputeSpec("eks", {"spot_instances": True}),
            ComputeSpec("eks"),
            ComputeSpec("batch"),
            ComputeSpec("batch", {"gpus": 4, "spot_instances": False}),
        ]
    ),
    st.floats(0, 1e6),
    st.floats(0, 1e6),
    st.sampled_from([None, True, False]),
    st.none() | st.floats(0, 1e6),
    st.none() | st.floats(0, 1e6),
)
def test_a_band_holds_what_is_expected_and_longer_costs_no_less(
    spec: ComputeSpec, seconds: float, more: float, spot: bool | None, cpu: float | None, memory: float | None
) -> None:
    usage = Usage(spot=spot, cpu_seconds=cpu, peak_memory_mb=memory)
    one, longer = price(spec, seconds, usage), price(spec, seconds + more, usage)
    assert 0 <= one.low <= one.usd * (1 + 1e-9)
    assert one.usd <= one.high * (1 + 1e-9)
    assert longer.usd >= one.usd * (1 - 1e-9)


def test_an_hour_and_the_limit_are_priced() -> None:
    assert hourly(ComputeSpec("fargate", {"cpu_units": 1024, "memory_mb": 2048})).usd == pytest.approx(0.05678)
    assert hourly(ComputeSpec("lambda", {"memory_mb": 1024})).usd == pytest.approx(0.06000012)
    limit = at_limit(ComputeSpec("lambda", {"memory_mb": 1024, "timeout_seconds": 900}))
    assert limit is not None
    assert limit.usd == pytest.approx(0.01500023)


def test_every_figure_has_a_date_and_a_source_and_says_why_it_is_not_confirmed() -> None:
    for name, one in list_prices().every():
        if one.as_at == date.max:
            assert name.rpartition(".")[2] in {"minimum_seconds", "included_ephemeral_gb"}
            continue
        assert one.value > 0, name
        assert one.as_at <= date(2026, 11, 29), name
        assert one.source.startswith("https://aws.amazon.com/") or name == "gbp_per_usd", name
        assert one.confirmed or one.note, name


def test_instance_types_have_what_ec2_says_they_have() -> None:
    path = Path(moto.__file__).parent / "ec2/resources/instance_types.json.gz"
    known = json.loads(gzip.decompress(path.read_bytes()))
    looked = [(node, known[node.name]) for node in list_prices().nodes.values() if node.name in known]
    assert len(looked) > 40
    for node, one in looked:
        gpus = sum(each["Count"] for each in one.get("GpuInfo", {}).get("Gpus", ()))
        assert (node.vcpus, node.memory_mb, node.gpus) == (
            one["VCpuInfo"]["DefaultVCpus"],
            one["MemoryInfo"]["SizeInMiB"],
            gpus,
        )


def test_old_prices_are_told_and_a_look_at_them_makes_them_new() -> None:
    assert "ec2.m5.*" in stale(list_prices(), date(2026, 11, 29))
    assert "fargate.gb_hour" not in stale(list_prices(), date(2026, 11, 29))
    assert "fargate.gb_hour" in stale(list_prices(), date(2030, 1, 1))
    looked_at = with_own({}, checked_on=date(2026, 11, 29))
    assert stale(looked_at, date(2027, 1, 1)) == ()
    assert "lambda.request" in stale(looked_at, date(2028, 1, 1))
    assert "lambda.request" in stale(with_own({}, stale_after_days=1), date(2026, 11, 29))


def test_prices_of_ones_own_replace_those_listed() -> None:
    own = with_own(
        {
            "fargate": {"vcpu_hour": 1, "gb_hour": 0},
            "spot": {"ec2": 0.5},
            "gbp_per_usd": 0.8,
            "ec2": {"m5.large": 0.2, "x9.huge": {"vcpus": 8, "memory_mb": 65536, "gpus": 0, "usd": 2.0}},
        }
    )
    assert price(ComputeSpec("fargate", {"cpu_units": 1024, "memory_mb": 2048}), 3600, None, own).usd == 1.0
    assert price(ComputeSpec("eks", {"spot_instances": True}), 3600, None, own).usd == pytest.approx(0.1)
    assert own.pounds(10) == pytest.approx(8)
    assert own.node("x9.huge").memory_mb == 65536
    assert list_prices()["fargate.vcpu_hour"] == 0.04656


@pytest.mark.parametrize(
    ("own", "said"),
    [
        ({"fargate": {"vcpu_hours": 1}}, "no price 'fargate.vcpu_hours'.*\nhint: Did you mean 'fargate.vcpu_hour'"),
        ({"fargate": {"vcpu_hour": -1}}, "fargate.vcpu_hour is no amount"),
        ({"spot": {"ec2": True}}, "spot.ec2 is no amount"),
        ({"ec2": {"z1.large": 1.0}}, "'z1.large' is not listed"),
        ({"ec2": {"z1.large": {"usd": 1.0}}}, "'z1.large' is not whole"),
    ],
)
def test_prices_that_cannot_be_are_refused(own: dict[str, Any], said: str) -> None:
    with pytest.raises(UserError, match=said):
        with_own(own)


def test_what_has_no_price_is_said_and_not_guessed() -> None:
    with pytest.raises(UserError, match=r"'t3\.large' has no price"):
        price(ComputeSpec("eks", {"node_type": "t3.large"}), 60)
    with pytest.raises(UserError, match="No instance type with a price has 1000 vCPUs"):
        price(ComputeSpec("batch", {"vcpus": 1000}), 60)


def test_prices_are_data_that_other_programs_read() -> None:
    assert set(read_data("prices.json")) >= {"region", "currency", "lambda", "fargate", "eks", "ec2", "spot"}
