"""Rows by which a step's schema is examined: some that it takes, some that it refuses, and columns that it asks for.

A schema that was loosened by mistake takes what it should refuse; only rows that are wrong in one place show that.
"""

from __future__ import annotations

import types
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from platform_core.asset_checks import validate_schema
from platform_core.asset_checks.contracts import Pandera
from platform_core.errors import UserError
from platform_core.frames import convert
from platform_core.plain_numbers import is_whole
from promote.verify.behind import parts_behind
from promote.verify.boundaries import Code, with_boundaries
from promote.verify.mutants import Mutant
from promote.verify.replace import take_rows
from promote.verify.trial import NoCaseError, execute

_BASE = 2  # rows of the result that lead the examples
_MOST = 40
_SOMEWHERE = -1


@dataclass(frozen=True, slots=True)
class Examples:
    """What a schema says of made-up rows.

    Attributes:
        frame: The rows: those that the schema takes, then those that it refuses, each alone.
        accepted: How many it takes.
        columns: Columns without which it refuses.
        killed: The mistakes in the schema that these notice.
    """

    frame: Any
    accepted: int
    columns: tuple[str, ...] = ()
    killed: frozenset[Mutant] = frozenset()


@dataclass(slots=True)
class _Examiner:
    program: Sequence[str]
    schema: str
    parts: Sequence[int]
    preset: Mapping[str, Any]
    _checks: dict[Mutant, Any] = field(default_factory=dict)

    def check(self, mutant: Mutant | None = None) -> Any:
        """Give the check of the schema, with a mistake in it; None where its definition fails."""
        if mutant is not None and mutant in self._checks:
            return self._checks[mutant]
        names = types.ModuleType("__schema__").__dict__ | dict(self.preset)
        try:
            for place in self.parts:
                changed = mutant is not None and mutant.part == place
                execute(mutant.source if changed and mutant else self.program[place], names, "the schema")
            made = validate_schema(names[self.schema])
        except (NoCaseError, UserError, KeyError):
            made = None
        if mutant is not None:
            self._checks[mutant] = made
        return made

    def failed(self, check: Any, frame: Any) -> int:
        """Give how many rows a schema refuses; one that cannot be applied refuses all."""
        try:
            outcome = check.run(frame)
        except UserError:
            return len(frame) + 1
        return 0 if outcome.passed else int(outcome.failed_count)

    def refused(self, check: Any, frame: Any) -> frozenset[int]:
        """Give the numbers of the rows that a schema refuses, and `_SOMEWHERE` for what no row is named for."""
        rule = check.rule
        if not isinstance(rule, Pandera):
            return frozenset({_SOMEWHERE} if self.failed(check, frame) else ())
        from pandera.config import ValidationDepth, config_context  # noqa: PLC0415 -- only where there is such a schema
        from pandera.errors import SchemaErrors  # noqa: PLC0415 -- as above

        schema = rule.schema.to_schema() if isinstance(rule.schema, type) else rule.schema  # type: ignore[attr-defined]  # a pandera model
        try:
            with config_context(validation_enabled=True, validation_depth=ValidationDepth.SCHEMA_AND_DATA):
                schema.validate(convert(frame, rule.kind), lazy=True)
        except SchemaErrors as error:
            found = error.failure_cases
            places = found["index"].to_list()
            return frozenset(int(p) if is_whole(p) else _SOMEWHERE for p in places)
        except Exception:  # noqa: BLE001 -- a parser written in the model may raise anything
            return frozenset({_SOMEWHERE})
        return frozenset()


def examine(
    value: Any, program: Sequence[str], schema: str, preset: Mapping[str, Any], mistakes: Sequence[Mutant], code: Code
) -> Examples | None:
    """Find rows that tell a step's schema from the same schema with mistakes in it; None where it refuses the result.

    Args:
        value: What the cells gave for the case.
        program: The source texts of the step.
        schema: The name of the schema.
        preset: Values of parameters by name.
        mistakes: Mutants of the texts behind the schema.
        code: What is known of the code.
    """
    examiner = _Examiner(program, schema, sorted(parts_behind(program, schema)), preset)
    true = examiner.check()
    if true is None or not len(value) or examiner.failed(true, value):
        return None
    killed = {m for m in mistakes if (c := examiner.check(m)) is None or examiner.failed(c, value)}
    base = take_rows(value, range(min(_BASE, len(value))))
    schema_code = Code("\n".join(program[place] for place in examiner.parts), code.literals, code.avoid)
    pool, batches = with_boundaries(value, range(len(base)), schema_code)
    rows = [row for _, numbers in batches for row in numbers]
    refused_rows = examiner.refused(true, take_rows(pool, rows))
    columns = [str(name) for name in value.columns]
    taken: list[int] = []
    absent: list[str] = []
    for mutant in mistakes:
        if mutant in killed:
            continue
        name = next(
            (n for n in _named(program[mutant.part], mutant.line, columns) if _lacks(examiner, mutant, base, n)), ""
        )
        if name:
            absent.append(name)
            killed.add(mutant)
            continue
        row = _telling(examiner, true, refused_rows, mutant, pool, rows, taken)
        if row is None or (row not in taken and len(taken) >= _MOST):
            continue
        one = take_rows(pool, [row])
        if (examiner.failed(examiner.check(mutant), one) > 0) != (examiner.failed(true, one) > 0):
            killed.add(mutant)
            taken += [row] if row not in taken else []
    refused = {row for row in taken if examiner.failed(true, take_rows(pool, [row]))}
    good = [row for row in taken if row not in refused]
    if good and examiner.failed(true, take_rows(pool, [*range(len(base)), *good])):
        return None  # each is fine alone, but not beside the others
    accepted = [*range(len(base)), *good]
    rows = [*accepted, *(row for row in taken if row in refused)]
    return Examples(take_rows(pool, rows), len(accepted), tuple(dict.fromkeys(absent)), frozenset(killed))


def _lacks(examiner: _Examiner, mutant: Mutant, base: Any, column: str) -> bool:
    """Say whether a schema with a mistake does without a column that the true one asks for."""
    lacking = base.drop(columns=column) if hasattr(base, "iloc") else base.drop(column)
    return not examiner.failed(examiner.check(mutant), lacking) and examiner.failed(examiner.check(), lacking) > 0


def _telling(
    examiner: _Examiner,
    true: Any,
    refused: frozenset[int],
    mutant: Mutant,
    pool: Any,
    rows: Sequence[int],
    taken: Sequence[int],
) -> int | None:
    """Give a row of which a schema with a mistake says something else than the true one, one taken before if it can."""
    check = examiner.check(mutant)
    differ = examiner.refused(check, take_rows(pool, rows)) ^ refused
    if not differ:
        return None
    told = sorted(rows[place] for place in differ - {_SOMEWHERE})
    if told:
        return next((row for row in told if row in taken), told[0])
    while len(rows) > 1:  # pandera does not say in which row
        half = len(rows) // 2
        rows = next(
            (
                part
                for part in (rows[:half], rows[half:])
                if examiner.failed(check, frame := take_rows(pool, part)) != examiner.failed(true, frame)
            ),
            [],
        )
    return rows[0] if rows else None


def _named(text: str, line: int, columns: Sequence[str]) -> list[str]:
    shown = text.split("\n")[line - 1]
    return [name for name in columns if shown.strip().partition(":")[0] == name]
