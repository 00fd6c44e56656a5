"""A masked sample of another environment's data, to explore with: `load_asset("rents", from_env="prod", sample=500)`.

Nothing is read unless the project's policies allow it, asset by asset (`samples:` in `policies/*.yaml`). The rows stand
at even distances over the whole asset, so the same data gives the same sample on every machine. Columns in which the
detector finds personal data are masked, and those that the policy names. What is given says that it is a sample.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Collection, Iterable, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import polars as pl

from platform_core.config import find_project, load_config
from platform_core.config.load import LAKE_VARIABLE
from platform_core.errors import UsageError, UserError
from platform_core.frames import FrameKind, convert
from platform_core.governance.audit.places import note
from platform_core.governance.classification import NOTE, SENSITIVE
from platform_core.governance.masking import apply_policy, proposed_policy
from platform_core.governance.masking.keys import VARIABLE as KEY_VARIABLE
from platform_core.governance.masking.policy import KEYED
from platform_core.governance.policies.loading import load_policies
from platform_core.governance.policies.model import Sampling
from platform_core.lake import Lake
from platform_core.parquet_read import read_notes
from platform_core.plain_numbers import is_whole
from platform_core.storage.routes import kept_in, storage_of
from platform_core.storage.stored import Storage
from platform_core.suggest import did_you_mean


class SampleWarning(UserWarning):
    """Says that a frame is a sample: of what, how many rows of how many, and what was masked how."""


def sampled(name: str, as_: FrameKind, partition: str | None, environment: str, rows: int | None) -> Any:
    """Give a masked sample of an asset as another environment holds it.

    Args:
        name: The asset.
        as_: The kind of frame.
        partition: One partition's key; all of them without it.
        environment: The environment's name: that of its file under `config/`.
        rows: How many rows at most; as many as the policy allows without it.

    Raises:
        UserError: No policy allows it, or the asset is not there.
        UsageError: The number of rows is none, or more than the policy allows.
    """
    project = find_project()
    rule, declared = _allowed(project, name, environment)
    most = rule.most if rows is None else rows
    if not is_whole(most) or not 1 <= most <= rule.most:
        raise UsageError(f"sample= takes 1 to {rule.most:,} rows of {environment!r}, as the policies say.")
    if os.environ.get(LAKE_VARIABLE):
        raise UserError(
            f"No other environment is read while {LAKE_VARIABLE} names the lake, as a promotion's proof does.",
            hint="Take the cell out of a notebook that is to be promoted.",
        )
    storage = storage_of(load_config(project, environment))
    _refuse_sensitive(storage, name, environment, rule)
    whole = storage.read(name, "lazy", partition)
    total = whole.select(pl.len()).collect().item()
    frame = evenly(whole, total, most).collect()
    ways = _ways(frame, rule, declared)
    masked = apply_policy(frame, ways, where=f"samples of {environment}")
    shown = ", ".join(f"{column} ({_method(way)})" for column, way in sorted(ways.items())) or "nothing"
    about = f"a sample of {environment}'s {name}: {masked.height:,} of {total:,} rows. Masked: {shown}."
    warnings.warn(f"This is {about}", SampleWarning, stacklevel=3)
    note("read", name, {"environment": environment, "sample": masked.height, "masked": sorted(ways)}, project=project)
    return convert(masked, as_)


def evenly(frame: pl.LazyFrame, total: int, most: int) -> pl.LazyFrame:
    """Give at most some rows of a frame at even distances, in their order; all of them where there are no more.

    >>> evenly(pl.LazyFrame({"n": range(10)}), 10, 4).collect()["n"].to_list()
    [2, 4, 7, 9]
    """
    if total <= most:
        return frame
    row = pl.int_range(pl.len(), dtype=pl.UInt64)
    return frame.filter((row + 1) * most // total > row * most // total)


def _allowed(project: Path, name: str, environment: str) -> tuple[Sampling, Collection[str]]:
    """Give the rule by which an asset may be sampled, and the columns that processing activities declare personal.

    What an asset is made of is not known here, so the columns of every activity count.
    """
    policies = load_policies(project)
    rule = policies.samples.get(environment) if policies is not None else None
    if policies is None or rule is None or not any(fnmatchcase(name, pattern) for pattern in rule.assets):
        raise UserError(
            f"The project's policies let no sample of {name!r} be read from {environment!r}.",
            hint=f"Who answers for the data adds it in policies/*.yaml: `samples: {{{environment}: {{assets: "
            f"[{name}]}}}}`.",
        )
    return rule, frozenset().union(*(one.declares(name) for one in policies.processing.values()))


def _refuse_sensitive(storage: Storage, name: str, environment: str, rule: Sampling) -> None:
    found: Any = storage.find(name)
    if found is None:
        raise UserError(
            f"The asset {name!r} has not been materialised in {environment!r}.",
            hint=did_you_mean(name, storage.names()),
        )
    if rule.sensitive:
        return
    known = isinstance(kept_in(storage, found.layer, name), Lake)
    levels = {read_notes(path).get(NOTE) for path in found.paths} if known else set()
    if not known or SENSITIVE in levels:
        why = f"is {SENSITIVE}" if known else "is kept where its classification is not seen"
        raise UserError(
            f"{name!r} {why}, and the policies let no such asset of {environment!r} be sampled.",
            hint="Who answers for the data may add `sensitive: true` to the samples in policies/*.yaml.",
        )


def _ways(frame: pl.DataFrame, rule: Sampling, declared: Iterable[str]) -> dict[str, Any]:
    """Give how each column is masked: as the policy says, else as is proposed, redacted where that needs a key.

    What the detector does not see and a processing activity declares is redacted too.
    """
    keyed = bool(os.environ.get(KEY_VARIABLE))
    proposed = {
        column: way if keyed or way not in KEYED else "redact"
        for column, way in proposed_policy(frame, sample=None).items()
    }
    ways = dict.fromkeys(declared, "redact") | proposed | dict(rule.masking)
    return {column: way for column, way in ways.items() if column in frame.columns}


def _method(way: str | Mapping[str, Any]) -> str:
    return way if isinstance(way, str) else str(way.get("method"))
