"""Numbers and days that stand in for real ones: of the same size, in the same order, on the same side of every literal.

What stands in is drawn from counters and shapes alone, never from the value that it replaces, so that a guess of a real
value cannot be tried out.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import math
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction

from platform_core.plain_numbers import is_number

Avoid = Callable[[str], bool]  # says whether a text holds a real one

_WIDTHS = tuple(2**bits for bits in (7, 8, 15, 16, 31, 32, 63, 64, 127, 128))  # what fits a type stays in the type
_ENUMERABLE = 4_000
_DRAWS = 16
_LEAP_CYCLE = 10_227  # days in 28 years: same weekdays, months and days
# The days on which nanoseconds since 1970 begin and end to fit into 64 bits
_FIRST_DAY, _LAST_DAY = dt.date(1677, 9, 21).toordinal(), dt.date(2262, 4, 11).toordinal()


def noise(*parts: object) -> int:
    """Give a large number that depends on nothing but its parts, which hold no data.

    >>> noise("letters", 3) == noise("letters", 3) != noise("letters", 4)
    True
    """
    return int.from_bytes(hashlib.sha256("|".join(map(str, parts)).encode()).digest())


def numbers_like(
    values: Iterable[Fraction],
    literals: Iterable[Fraction],
    *,
    avoid: Avoid,
    salt: int = 0,
    years: int = 28,
) -> dict[Fraction, Fraction]:
    """Give each number another of the same sign, magnitude and integrality, in the same order.

    Literals of the code, 0, 1 and -1 stay; every other number stays between the same two of them. Fractions become
    binary ones, whose sums are exact in any order. Whole years move together by `years`.

    >>> table = numbers_like([Fraction(37), Fraction(61), Fraction(250)], [Fraction(50)], avoid=lambda text: False)
    >>> [10 <= table[37] < 50, 50 < table[61] < 100, 100 <= table[250] < 1000]
    [True, True, True]
    """
    kept = {Fraction(0), Fraction(1), Fraction(-1), *literals}
    table: dict[Fraction, Fraction] = {}
    distinct = set(values)
    for sign in (1, -1):
        walls = sorted(sign * literal for literal in kept if sign * literal >= 0)
        cells: defaultdict[_Cell, list[Fraction]] = defaultdict(list)
        for value in sorted(sign * value for value in distinct if sign * value >= 0):
            if value in walls:
                table[sign * value] = sign * value
            else:
                cells[_cell_of(value, walls, sign)].append(value)
        for cell, members in cells.items():
            made = _fill(cell, members, avoid, (salt, sign), years)
            table |= {sign * value: sign * new for value, new in made.items()}
    return table


def days_like(
    values: Iterable[int], literals: Iterable[int], *, avoid: Avoid, salt: int = 0
) -> tuple[dict[int, int], int]:
    """Give each day (a proleptic ordinal) another in the same order, and the years by which most moved.

    One shift serves all days where the literals leave room for one; else each span between two literals gets its own.
    Days that are literals stay.

    >>> table, years = days_like([738_000, 738_010], [], avoid=lambda text: False)
    >>> table[738_010] - table[738_000], abs(years) % 28
    (10, 0)
    """
    walls = sorted(set(literals))
    free = sorted(set(values) - set(walls))
    table = {wall: wall for wall in walls}
    shift = _shift(free, walls, avoid, salt)
    if shift is not None:
        return table | {value: value + shift for value in free}, shift // _LEAP_CYCLE * 28
    spans: defaultdict[int, list[int]] = defaultdict(list)
    for value in free:
        spans[bisect_left(walls, value)].append(value)
    for place, members in spans.items():
        own = _shift(members, walls, avoid, salt)
        if own is not None:
            table |= {value: value + own for value in members}
        else:
            low = walls[place - 1] if place else members[0] - 400
            high = walls[place] if place < len(walls) else members[-1] + 400
            room = range(low + 1, high)
            table |= dict(zip(members, _pick(room, members, lambda day: avoid(_iso(day)), (salt, place)), strict=True))
    return table, 0


class _Cell(tuple[Fraction, bool, Fraction]):
    """Where a number may move: lower bound, whether that is open, upper bound (open)."""

    __slots__ = ()

    @property
    def whole(self) -> range:
        """The whole numbers inside."""
        low, is_open, high = self
        first = math.floor(low) + 1 if is_open or low.denominator != 1 else int(low)
        return range(first, math.ceil(high))


def _cell_of(value: Fraction, walls: Sequence[Fraction], sign: int) -> _Cell:
    exponent = len(str(int(value))) - 1 if value >= 1 else -1
    while value < Fraction(10) ** exponent:
        exponent -= 1
    low, high, is_open = Fraction(10) ** exponent, Fraction(10) ** (exponent + 1), False
    for width in (*(width + (sign < 0) for width in _WIDTHS), 1900, 2100):  # -128 fits where 128 does not
        if value >= width:
            low = max(low, Fraction(width))
        else:
            high = min(high, Fraction(width))
    place = bisect_left(walls, value)
    if place and walls[place - 1] >= low:
        low, is_open = walls[place - 1], True
    if place < len(walls):
        high = min(high, walls[place])
    return _Cell((low, is_open, high))


def _fill(
    cell: _Cell, members: Sequence[Fraction], avoid: Avoid, seed: tuple[object, ...], years: int
) -> dict[Fraction, Fraction]:
    whole = [int(member) for member in members if member.denominator == 1]
    room = cell.whole
    if whole and members[0].denominator != 1 and room.start == cell[0]:
        room = range(room.start + 1, room.stop)  # what lies below the first whole number needs a place to go
    moved = [year + years for year in whole]
    in_years = cell[0] >= 1900 and cell[2] <= 2100
    if in_years and all(year in room and not avoid(str(year)) for year in moved):
        chosen: Sequence[int] = moved
    else:
        chosen = _pick(room, whole, lambda number: number > 999 and avoid(str(number)), (*seed, room.stop - room.start))
    table = {Fraction(value): Fraction(new) for value, new in zip(whole, chosen, strict=True)}
    bounds = [cell[0], *map(Fraction, chosen), cell[2]]
    gaps: defaultdict[int, list[Fraction]] = defaultdict(list)
    for member in members:
        if member.denominator != 1:
            gaps[bisect_right(whole, member)].append(member)
    for gap, inside in gaps.items():
        made = _between(bounds[gap], bounds[gap + 1], len(inside), avoid, (*seed, gap))
        table |= dict(zip(inside, made, strict=True))
    return table


def _pick(
    room: range, members: Sequence[int], unwanted: Callable[[int], bool], seed: tuple[object, ...]
) -> Sequence[int]:
    """Choose as many numbers of the room as there are members, in order, preferably none of them a member itself."""
    count = len(members)
    best: Sequence[int] = members
    size = room.stop - room.start  # len() refuses what a 128-bit number needs
    fewest = count
    allowed = None
    if size <= _ENUMERABLE:
        allowed = [number for number in room if not unwanted(number)]
        allowed = allowed if len(allowed) >= count else list(room)
    for attempt in range(_DRAWS if count else 0):
        if allowed is not None:
            drawn = sorted(sorted(range(len(allowed)), key=lambda place: noise(*seed, attempt, place))[:count])
            chosen: Sequence[int] = [allowed[place] for place in drawn]
        else:
            chosen = _draw(room, count, unwanted, (*seed, attempt))
        fixed = sum(one == other for one, other in zip(chosen, members, strict=True))
        if fixed < fewest:
            best, fewest = chosen, fixed
        if not fixed:
            break
    return best


def _draw(room: range, count: int, unwanted: Callable[[int], bool], seed: tuple[object, ...]) -> list[int]:
    chosen: set[int] = set()
    turn = 0
    while len(chosen) < count:
        number = room.start + noise(*seed, turn) % (room.stop - room.start)
        turn += 1
        if turn > 64 * count or not unwanted(number):
            chosen.add(number)
    return sorted(chosen)


def _between(low: Fraction, high: Fraction, count: int, avoid: Avoid, seed: tuple[object, ...]) -> list[Fraction]:
    """Give `count` binary fractions strictly between two bounds, none of them whole, with few digits."""
    parts = 2
    while True:
        room = range(math.floor(low * parts) + 1, math.ceil(high * parts))
        size = room.stop - room.start
        if size - (size // parts + 1) >= 2 * count + 2:
            break
        parts *= 2

    def unwanted(numerator: int) -> bool:
        return numerator % parts == 0 or avoid(repr(numerator / parts))

    if size > _ENUMERABLE:
        whole_free = _draw(room, count, unwanted, (*seed, parts))
    else:
        free = [number for number in room if not unwanted(number)]
        free = free if len(free) >= count else [number for number in room if number % parts]
        whole_free = sorted(sorted(free, key=lambda number: noise(*seed, parts, number - room.start))[:count])
    return [Fraction(number, parts) for number in whole_free]


def _shift(members: Sequence[int], walls: Sequence[int], avoid: Avoid, salt: int) -> int | None:
    blocked = set(walls)

    def fits(shift: int, *, hidden: bool) -> bool:
        for member in members:
            new = member + shift
            in_range = _FIRST_DAY < new < _LAST_DAY or not _FIRST_DAY <= member <= _LAST_DAY
            if not (in_range and 1 <= new <= dt.date.max.toordinal()) or new in blocked:
                return False
            if bisect_left(walls, member) != bisect_left(walls, new) or (hidden and avoid(_iso(new))):
                return False
        return True

    steps = [_LEAP_CYCLE * n for n in (1, -1, 2, -2, 3, -3)]
    steps = steps[salt % 2 :] + steps[: salt % 2]
    steps += [sign * span * n for span in (364, 7, 1) for n in range(1, 60) for sign in (1, -1)]
    return next((step for step in steps if fits(step, hidden=True)), None)


def _iso(ordinal: int) -> str:
    return dt.date.fromordinal(ordinal).isoformat()


def as_fractions(values: Iterable[object]) -> Mapping[object, Fraction]:
    """Give the numbers among some values as exact fractions; what is no finite number is left out.

    >>> as_fractions([1, 0.5, "x", True, math.inf])
    {1: Fraction(1, 1), 0.5: Fraction(1, 2)}
    """
    return {value: Fraction(value) for value in values if is_number(value) and math.isfinite(value)}
