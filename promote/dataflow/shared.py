"""Which definitions several steps of a notebook share, so that they stand once, in a module of helpers.

A definition is shared where two steps have the same one at module level, and where everything that it names is the same
in each of them: what code in the helpers looks up is then what it would look up in the steps' own modules.
"""

from __future__ import annotations

import ast
import keyword
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from itertools import compress

from platform_core.values import replace
from promote.dataflow.program import Program
from promote.model import Fragment, Function, Helpers, Maker, Plan
from promote.trees import kept_by_text, parse, walk

Key = tuple[int, int, str]


def share(plans: Sequence[Plan], program: Program, makers: Sequence[Maker] = ()) -> list[Plan]:
    """Give the plans of one notebook with the helpers that they share, where they share any.

    Of the `makers`, those stand there whose names mean the same there as in each of their steps.
    """
    every = [_Definitions(p) for p in plans]
    count: dict[Key, int] = {}
    for one in every:
        for key in one.definitions:
            count[key] = count.get(key, 0) + 1
    shared = {key for key, number in count.items() if number > 1 and not _keeps_state(key, program)}
    while shared:
        binding: dict[str, set[Key]] = {}
        for key in shared:
            for name in bound_names(key[2]):
                binding.setdefault(name, set()).add(key)
        clashing = {key for keys in binding.values() if len(keys) > 1 for key in keys}
        back = clashing | {key for key in shared if not _means_the_same(key, shared, every)}
        if not back:
            break
        shared -= back
    by_tag = {p.step.tag: one for p, one in zip(plans, every, strict=True)}
    made = tuple(m for m in makers if _mean_the_same(_looked_up(m), shared, [by_tag[tag] for tag in m.steps]))
    if not shared and not made:
        return list(plans)
    found: dict[Key, Fragment] = {k: f for one in every for k, f in one.definitions.items() if k in shared}
    named = {n for key in shared for n in mentioned_names(key[2])}.union(*map(_looked_up, made))
    having = [
        not shared.isdisjoint(one.definitions) or any(p.step.tag in m.steps for m in made)
        for p, one in zip(plans, every, strict=True)
    ]
    lines = {
        line: fragment
        for one in compress(every, having)
        for line, fragment in one.imports.items()
        if imported_name(line) in named or line.startswith("from __future__")
    }
    helpers = Helpers(
        helpers_name(plans[0].notebook),
        plans[0].notebook,
        tuple(lines[line] for line in sorted(lines)),
        tuple(found[key] for key in sorted(found)),
        made,
    )
    return [replace(p, helpers=helpers) if has else p for p, has in zip(plans, having, strict=True)]


class _Definitions:
    """What stands at module level of one step."""

    def __init__(self, plan: Plan) -> None:
        functions = plan.functions
        self.definitions: dict[Key, Fragment] = {(f.cell, f.first, f.text): f for g in functions for f in g.definitions}
        self.imports: dict[str, Fragment] = {f.text: f for g in functions for f in g.imports}

    @cached_property
    def binders(self) -> dict[str, set[Key | str]]:
        """What binds each name; most notebooks share nothing, and never ask."""
        found: dict[str, set[Key | str]] = {}
        for key in self.definitions:
            for name in bound_names(key[2]):
                found.setdefault(name, set()).add(key)
        for line in self.imports:
            found.setdefault(imported_name(line), set()).add(line)
        return found


def _keeps_state(key: Key, program: Program) -> bool:
    """Whether a definition may remember something, so that one step could feel what another did with it."""
    for name in bound_names(key[2]):
        if program.changed_anywhere(name) or any(name in s.writes for s in program.statements):
            return True
        if any(info.decorated or info.fresh_defaults for info in program.functions.infos(name)):
            return True
    return False


def _means_the_same(key: Key, shared: set[Key], every: Iterable[_Definitions]) -> bool:
    """Whether what a definition names is shared too, or is imported alike, in every step that has it."""
    return _mean_the_same(mentioned_names(key[2]), shared, [one for one in every if key in one.definitions])


def _mean_the_same(names: Iterable[str], shared: set[Key], having: Sequence[_Definitions]) -> bool:
    for name in names:
        binders = [one.binders.get(name, set()) for one in having]
        if any(b != binders[0] for b in binders) or any(isinstance(b, tuple) and b not in shared for b in binders[0]):
            return False
    return True


def _looked_up(maker: Maker) -> frozenset[str]:
    """Give every name that a maker takes from its module, and maybe some of its own."""
    return frozenset().union(*[mentioned_names(part.text) for part in maker.body]) - {*maker.arguments}


def helpers_name(notebook: str) -> str:
    """Give the name of a notebook's module of helpers.

    >>> helpers_name("notebooks/silver/clean.ipynb"), helpers_name("notebooks/2024 returns.ipynb")
    ('silver_clean', 'helpers_2024_returns')
    """
    folder, slash, file = notebook.removeprefix("notebooks/").rpartition("/")
    path = folder + slash + (file[: file.rfind(".")] if "." in file[1:] else file)
    plain = "".join(sign if sign.isascii() and (sign.isalnum() or sign in "_/") else " " for sign in path)
    name = "_".join(plain.replace("/", "_").split()).strip("_").lower()
    return name if name.isidentifier() and not keyword.iskeyword(name) else f"helpers_{name}".rstrip("_")


@kept_by_text
def mentioned_names(text: str) -> frozenset[str]:
    """Give every name that code mentions, in annotations written as texts too."""
    found: set[str] = set()
    for node in walk(parse(text)):
        if isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) < 200:
            found |= set(re.findall(r"[^\W\d]\w*", node.value))
    return frozenset(found)


@kept_by_text
def bound_names(text: str) -> frozenset[str]:
    """Give the names that a definition binds."""
    found: set[str] = set()
    for node in parse(text).body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            found.add(node.name)
        else:
            for part in walk(node):
                if isinstance(part, (ast.Import, ast.ImportFrom)):
                    found |= {a.asname or a.name.split(".")[0] for a in part.names}
                elif isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
                    found.add(part.id)
    return frozenset(found)


def imported_name(line: str) -> str:
    """Give the name that an import of one name binds.

    >>> imported_name("import os.path"), imported_name("from a import b as c"), imported_name("import x  # noqa: F401")
    ('os', 'c', 'x')
    """
    words = line.split("  #", maxsplit=1)[0].split()
    return words[-1] if words[0] == "from" or "as" in words else words[-1].split(".")[0]


def left(plan: Plan) -> tuple[list[Fragment], list[str], Mapping[str, str]]:
    """Give the definitions and imports that stay in a step's own module, and where each name of the helpers is from."""
    functions = plan.functions
    definitions = {(f.cell, f.first, f.text): f for g in functions for f in g.definitions}
    imports = [f.text for g in functions for f in g.imports]
    if plan.helpers is None:
        return [definitions[k] for k in sorted(definitions)], imports, {}
    bodies = [f for g in functions for f in called(plan, g)]
    moved = {(f.cell, f.first, f.text) for f in plan.helpers.definitions} & definitions.keys()
    kept = [definitions[k] for k in sorted(definitions.keys() - moved)]
    texts = [f.text for f in kept] + [f.text for f in bodies]
    texts += [t for g in functions for p in g.parameters for t in (p.type, p.default)]
    texts += [g.output for g in functions]
    used = {n for text in texts for n in mentioned_names(text)} | {str(plan.step.options.get("schema", ""))}
    stay = [t for t in imports if "  #" in t or t.startswith("from __future__") or imported_name(t) in used]
    makers = {m.name for m in plan.makers}
    taken = sorted(({n for key in moved for n in bound_names(key[2])} & used) | makers)
    return kept, stay, dict.fromkeys(taken, plan.helpers.name)


def called(plan: Plan, function: Function) -> tuple[Fragment, ...]:
    """Give the body of a function as it is rendered: calls in the place of statements that stand in the helpers.

    The calls are of no cell.
    """
    mine = plan.makers
    if not mine or function is not plan.function:
        return function.body
    from promote.render.pytext import call  # noqa: PLC0415 - few notebooks share statements

    gone = {(f.cell, f.first, f.text) for m in mine for f in m.body}
    calls = {(m.body[0].cell, m.body[0].first, m.body[0].text): m for m in mine}
    found: list[Fragment] = []
    for fragment in function.body:
        key = (fragment.cell, fragment.first, fragment.text)
        if key in calls:
            maker = calls[key]
            taken = "\n".join(call(f"{', '.join(maker.outputs)} = {maker.name}(", maker.arguments, ")"))
            found.append(Fragment(0, 0, 0, taken, "input"))
        elif key not in gone:
            found.append(fragment)
    return tuple(found)
