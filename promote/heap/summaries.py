"""What calling each function of a notebook does to what is outside of it, through the functions it calls in turn.

A function's body is fed to the same analysis as the notebook's statements, over objects that stand for its arguments
and for the names outside; what became of those objects is its summary. A function is summed up again
whenever the summary of one that it calls has changed, until none changes.
"""

from __future__ import annotations

import ast

from promote.heap.aliases import Aliases
from promote.heap.heap import NONE, Objects
from promote.language.expression_scope import HIDDEN
from promote.language.functions import Functions
from promote.language.uses import BEHIND, FunctionInfo, Summary
from promote.trees import walk


def summarise(functions: Functions) -> None:
    """Fill in the summaries of all functions."""
    every = list(functions.lambdas.values())
    summaries = functions.summaries
    for info in every:
        summaries[info] = Summary()
    askers: dict[FunctionInfo, set[FunctionInfo]] = {}  # whose summary took part in whose
    waiting = set(every)
    while waiting:
        for info in every:
            if info not in waiting:
                continue  # nothing it asked for has changed, so it would give what it gave
            waiting.discard(info)
            run = Aliases(functions, inside=info)
            found = _summary(info, run)
            for asked in run.asked:
                askers.setdefault(asked, set()).add(info)
            if found != summaries[info]:
                summaries[info] = found
                waiting |= askers.get(info, set())


def _summary(info: FunctionInfo, run: Aliases) -> Summary:
    functions = run.functions
    start: dict[str, Objects] = {}  # what each name stands for
    changeable = functions.variables - functions.constants
    sharing = (n for n in info.free if any(cls.shared for cls in functions.lineage(n)))
    asked = {use.path[0] for use in info.dotted if len(use.path) > 1}  # `f.calls`, `Table.rows`
    classes = [n for n in info.free.keys() & functions.classes.keys() if n in asked or _is_handed_on(functions, n)]
    named = [*sorted(classes), *(n for n in info.free if _keeps(functions, n, asked))]
    variables = [*(n for n in info.free if n in changeable or run.is_local(n)), *sharing, *named]
    for name in dict.fromkeys((*info.parameters, *variables)):
        start[name] = run.own[name] = run.unknown()
    for _ in range(2):  # a second time, for what one round of a loop does to the next
        run.run(info.events)
    heap = run.heap
    for name, itself in run.outer.items():  # that functions which it calls look up
        start[f"{BEHIND}{name}" if name in info.parameters else name] = itself
    inside = {name: heap.inside(itself) for name, itself in start.items()}  # all that can be met in there
    for name, made in run.handed_functions.items():
        start[name], inside[name] = made, heap.contents(made)
    reached = heap.reach(run.results)
    raised = heap.reach(heap.raised) | (reached if _ends_with_a_value(info) else NONE)
    outside = {name: start[name] | inside[name] for name in start}
    held = {n: heap.reach(mine) - mine for n, mine in outside.items()}
    parameters = set(info.parameters)
    touched = {name for name, objects in outside.items() if objects & run.touched}
    if info.remembers and info.parameters[:1] in {("self",), ("cls",)}:
        touched.add(info.parameters[0])
    code = heap.code_in(run.results)
    return Summary(
        mutates=frozenset(touched & parameters),
        changes=frozenset(
            n.removeprefix(BEHIND)
            for n in (touched | ({n for n in run.changed if not n.startswith(HIDDEN)} - info.local)) - parameters
        ),
        deeply=frozenset(n.removeprefix(BEHIND) for n, objects in inside.items() if objects & run.touched),
        gives=frozenset(n for n, objects in start.items() if objects & run.results),
        parts=frozenset(n for n, objects in inside.items() if objects & run.results),
        cells=frozenset(n.removeprefix(BEHIND) for n, mine in outside.items() for one in run.families if mine & one),
        perhaps=frozenset(n.removeprefix(BEHIND) for n, objects in outside.items() if objects & run.perhaps),
        copied=frozenset(n.removeprefix(BEHIND) for n, objects in outside.items() if objects & run.copied_cells),
        holds=frozenset(n for n, objects in outside.items() if objects & reached),
        raises=frozenset(n for n, objects in outside.items() if raised and objects & raised),
        binds=_bound(info, run, start, inside) if run.written or info.global_writes or info.captured else frozenset(),
        keeps=_kept(held, outside),
        keeps_inside=_kept({n: heap.reach(inside[n]) - mine for n, mine in outside.items()}, outside),
        takes=_taken(run, inside, reached),
        makes=frozenset(
            (*told, _far(run, one, run.results)) for one in reached for told in _made_of(run, one, outside)
        ),
        keeps_made=_made_and_kept(run, held, inside, outside),
        fills=frozenset((n, k) for n, found in held.items() for k in heap.kinds_in(found)),
        asks=frozenset(n for n, objects in outside.items() if objects & run.asked_items),
        uses=frozenset(n for n, objects in outside.items() if objects & run.used),
        handed_on=frozenset(n for n, objects in outside.items() if objects & run.handed_on),
        kinds=heap.kinds_in(reached),
        looks=_looked_into(run, outside) if heap.heirs else frozenset(),
        writes=frozenset({*info.global_writes, *run.written}),
        code=code,
        left=frozenset((holder, one) for holder, mine in outside.items() for one in heap.code_in(mine)),
        left_inside=frozenset((holder, one) for holder, mine in inside.items() for one in heap.code_in(mine)),
        classes=heap.classes_in(run.results),
        stateful=info.generator or bool(reached & (heap.stateful | heap.bound)),
        keeps_state=bool(touched & info.fresh_defaults)
        or bool(_given(info, outside, run.results | heap.reach(run.results & heap.plain_code)))
        or (info.remembers and not functions.is_settled(info)),
    )


def _ends_with_a_value(info: FunctionInfo) -> bool:
    """Whether a function is a generator that returns something: its `StopIteration` carries that."""
    returns = info.generator and info.node is not None and not isinstance(info.node, ast.GeneratorExp)
    return returns and any(isinstance(part, ast.Return) and part.value is not None for part in walk(info.node))  # type: ignore[arg-type]  # it is there


def _is_handed_on(functions: Functions, name: str) -> bool:
    """Whether a class stands on one of a library, which may call its methods where it is given the class."""
    return any(map(functions.is_called_back, functions.lineage(name)))


def _keeps(functions: Functions, name: str, asked: set[str]) -> bool:
    """Whether a name is of a function of the notebook that may keep something: by an attribute, default, decorator."""
    infos = functions.infos(name)
    asks = any(len(use.path) > 1 and use.path[0] == name for info in infos for use in info.dotted)
    return asks or any(name in asked or info.fresh_defaults or info.decorated for info in infos)


def _looked_into(run: Aliases, outside: dict[str, Objects]) -> frozenset[str]:
    """The names into whose objects what a function gives looks: groups, relations."""
    heap = run.heap
    return frozenset(n for n, mine in outside.items() if not (heap.holders(mine) - mine).isdisjoint(run.results))


def _kept(held: dict[str, Objects], outside: dict[str, Objects]) -> frozenset[tuple[str, str]]:
    """The names whose objects others may hold by now, each behind the name of its holder."""
    found: set[tuple[str, str]] = set()
    for holder, mine in held.items():
        found.update((holder, name) for name, theirs in outside.items() if holder != name and theirs & mine)
    return frozenset(found)


def _taken(run: Aliases, inside: dict[str, Objects], reached: Objects) -> frozenset[tuple[str, int, int]]:
    """The names of whose objects the result gives or holds items, how many were taken on the way, how far within."""
    levels = run.heap.levels
    return frozenset(
        (n, levels[one], _far(run, one, run.results)) for n, mine in inside.items() for one in mine & reached
    )


def _far(run: Aliases, one: int, around: Objects) -> int:
    """Tell how far away an object is: it is one of those (0), held by one of them (1), or farther within (2)."""
    return 0 if one in around else 1 if one in run.heap.contents(around) else 2


def _made_of(run: Aliases, made: int, outside: dict[str, Objects]) -> list[tuple[str, int, str]]:
    """The names of whose objects one was made that is none of them, how many items of that were taken, and its kind."""
    heap = run.heap
    first = heap.deep_copies.get(made) or heap.made_of.get(made)
    if not first or any(made in mine for mine in outside.values()):
        return []
    level = heap.levels.get(made, 0)
    flat = made in heap.flat or (level == 1 and made in heap.cells)
    kind = "copied" if made in heap.deep_copies else "flat" if flat else ""
    return [(n, level, kind) for n, mine in outside.items() if not mine.isdisjoint(first)]


def _made_and_kept(
    run: Aliases, held: dict[str, Objects], inside: dict[str, Objects], outside: dict[str, Objects]
) -> frozenset[tuple[str, str, int, str, bool]]:
    """The names whose objects hold by now items of others, or what was made of these, with what is told of each."""
    heap = run.heap
    found: set[tuple[str, str, int, str, bool]] = set()
    for holder, ones in held.items():
        for one in ones:
            told = [(n, heap.levels[one], "taken") for n, items in inside.items() if one in items]
            far = _far(run, one, outside[holder]) > 1
            found.update((holder, *each, far) for each in told or _made_of(run, one, outside) if each[0] != holder)
    return frozenset(found)


def _bound(
    info: FunctionInfo, run: Aliases, start: dict[str, Objects], inside: dict[str, Objects]
) -> frozenset[tuple[str, str, str]]:
    """The names outside that are bound anew, by `global` and `nonlocal`, with whose objects they stand for by now."""
    found: set[tuple[str, str, str]] = set()
    for name in {*info.global_writes, *run.written, *info.captured} & run.own.keys():
        mine = run.own[name] - start.get(name, NONE)
        reached = run.heap.reach(mine) if mine else NONE
        for source in start if mine else ():
            if source != name and not reached.isdisjoint(start[source] | inside[source]):
                part = "holds" if mine.isdisjoint(inside[source]) else "part"
                found.add((name, source, part if mine.isdisjoint(start[source]) else "is"))
    return frozenset(found)


def _given(info: FunctionInfo, outside: dict[str, Objects], results: Objects) -> Objects:
    """The default objects that a function gives out, so that its callers may change them."""
    return NONE.union(*(outside.get(name, NONE) & results for name in info.fresh_defaults))
