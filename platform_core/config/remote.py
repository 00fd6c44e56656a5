"""What `compute:` says of the remote kinds, checked where it is read, so that no step is the first to find it wrong."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from platform_core.compute_kinds import ENGINES, KINDS
from platform_core.config.models import PlaceMap, nearest_place
from platform_core.config.problems import Known, in_order, problem
from platform_core.errors import UserError
from platform_core.executor.handlers.settings import RemoteSettings
from platform_core.suggest import did_you_mean

if TYPE_CHECKING:
    from platform_core.config.compute import ComputeConfig

LOCAL = "local"


def remote_problems(compute: ComputeConfig, environment: str, places: PlaceMap, known: Known) -> list[UserError]:
    """Give what is wrong in the settings of the remote kinds.

    A wrong key or value is wrong everywhere. What is missing is so only where this environment's steps go to that
    provider: `config/base.yaml` may say a part, and `config/prod.yaml` the rest.

    Args:
        compute: The section.
        environment: The environment whose files were read.
        places: Where each value stands.
        known: Gives the keys that a mapping may have.
    """
    used = compute.remote_kinds(environment)
    found = [*_unknown_kinds(compute, places)]
    told = compute.settings().get("remote", {})
    told = {name: part for name, part in told.items() if name not in compute.handlers}
    try:
        RemoteSettings.model_validate(told)
    except ValidationError as error:
        found += [
            problem({**detail, "loc": ("compute", *detail["loc"])}, places, known)
            for detail in in_order(error.errors(include_url=False))
            if detail["loc"] and (detail["type"] != "missing" or detail["loc"][0] in {*used, "payloads"})
        ]
    return [*found, *_missing(used, told, places)]


def _unknown_kinds(compute: ComputeConfig, places: PlaceMap) -> Iterator[UserError]:
    kinds = {*KINDS, *ENGINES, *compute.handlers}
    for setting, named, words in (
        ("kinds", compute.kinds, kinds),
        ("concurrency", compute.concurrency, {*kinds, LOCAL}),
    ):
        for kind in named:
            if kind not in words:
                yield UserError(
                    f"compute.{setting}: {kind!r} is no kind of compute.",
                    hint=did_you_mean(kind, words),
                    location=nearest_place(places, ("compute", setting, kind)),
                )


def _missing(used: frozenset[str], told: dict[str, Any], places: PlaceMap) -> Iterator[UserError]:
    """Give what a kind in use needs beside what its own settings ask for."""
    for kind in sorted(used):
        part = told.get(kind)
        if part is None:
            yield UserError(
                f"Steps on {kind} run remotely, and compute.{kind} is missing.",
                hint=f"Write it, or `kinds: {{{kind}: local}}`; docs/reference/compute-kinds.md lists the settings.",
                location=nearest_place(places, ("compute", "kinds", kind)),
            )
        elif kind == "lambda" and "payloads" not in told:
            yield UserError(
                "compute.lambda needs compute.payloads: {bucket: …}, where an invocation says how it ended.",
                location=nearest_place(places, ("compute", kind)),
            )
        elif isinstance(part, dict) and "execution_role_arn" not in part and (kind == "fargate" or part.get("secrets")):
            reads = "writes the log and fetches the image" if kind == "fargate" else "fetches the secrets"
            if kind in {"fargate", "batch"}:
                yield UserError(
                    f"compute.{kind} needs the key 'execution_role_arn', the role that {reads}.",
                    location=nearest_place(places, ("compute", kind)),
                )
