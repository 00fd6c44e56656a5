"""What may still name a person where no row of theirs is left: types, attrs of frames, Dagster's records of runs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping

import dagster as dg
import polars as pl

from platform_core.columns import parts_of
from platform_core.governance.erasure import spellings

_PAGE = 500


def named_in(schema: Mapping[str, pl.DataType], attributes: object, value: str) -> tuple[str, ...]:
    """Name the columns whose type has a value among its categories, and `attrs` where a pandas frame's notes hold it.

    Args:
        schema: The columns with their types.
        attributes: What a pandas frame holds beside its columns.
        value: The value that stands for a person.

    >>> named_in({"who": pl.Enum(["P-1", "P-2"]), "town": pl.String()}, {"seen": ["P-1"]}, "P-1")
    ('who', 'attrs')
    """
    words = {*spellings(value)}
    found = [name for name, dtype in schema.items() if not words.isdisjoint(_categories(dtype))]
    if attributes and _looked_for(value).search(json.dumps(attributes, default=str, ensure_ascii=False)):
        found.append("attrs")
    return tuple(found)


def runs_that_tell(instance: dg.DagsterInstance, assets: Iterable[str], value: str) -> tuple[str, ...]:
    """Give the runs that made some assets and whose records hold a value, or a word that is written alike.

    Records are what Dagster keeps of a run: previews and bounds of data, log lines, errors. A value of one or two
    digits stands in most of them.
    """
    runs = dict.fromkeys(run for asset in assets for run in _runs_of(instance, asset))
    wanted = _looked_for(value)
    return tuple(sorted(run for run in runs if any(wanted.search(text) for text in _told(instance, run))))


def _runs_of(instance: dg.DagsterInstance, asset: str) -> Iterator[str]:
    wanted, cursor = dg.AssetRecordsFilter(asset_key=dg.AssetKey.from_user_string(asset)), None
    while True:
        page = instance.fetch_materializations(wanted, limit=_PAGE, cursor=cursor)
        yield from (record.run_id for record in page.records)
        if not page.has_more:
            return
        cursor = page.cursor


def _told(instance: dg.DagsterInstance, run: str) -> Iterator[str]:
    for entry in instance.all_logs(run):
        told = json.loads(dg.serialize_value(entry))
        told.pop("level", None)  # of the log line, a number in each of them and no part of anybody's data
        yield json.dumps(told, ensure_ascii=False)


def _looked_for(value: str) -> re.Pattern[str]:
    """Give what finds a value as a word of its own: 7 in `7` and `7.0`, not in 17 or 7.5."""
    words = "|".join(re.escape(json.dumps(one, ensure_ascii=False)[1:-1]) for one in spellings(value))
    return re.compile(rf"(?<![\w.])(?:{words})(?:\.0+)?(?!\w|\.\d)")


def _categories(dtype: pl.DataType) -> Iterator[str]:
    for part in parts_of(dtype):
        if isinstance(part, pl.Enum):
            yield from part.categories.to_list()
