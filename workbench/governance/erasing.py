"""`workbench erase`: one person's rows taken out of every asset that holds them, and every file read back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import dagster as dg

from platform_core.config import load_config
from platform_core.errors import UsageError, UserError
from platform_core.governance.audit import note
from platform_core.governance.erasure import (
    KEY_VARIABLE,
    Column,
    reach,
    refuse_foreign,
    rows_of,
    spellings,
    subject_token,
)
from platform_core.governance.lineage.dagster import lineage_of_metadata
from platform_core.governance.policies.engine import held
from platform_core.governance.policies.model import AssetFacts
from platform_core.governance.retention import refuse_astray
from platform_core.storage.routes import storage_of
from platform_core.storage.stored import Storage
from workbench.governance.leftovers import named_in, runs_that_tell
from workbench.governance.loading import Governed
from workbench.governance.proving import Erasure, Part, proof
from workbench.governance.stored import parts_of, provable, storage_for

if TYPE_CHECKING:
    import polars as pl


def erase(
    found: Governed, subject: str, on: str, instance: dg.DagsterInstance, *, really: bool, watch: Callable[[str], None]
) -> Erasure:
    """Look for one person's rows, and take them out where that is asked for.

    Each file is replaced whole or not at all, by the storage's own writer; a run that was killed is run again.

    Args:
        found: The project.
        subject: `KEY=VALUE`.
        on: The day, for legal holds.
        instance: Dagster's records, for column lineage.
        really: Whether to erase; else it is only looked.
        watch: Told what is being looked at.

    Raises:
        UserError: The key is declared nowhere, a legal hold is of an asset that is not there, a storage cannot prove a
            deletion, or the audit log cannot be written.
    """
    key, value = split(subject)
    token = subject_token(key, value)
    if token is None and any(hold.subjects for hold in found.policies.holds):
        raise UserError(
            "A legal hold names people by their tokens, and without the secret nobody can tell whom.",
            hint=f"Set {KEY_VARIABLE}.",
        )
    refuse_foreign(found.policies, on)
    if really:
        refuse_astray(found.policies, found.by_name, on)
    storage = storage_of(load_config(found.project.root))
    columns = {one.name: _columns(storage, one) for one in found.assets if not one.outside}
    where = reach(
        found.policies, found.assets, key, {name: of for name, of in columns.items() if of}, lineage(found, instance)
    )
    tokens = [subject_token(key, one) or "" for one in spellings(value)]
    kept = {
        one.asset: hold.id
        for one in where.holdings
        for each in tokens
        if (hold := held(found.policies, one.asset, on, each)) is not None
    }
    stored = [
        (one, _Rows(storage_for(storage, found.by_name[one.asset]), found.by_name[one.asset], partition))
        for one in where.holdings
        if one.asset not in kept
        for partition in parts_of(storage, found.by_name[one.asset])
    ]
    for one, rows in stored:  # what cannot be done is told before anything is
        rows.chosen(one.column, value)
    if really:
        _tell(found, "erased", "begun", key, token, [])
    parts: list[Part] = []
    for one, rows in stored:
        watch(f"{one.asset}{f' {rows.partition}' if rows.partition else ''}")
        parts.append(rows.erased(one.column, one.known, value, really=really))
    watch("records of runs")
    runs = runs_that_tell(instance, dict.fromkeys(one.asset for one, _ in stored), value)
    return Erasure(key, token, where, tuple(parts), tuple(sorted(kept.items())), really, runs)


def tell_done(found: Governed, erasure: Erasure) -> None:
    """Tell the audit log what was erased, with the hash of its proof, which is kept before: it cannot be made again.

    Raises:
        UserError: The audit log cannot be written.
    """
    proven = sha256(proof(erasure).encode()).hexdigest()
    _tell(found, "erased", "done", erasure.key, erasure.token, erasure.parts, proven)


def split(subject: str) -> tuple[str, str]:
    """Give key and value of `KEY=VALUE`.

    Raises:
        UsageError: It is not so.
    """
    key, equals, value = subject.partition("=")
    if not equals or not key.isidentifier() or not value:
        raise UsageError("A subject is a key and a value.", hint="Write --subject person_id=VALUE.")
    return key, value


def lineage(found: Governed, instance: dg.DagsterInstance) -> dict[Column, list[tuple[Column, str]]]:
    """Give what each column was made into and in which way, as the last materialisation of each asset recorded it.

    Our own record says the way; where only Dagster's is there, it is not known.
    """
    edges: dict[Column, list[tuple[Column, str]]] = {}
    for asset in found.assets:
        event = instance.get_latest_materialization_event(dg.AssetKey.from_user_string(asset.name))
        made = event.asset_materialization if event is not None else None
        for source, column, way in _recorded(made.metadata if made is not None else {}):
            edges.setdefault(source, []).append(((asset.name, column), way))
    return edges


def _recorded(metadata: Mapping[str, Any]) -> Iterator[tuple[Column, str, str]]:
    ours = lineage_of_metadata(metadata)
    if ours is not None:
        for column, deps in ours.columns.items():
            yield from (((one.asset, one.column), column, one.way) for one in deps)
        return
    told: Any = metadata.get("dagster/column_lineage")
    for column, deps in (told.value.deps_by_column if told is not None else {}).items():
        yield from (((one.asset_key.to_user_string(), one.column_name), column, "") for one in deps)


class _Rows:
    """The rows of one stored part of an asset."""

    def __init__(self, storage: Storage, asset: AssetFacts, partition: str | None) -> None:
        self.purging = provable(storage, asset)
        self.storage, self.asset, self.partition = storage, asset, partition
        self.layer = asset.layer or "default"

    def erased(self, column: str, known: str, value: str, *, really: bool) -> Part:
        """Count the rows of a person, take them out where asked for, and count again in what is stored then."""
        before, found = self.count(column, value)
        told = (self.asset.name, self.layer, column, known, self.partition, before, found)
        if not really:
            return Part(*told)
        if found:
            chosen = partial(rows_of, column=column, value=value)
            self.purging.take_out(self.layer, self.asset.name, chosen, self.partition)
        self.purging.forget(self.layer, self.asset.name, self.partition)
        after, left = self.count(column, value)
        if left or after != before - found:
            raise UserError(
                f"{self.asset.name} was read back after the erasure and does not hold what it should.",
                hint="Run it again; another run may have written meanwhile.",
            )
        return Part(*told, after, left, self.named(value))

    def named(self, value: str) -> tuple[str, ...]:
        """Name what still holds the value beside the rows."""
        lazy: Any = self.storage.read(self.asset.name, "lazy", self.partition, self.layer)
        beside = self.purging.beside(self.layer, self.asset.name, self.partition)
        return named_in(lazy.collect_schema(), beside, value)

    def count(self, column: str, value: str) -> tuple[int, int]:
        """Give the number of all rows, and of those of a person."""
        import polars as pl  # noqa: PLC0415 - only where data is read

        lazy, rows = self.chosen(column, value)
        total, found = lazy.select(pl.len(), rows.sum().alias("found")).collect().row(0)
        return int(total), int(found)

    def chosen(self, column: str, value: str) -> tuple[pl.LazyFrame, pl.Expr]:
        """Give what is stored, and the expression that is true for the rows of a person.

        Raises:
            UserError: The column is not there, or of a type that holds no key.
        """
        lazy = self.storage.read(self.asset.name, "lazy", self.partition, self.layer)
        return lazy, rows_of(lazy.collect_schema(), column, value)


def _columns(storage: Storage, asset: AssetFacts) -> dict[str, str]:
    own = storage_for(storage, asset)
    if own.find(asset.name, asset.layer or None) is None:
        return {}
    parts = [part for part in parts_of(storage, asset) if part is not None]
    lazy = own.read(asset.name, "lazy", parts or None, asset.layer or None)
    return {name: str(dtype) for name, dtype in lazy.collect_schema().items()}


def _tell(
    found: Governed, did: str, state: str, key: str, token: str | None, parts: Sequence[Part], proven: str = ""
) -> None:
    about = {
        "state": state,
        "subject": token or key,
        "rows": sum(part.rows_found for part in parts),
        "assets": sorted({part.asset for part in parts if part.rows_found}),
        "proof": proven,
    }
    problem = note(did, "one person", {name: one for name, one in about.items() if one}, project=found.project.root)
    if problem:
        so = "Nothing was erased." if state == "begun" else "All was erased and read back, and no entry tells it."
        raise UserError(f"{so} {problem}", hint="Make it writable.")
