"""What an erasure found and did: as the proof that is kept, and as text."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from platform_core.governance.erasure import Reach

NOT_LOOKED_AT = (
    "backups, and older versions that a bucket keeps",
    "executed notebooks under data/runs and outputs that notebooks keep",
    "what steps printed, and the records of runs that made none of these assets",
    "copies that people took, and what other projects made from these assets",
    "rows in which the person is written another way than the value that was given, or masked",
)


@dataclass(frozen=True, slots=True)
class Part:
    """What was done with one stored part of an asset: rows before, rows of the person, and both when read back.

    `named` are columns whose type has the value among its categories, and `attrs` where a frame's notes hold it.
    """

    asset: str
    layer: str
    column: str
    known: str
    partition: str | None
    rows_before: int
    rows_found: int
    rows_after: int | None = None
    rows_left: int | None = None
    named: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Erasure:
    """What was found and done.

    Attributes:
        key: The subject key.
        token: What stands for the person.
        reach: Where their rows are.
        parts: What was done with each stored part.
        held: Assets that a legal hold keeps, with its id.
        done: Whether anything was erased.
        runs: The runs whose records in Dagster hold the value, or a word that is written alike.
    """

    key: str
    token: str | None
    reach: Reach
    parts: tuple[Part, ...]
    held: tuple[tuple[str, str], ...]
    done: bool
    runs: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether nothing was found that is left: no row, none that is held or doubtful, no name in types or records.

        Where nobody looked, `not_looked_at` and the places that are left to people say so.
        """
        gone = all(part.rows_left == 0 and not part.named for part in self.parts)
        return self.done and gone and not self.held and not self.reach.confirm and not self.runs


def proof(erasure: Erasure) -> str:
    """Give the proof as JSON: counts, names and a token, no value of the data, no date."""
    content = {
        "version": 1,
        "key": erasure.key,
        "subject": erasure.token,
        "erased": erasure.done,
        "complete": erasure.complete,
        "parts": [asdict(part) for part in erasure.parts],
        "held": [{"asset": asset, "hold": hold} for asset, hold in erasure.held],
        "to_confirm": [asdict(one) for one in erasure.reach.confirm],
        "to_make_again": list(erasure.reach.derived),
        "outside_the_lake": list(erasure.reach.outside),
        "sources_that_bring_it_back": list(erasure.reach.sources),
        "not_made_from_these": list(erasure.reach.strangers),
        "records_of_runs": list(erasure.runs),
        "not_looked_at": list(NOT_LOOKED_AT),
    }
    return json.dumps(content, indent=2) + "\n"


def as_text(erasure: Erasure) -> str:
    """Give what was found and done as text."""
    return "\n".join(_lines(erasure)) + "\n"


def _lines(erasure: Erasure) -> Iterator[str]:
    for part in erasure.parts:
        where = (
            f"{part.layer}:{part.asset}{f' {part.partition}' if part.partition else ''}.{part.column} ({part.known})"
        )
        said = f"{part.rows_found} of {part.rows_before} rows"
        yield f"{where}: {said}" + (f", {part.rows_left} left of {part.rows_after} read back" if erasure.done else "")
    told: Mapping[str, Sequence[str]] = {
        "Kept by a legal hold": [f"{asset} ({hold})" for asset, hold in erasure.held],
        "Made from these, look and declare subject_keys": [
            f"{one.asset}.{one.column}" for one in erasure.reach.confirm
        ],
        "Named by a type or by attrs: write the step without it, and make them again": sorted(
            {f"{part.asset}.{one}" for part in erasure.parts for one in part.named}
        ),
        "Without such a column: make them again, workbench materialize": erasure.reach.derived,
        "Outside the lake: erase there by hand": erasure.reach.outside,
        "Sources that bring the rows back: erase there first": erasure.reach.sources,
        "A column of that name, but not made from these: look": erasure.reach.strangers,
        "Dagster's records of runs hold it, or a word written alike: look, dagster run delete RUN, and make again": (
            erasure.runs
        ),
        "Not looked at": NOT_LOOKED_AT,
    }
    for said, names in told.items():
        if names:
            between = "; " if any("," in one for one in names) else ", "
            yield f"{said}: {between.join(names)}."
    rows = sum(part.rows_found for part in erasure.parts)
    end = "Erased, and every file read back." if erasure.done else "Nothing was erased; --yes erases."
    if erasure.done and not erasure.complete:
        end += " It is not complete: see what is told above."
    yield f"{rows} rows in {len({part.asset for part in erasure.parts if part.rows_found})} assets. {end}"
