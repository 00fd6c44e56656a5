"""What is said where the closure of a step cannot be kept: one finding for each name, with a way out."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cached_property

from platform_core.hints import TYPE_CHECKING
from platform_core.values import replace
from promote.dataflow.displays import inner_displays
from promote.dataflow.loads import SDK
from promote.dataflow.outputs import Output
from promote.dataflow.program import Program, Statement, is_state
from promote.dataflow.session import magic_of
from promote.language.statements import changes_plainly, import_lines
from promote.language.uses import Use
from promote.model import Finding, Fix, Fragment, Location, Notebook, Role, Severity, Step
from promote.vocabulary import vocabulary

if TYPE_CHECKING:
    from promote.dataflow.watched import Trimmed

_GENERATOR = "the generator of "
_NEAR_BUILTIN = 0.8  # `plot` is no misspelt `float`, `rng` no `range`


class Context:
    """What every resolution of one notebook shares: the program, the steps' outputs, how to place a finding."""

    def __init__(
        self,
        notebook: Notebook,
        program: Program,
        outputs: Mapping[str, Output],
        broken: Collection[int] = (),
        session: Sequence[Finding] = (),
    ) -> None:
        self.notebook = notebook
        self.program = program
        self.outputs = outputs  # step tag -> output
        self.broken = broken  # cells of which an error was told before
        self.session = session  # what was told of magics that change the session
        self.definitions: dict[int, Fragment] = {}  # the texts of those that need no edit: many steps share them
        self._lines: dict[int, list[tuple[str, str]]] = {}
        self._trimmed: dict[int, list[Trimmed]] = {}
        self._displays: dict[int, list[tuple[ast.Expr, bool]]] = {}
        self.plain: dict[int, bool] = {}  # of statements, as `kept_bodies` tells: many steps share them

    def inner_displays(self, statement: Statement) -> list[tuple[ast.Expr, bool]]:
        """Give the displays within a statement that can be left out: many steps share a definition."""
        found = self._displays.get(statement.index)
        if found is None:
            found = self._displays[statement.index] = inner_displays(statement.node, self.program.functions)
        return found

    @cached_property
    def is_watched(self) -> bool:
        """Whether the notebook imports progress bars or controls."""
        roots = {path.split(".", 1)[0] for path in self.program.functions.imports.values()}
        return not roots.isdisjoint(("tqdm", "ipywidgets"))

    def trimmed(self, statement: Statement, source: str) -> list[Trimmed]:
        """Give what is left out within a statement, since it only serves who watches; `source` is its cell's.

        It is asked only of notebooks that import anything of the kind.
        """
        found = self._trimmed.get(statement.index)
        if found is None:
            from promote.dataflow.watched import trimmed  # noqa: PLC0415 - most notebooks have nothing of the kind

            found = self._trimmed[statement.index] = trimmed(self.program, statement, source)
        return found

    def import_lines(self, statement: Statement) -> list[tuple[str, str]]:
        """Give each name of an import, with the line that imports it by itself: most steps have the same imports."""
        found = self._lines.get(statement.index)
        if found is None:
            found = self._lines[statement.index] = import_lines(statement.node)
        return found

    @cached_property
    def steps(self) -> Mapping[str, Step]:
        """The steps that give something, by name."""
        return {output.step.name: output.step for output in reversed(list(self.outputs.values()))}

    @cached_property
    def given(self) -> Mapping[str, set[str]]:
        """The variables that give each asset, by its name: a step of another layer may have the same."""
        found: dict[str, set[str]] = {}
        for output in self.outputs.values():
            found.setdefault(output.step.name, set()).add(output.variable)
        return found

    @cached_property
    def is_lazy(self) -> bool:
        """Whether the notebook has frames that are computed only when they are looked at."""
        lazy = re.compile(
            r"(?:lazy|LazyFrame|scan_\w+|load_asset|duckdb|defer|sql|SQLContext|eager|register_io_source)"
        )
        said = (s.facts.names | s.facts.attributes for s in self.program.statements)
        return any(lazy.fullmatch(word) for words in said for word in words)

    def finding(
        self, code: str, message: str, statement: Statement, use: Use | None, hint: str, severity: Severity = "error"
    ) -> Finding:
        """Make a finding at a place in a statement's cell."""
        line, column = (use.line, use.column) if use else (statement.first, None)
        place = self.notebook.at(statement.cell, line, column, tag=statement.role.tag)
        return Finding(code, severity, message, place, hint)

    def where(self, statement: Statement) -> str:
        """Name a statement for people: `cell 4 line 2`."""
        return f"cell {statement.cell} line {statement.first}"


def _is_before(place: Location, other: Location) -> bool:
    """Whether a place is above another of the same cell."""
    at, than = ((p.line or 0, p.column or 0) for p in (place, other))
    return place.cell == other.cell and at < than


class Refusals:
    """The findings of one step, each name told once for each reason."""

    def __init__(self, context: Context, role: Role, way_out: Callable[[], list[Statement]]) -> None:
        self.context = context
        self.program = context.program
        self.role = role
        self.way_out = way_out
        self.findings: list[Finding] = []
        self.told: set[tuple[str, str]] = set()
        self.silent = False  # whether something stands in the way that was told before

    def say(
        self, code: str, name: str, message: str, at: Statement, use: Use, hint: str, fix: Fix | None = None
    ) -> None:
        """Add a finding, at the first use that has it; what a called function looks up is told where it is called."""
        place = use if at.first <= use.line <= at.last else Use(at.first, 1)
        found = self.context.finding(code, message, at, place, hint)
        if (code, name) not in self.told:
            self.told.add((code, name))
            self.findings.append(replace(found, fix=fix) if fix else found)
            return
        for number, told in enumerate(self.findings if name.isidentifier() else ()):
            if (told.code, told.message) == (code, message) and _is_before(found.location, told.location):
                self.findings[number] = replace(told, location=found.location)

    # Values that another statement gave

    def computed(self, name: str, statement: Statement, at: Statement, use: Use, first: Statement) -> None:
        """A statement outside the step gave or changed the value, which `first` had the first part in."""
        where = self.context.where(statement)
        if "get_ipython" in statement.reads:  # whatever is done about it, no step can take that
            self.ipython_only("get_ipython", statement, statement.reads["get_ipython"])
        elif name in statement.effects.deletes and name not in statement.effects.binds | statement.effects.maybe:
            message = f"`{name}` was deleted in {where}, before it is read here."
            self.say("PR303", name, message, at, use, "Remove the `del`, or bind the name again.")
        elif name in statement.changes and name not in statement.effects.touched:
            plainly = changes_plainly(statement.node)
            if name in self.program.functions.imports and not plainly:
                message = f"`{name}` is of a package that may remember what {where} does with it."
                hint = "Do that in a cell of this step, or use --include-needed, which repeats it here."
            else:
                is_changed = "is changed" if plainly else "may be changed"
                message = f"`{name}` {is_changed} in place in {where}, between its making and its use here."
                hint = "Move the change into a step, or work on a copy there; --include-needed takes it into this step."
            self.say("PR304", name, message, at, use, hint)
        elif statement.role.kind == "step":
            message = f"`{name}` is bound by {statement.role.tag} ({where}), but that step gives another variable."
            hint = f"Make it a step of its own, or write `#| output: {name}` there; --include-needed repeats it here."
            self.say("PR305", name, message, at, use, hint)
        elif name not in first.binds:
            message = f"`{name}` is bound on only one branch ({where})."
            self.say("PR311", name, message, at, use, "Bind it on every branch, in a cell of this step.")
        elif statement.role.kind == "parameters":
            message = f"`{name}` is computed in the parameters cell ({where}), so no run can set it."
            hint = (
                "Write a literal there and compute from it in the step, or use --include-needed, which takes this line."
            )
            self.say("PR302", name, message, at, use, hint)
        else:
            message = f"`{name}` is computed by a cell that is not promoted ({where})."
            from promote.dataflow.offers import tagged_helpers  # noqa: PLC0415 - only where something is refused

            fix = tagged_helpers(self.context.notebook, self.program, statement)
            bronze, hint = (None, "") if fix else self.as_bronze(statement)
            self.say("PR302", name, message, at, use, hint or self.slice_hint(), fix or bronze)

    def as_bronze(self, statement: Statement) -> tuple[Fix | None, str]:
        """Say how a frame that an untagged cell reads becomes a bronze step; nothing where it is none."""
        if not isinstance(statement.node, ast.Assign) or self.role.layer == "bronze":
            return None, ""
        from promote.outside.bronze import as_bronze  # noqa: PLC0415 - only where something is refused
        from promote.outside.sightings import Looker  # noqa: PLC0415 - as above

        return as_bronze(self.context, Looker(self.program), statement)

    @cached_property
    def needed(self) -> list[Statement]:
        """The statements that `--include-needed` would take: asked for each name, and the same for all."""
        return self.way_out()

    def slice_hint(self) -> str:
        """Name the statements that `--include-needed` would take."""
        needed = self.needed
        shown = ", ".join(self.context.where(s) for s in needed[:8]) + (", …" if len(needed) > 8 else "")
        plural = "this statement" if len(needed) == 1 else f"these {len(needed)} statements"
        return f"Tag that cell {self.role.tag}, or use --include-needed, which takes {plural}: {shown}."

    def gone(self, name: str, statement: Statement, at: Statement, use: Use) -> None:
        """The step itself deletes a name and reads it."""
        message = f"`{name}` is deleted in {self.context.where(statement)}, before it is read here."
        self.say("PR303", name, message, at, use, "Delete it later, or bind it again.")

    def incomplete(self, name: str, output: Output, at: Statement, use: Use) -> None:
        """Another step is read before its last cell."""
        tag, last = output.step.tag, output.step.cells[-1]
        message = f"`{name}` is read here while {tag} is not complete: it goes on in cell {last}."
        self.say("PR306", name, message, at, use, "Move this cell below the last cell of that step.")

    def state(self, name: str, statement: Statement, at: Statement, use: Use) -> None:
        """Hidden state is set outside the step."""
        shown = name[1:]
        if shown.startswith(_GENERATOR):
            if ("PR319", f"{_GENERATOR} {at.index} {statement.index}") in self.told:
                self.silent = True  # a package that may draw may draw from each of them: one is told
                return
            self.told.add(("PR319", f"{_GENERATOR} {at.index} {statement.index}"))
            package = shown.removeprefix(_GENERATOR).split(".")[0].lower()
            roots = {path.split(".")[0] for path in self.program.functions.imports.values()}
            shown = shown if package in roots else "the generator of random numbers"
        message = f"This depends on {shown}, which {self.context.where(statement)} sets outside the step."
        self.say("PR319", name, message, at, use, "Set it in a cell of this step, or use --include-needed.")

    def patched(self, name: str, statement: Statement, at: Statement, use: Use) -> None:
        """A package is patched with code that looks up what changes."""
        where = self.context.where(statement)
        message = f"This depends on {name[1:]}, which {where} sets to code that looks up what changes."
        self.say("PR319", name, message, at, use, "Write a function in its place, and give it all that it uses.")

    def lost(self, name: str, change: Statement, at: Statement) -> None:
        """A change of one input is a change of another in the notebook, where they are one object."""
        message = (
            f"`{name}` is read here after {self.context.where(change)} changed it through another name: "
            "in the notebook both are one object, in the project each asset is its own."
        )
        hint = "Change a copy (`.copy()`) there, or make the change in the step that gives the frame."
        self.say("PR304", name, message, at, at.reads.get(name, Use(at.first, 1)), hint)

    def identity(self, statement: Statement, inputs: Collection[str]) -> None:
        """Two inputs are asked whether they are one object."""
        compared = statement.facts.kinds.get(ast.Compare, ())
        for part in compared:
            sides = {side.id for side in (part.left, *part.comparators) if isinstance(side, ast.Name)}
            if len(sides & {*inputs}) > 1 and any(isinstance(op, (ast.Is, ast.IsNot)) for op in part.ops):
                names = " and ".join(f"`{name}`" for name in sorted(sides))
                message = f"{names} are asked whether they are one object; in the project each asset is its own."
                hint = "Compare what they hold."
                self.say("PR304", min(sides), message, statement, Use(part.lineno, part.col_offset + 1), hint)

    def moved_on(self, name: str, late: str, change: Statement, at: Statement) -> None:
        """An input that is lazy would look up a name that has another value by now."""
        where = self.context.where(change)
        message = f"`{name}` may look up `{late}` only now, when it is collected, and {where} gave that another value."
        hint = f"Collect `{name}` in its own step, or give the new value another name."
        self.say("PR304", name, message, at, at.reads.get(name, Use(at.first, 1)), hint)

    def asked_late(self, name: str, change: Statement, at: Statement) -> None:
        """An input that is a query of DuckDB would look into tables that are others by now."""
        message = f"`{name}` looks into DuckDB's tables only now, and {self.context.where(change)} changed some."
        hint = f"Read `{name}` in its own step (`.df()`, `.pl()`), or change the tables before it."
        self.say("PR304", name, message, at, at.reads.get(name, Use(at.first, 1)), hint)

    # Names that nothing gave

    def bound_anew(self, name: str, first: Statement, at: Statement, use: Use) -> bool:
        """Tell a name that a star import, or code that makes names at run time, may have bound since it was bound."""
        if not (self.program.stars or self.program.wild):
            return False  # as in nearly every notebook
        if is_state(name) or name not in first.effects.touched:
            return False
        if name in self.program.functions.imports:
            return False  # a package that gives `np` away gives the same `np`
        for star in self.program.stars:
            if first.index < star.index < at.index:
                self.star(name, star, at, use)
                return True
        for wild in self.program.wild:
            if first.index < wild.index < at.index:
                self.wild(name, wild, at, use)
                return True
        return False

    def star_shadows(self, name: str, at: Statement) -> bool:
        """Whether a star import before a statement may bind this name of Python's own; `%pylab` makes one."""
        if any(s.index < at.index and magic_of(s.node)[0] == "pylab" for s in self.program.wild):
            return True
        if not self.program.stars:
            return False  # as in nearly every notebook
        from promote.language.star_imports import may_shadow, star_modules  # noqa: PLC0415 - as said

        before = (module for s in self.program.stars if s.index < at.index for module in star_modules(s.node))
        return any(may_shadow(module, name) for module in before)

    def star(self, name: str, star: Statement, at: Statement, use: Use) -> None:
        """A star import may have bound the name."""
        from promote.dataflow.offers import named_imports  # noqa: PLC0415 - as above
        from promote.language.star_imports import is_known, star_source  # noqa: PLC0415 - as above

        message = f"`{name}` may come from the star import in {self.context.where(star)}."
        fix = named_imports(self.context.notebook, self.program)
        source = star_source(star.node)
        hint = f"Import it by name: from {source} import {name}."
        if not is_known(source) and hasattr(builtins, name):
            message = (
                f"`{name}`, as any name of Python's own, may be bound anew by the star import in "
                f"{self.context.where(star)}."
            )
            hint = f"Import by name what is used of {source}, or take that line out; all else is Python's then."
            name = f"*{source}"  # told once
        self.say("PR309", name, message, at, use, hint, fix)

    def wild(self, name: str, wild: Statement, at: Statement, use: Use) -> None:
        """Code that makes names at run time, or a magic that does, may have bound the name."""
        magic, kind = magic_of(wild.node)
        if magic:
            sign = "%%" if kind == "cell" else "%"
            message = f"`{name}` may be bound by {sign}{magic} in {self.context.where(wild)}, which cannot be followed."
            hint = vocabulary()["magics"][kind]["refuse"].get(magic, "Bind the name in Python.")
            self.say("PR308", name, message, at, use, hint)
            return
        message = f"`{name}` may be bound by {self.context.where(wild)}, which makes names at run time."
        self.say("PR308", name, message, at, use, "Use a dictionary there, or name the variables.")

    def ipython_only(self, name: str, at: Statement, use: Use) -> None:
        """The name exists in a notebook, or means something else there."""
        if name == "get_ipython" and at.cell in self.context.broken:
            self.silent = True  # what the line could not become was told
            return
        fix = None
        line = self.context.notebook.at(at.cell, at.first).text
        if name == "get_ipython" and name not in line:
            magic = re.search(r"%%?\w+", line)
            message = f"IPython alone can run {magic[0] if magic else 'this line'}, and the step needs what it does."
            hint = "Write it in Python."
        elif name.startswith("__") and name.endswith("__"):
            from promote.dataflow.offers import test_of_main  # noqa: PLC0415 - as below

            message, hint = f"`{name}` means something else in a module.", "Write the value, or leave the branch out."
            fix = test_of_main(at)
        else:
            message, hint = (
                f"`{name}` exists in IPython only.",
                "Give the value a name, or leave the line out of the step.",
            )
        self.say("PR314", name, message, at, use, hint, fix)

    def is_in_broken(self, name: str, at: Statement) -> bool:
        """Whether a cell above that could not be read, as was told, seems to define a name."""
        bound = re.compile(rf"^[^#\n]*(?<![\w.]){name}\b\s*[=,:)]|\b(?:def|class|import|as)\s+{name}\b", re.MULTILINE)
        cells = self.context.notebook.cells
        return any(c < at.cell and bound.search(cells[c - 1].source) for c in self.context.broken)

    def unbound(self, name: str, at: Statement, use: Use, builtins: Iterable[str]) -> None:
        """No statement before binds the name."""
        if self.is_in_broken(name, at):
            self.silent = True
            return
        star = next((s for s in self.program.stars if s.index < at.index), None)
        if star is not None:
            self.star(name, star, at, use)
        elif wild := next((s for s in self.program.wild if s.index < at.index), None):
            self.wild(name, wild, at, use)
        elif later := [s for s in self.program.statements if name in s.effects.touched and s.index > at.index]:
            message = f"`{name}` is read before {self.context.where(later[0])} defines it."
            hint = "Run the notebook from the top: move the definition above this cell."
            from promote.dataflow.offers import hoisted_import  # noqa: PLC0415 - as above

            fix = hoisted_import(self.context.notebook, self.program, later[0], at)
            self.say("PR303", name, message, at, use, hint, fix)
        elif hint := vocabulary()["platform_globals"].get(name):
            message = f"`{name}` is given by the platform that the notebook ran on, not by the notebook."
            self.say("PR301", name, message, at, use, hint)
        else:
            message = f"`{name}` is never defined in this notebook."
            self.say("PR301", name, message, at, use, self.nearest(name, at, builtins))

    def made_by(self, name: str, at: Statement) -> bool:
        """Whether the step of a statement is the first to bind a name, there or below."""
        first = self.program.statements[min(self.program.touches[name])]
        return first.index >= at.index and first.role == at.role

    def nearest(self, name: str, at: Statement, builtins: Iterable[str]) -> str:
        """Ask whether a near name was meant; what the step itself makes there or below is none for what it reads."""
        import difflib  # noqa: PLC0415 - only where something is misspelt

        from platform_core.suggest import meant  # noqa: PLC0415 - only a mistake needs it

        if name in SDK:
            return f"Import it in a cell above: from platform_core.sdk import {name}."
        own = sorted(n for n in self.program.touches if not is_state(n) and n != name and not self.made_by(n, at))
        close = difflib.get_close_matches(name, own, 1)
        close = close or difflib.get_close_matches(name, sorted(set(builtins) - {name}), 1, cutoff=_NEAR_BUILTIN)
        return meant(close[0]) if close else "Define it, or import it, in a cell above."
