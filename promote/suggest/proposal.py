"""Propose steps for a notebook that nobody has tagged: which cells, which layer, which name.

A frame that a notebook makes and goes on to use is worth a step. Where one cell binds it and others change it, they
are one step; where it is read first and worked on later, the reading is a bronze step of its own. The proposal is
planned as promotion would plan it, and steps are taken out of it until nothing is refused.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from platform_core.values import dataclass
from promote.dataflow.program import Program, build
from promote.model import Cell, Finding, Notebook, Plan, Selection
from promote.outside.secret_values import secret_findings
from promote.plan import Planned, plan
from promote.selection.select import select
from promote.suggest import names as naming
from promote.suggest.frame_guess import Guesser
from promote.suggest.frame_use import flat
from promote.suggest.parts import Part, only_shown, parts_of, users_of, worth_a_step, writes
from promote.suggest.roles import ProposedRole, fragments, roles_of, with_roles
from promote.suggest.splitting import made_in

_BRONZE_ONLY = frozenset(("PR706", "PR708"))  # files and networks are for bronze steps
_ROUNDS = 8


@dataclass(frozen=True, slots=True)
class ProposedStep:
    """A step that is proposed: its cells, what it is called, the variable it gives, what it reads, and why."""

    layer: str
    name: str
    cells: tuple[int, ...]
    variable: str
    reads: tuple[str, ...] = ()
    why: str = ""
    checks: tuple[int, ...] = ()
    options: tuple[tuple[str, str], ...] = ()  # what it says of itself, such as its owner

    @property
    def tag(self) -> str:
        """The tag of its cells."""
        return f"{self.layer}:{self.name}"


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is proposed for a notebook.

    `notebook` carries the proposed tags, those of `roles` too. `needed` is true where promotion takes untagged
    statements into steps, which `--include-needed` allows. `warnings` are what promotion will say of files, networks
    and chance. `stopped` are the findings that kept steps out of the proposal; `left` says why else nothing is
    proposed.
    """

    notebook: Notebook
    steps: tuple[ProposedStep, ...]
    needed: bool = False
    warnings: tuple[Finding, ...] = ()
    stopped: tuple[Finding, ...] = ()
    left: tuple[str, ...] = ()
    roles: tuple[ProposedRole, ...] = ()  # cells that are no step


def suggest(notebook: Notebook, taken: Iterable[str] = ()) -> Proposal:
    """Propose steps for a notebook; `taken` are names that other notebooks of the project give to their steps.

    The proposal promotes without a refusal, with `--include-needed` where `needed` says so; where nothing can be
    proposed, `stopped` and `left` say what stands in the way. Cells that have a role already keep it.
    """
    selection = select(notebook)
    program = build(selection.cells)
    free = {c.position for c in selection.cells if c.role.kind == "explore"}
    found = parts_of(program)
    parts = worth_a_step(found, program, free)
    frames = tuple(dict.fromkeys(part.variable for part in found))
    steps = _named(selection, program, parts, frames, taken)
    left = [
        f"Cell {finding.location.cell}: {finding.message}" for finding in selection.findings if finding.code == "PR120"
    ]
    if not parts:
        left.append("No cell binds a frame that a later cell uses or that says something of another.")
        left += _inside_functions(program)
    shown = [str(cell) for cell in only_shown(program) if cell in free]
    if shown:
        one = len(shown) == 1
        left.append(
            f"Cell{'' if one else 's'} {', '.join(shown)} show{'s' if one else ''} a summary that has no name: write "
            "`name = …` where it is worth a step."
        )
    proposal = _settled(selection, steps, [*left, *_crowded(found, parts, program)])
    return _with_roles(proposal, program, frames) if proposal.steps else proposal


def _inside_functions(program: Program) -> list[str]:
    """Tell of functions that make frames, as scripts in one cell do, and how what they give comes to be a step."""
    definitions = {s.node.name: s for s in program.statements if isinstance(s.node, ast.FunctionDef)}
    nodes = {name: s.node for name, s in definitions.items() if isinstance(s.node, ast.FunctionDef)}
    making: dict[int, list[str]] = {}
    giving = ""
    for name, node in nodes.items():
        guesser = Guesser(program.functions, nodes, {})
        bound = {made for inner in flat(node.body) for made in guesser.learn(inner)}
        returned = [n.value for n in flat(node.body) if isinstance(n, ast.Return) and n.value is not None]
        gives = any((found := guesser.guess(value)) and found.shape == "frame" for value in returned)
        if bound or gives:
            making.setdefault(definitions[name].cell, []).append(f"`{name}`")
        if gives and not (node.args.args or node.args.kwonlyargs or node.args.posonlyargs):
            giving = giving or f", such as `df = {name}()`"
    return [
        f"Cell {cell} makes its frames within functions ({', '.join(names)}). Let them return what they make, without "
        f"writing it, and bind that in a cell of its own{giving}: such a cell is a step."
        for cell, names in making.items()
    ]


def _crowded(found: Sequence[Part], chosen: Sequence[Part], program: Program) -> list[str]:
    """Tell of cells that make several frames: one of them is a step, and whoever needs another makes it again."""
    told: list[str] = []
    steps = {(part.cells[0], part.variable) for part in chosen}
    for cell in dict.fromkeys(part.cells[0] for part in found):
        parts = made_in(cell, found, program)
        names = list(dict.fromkeys(part.variable for part in parts))
        if len(names) > 1 and any((cell, name) in steps for name in names):
            read = all(part.guess.read for part in parts)
            told.append(
                f"Cell {cell} {'reads' if read else 'makes'} {', '.join(f'`{name}`' for name in names)}: split it into "
                f"cells of one each, as `workbench suggest --split` does, so that each is a step of its own and is "
                f"{'read' if read else 'made'} once."
            )
    return told


# What it is called


def _named(
    selection: Selection, program: Program, parts: Sequence[Part], frames: Sequence[str], others: Iterable[str]
) -> list[ProposedStep]:
    notebook = selection.notebook
    taken = (
        {*others}
        | {step.name for step in selection.steps}
        | set(program.functions.imports)
        | set(program.functions.by_name)
    )
    stem = naming.snake(notebook.path.rpartition("/")[2].rpartition(".")[0])
    steps: list[ProposedStep] = []
    names: dict[str, str] = {}  # variable -> the step that gave it last
    for part in parts:
        heading, title = naming.headings(notebook, part.cells[0])
        new_heading = "" if heading in taken else heading
        file = naming.from_path(part.guess.path)
        variable = naming.from_variable(part.variable)
        if heading in taken:  # another step under it has its name
            heading = f"{heading}_{'summary' if part.guess.summary else variable or naming.snake(part.variable)}"
        if part.after_read:
            base = naming.without_ending(names.get(part.variable, ""))
            prepared = f"{base or variable or file or stem}_prepared"
            candidates = ["" if base else variable, new_heading if new_heading != base else "", prepared]
        elif part.guess.read:
            candidates = [variable, file, heading, title, f"{stem}_{variable or 'source'}", "source"]
        else:
            candidates = [variable, heading, title, f"{stem}_{naming.snake(part.variable)}", stem, "result"]
        name = next((c for c in candidates if c and naming.usable(c)), "step")
        if name in taken:
            name = next((c for c in candidates if c and naming.usable(c) and c not in taken), name)
        name = naming.free(name, taken)
        taken.add(name)
        names[part.variable] = name
        steps.append(_step(part, name, parts, frames, program))
    return steps


def _step(part: Part, name: str, parts: Sequence[Part], frames: Sequence[str], program: Program) -> ProposedStep:
    reads = _reads(part, program, frames)
    inputs = tuple(variable for variable in frames if variable in reads)
    if part.guess.read and not part.after_read:
        layer, why = "bronze", "reads from outside"
    elif part.guess.summary and not _feeds(part, parts, program):
        layer, why = "gold", "sums up, and no other step reads it"
    elif any(writes(s.node, part.variable) for s in program.statements) and not _feeds(part, parts, program):
        layer, why = "gold", "is written to a file"
    elif inputs or part.after_read:
        layer, why = "silver", "works on what was read"
    else:
        layer, why = "bronze", "makes its data itself"
    return ProposedStep(layer, name, part.cells, part.variable, inputs, why)


def _feeds(part: Part, parts: Sequence[Part], program: Program) -> bool:
    users = users_of(part, program)
    return any(users & set(p.cells) for p in parts if p is not part)


def _reads(part: Part, program: Program, frames: Collection[str]) -> set[str]:
    """Give the variables that a part's cells read from others, and those that went into what they read."""
    found: set[str] = set()
    own: set[str] = set()
    for statement in program.of_cells(part.cells):
        found |= statement.reads.keys() - own
        own |= statement.binds
    waiting = found - {*frames}
    while waiting:
        more = {r for name in waiting for s in program.reaching(name, part.statements[0].index) for r in s.reads}
        waiting = more - found - {*frames}
        found |= more
    return found


# Whether it can be promoted


def tagged(notebook: Notebook, steps: Iterable[ProposedStep]) -> Notebook:
    """Give the notebook with the tags and options of proposed steps."""
    cells: list[Cell] = list(notebook.cells)
    for step in steps:
        for number, position in enumerate(step.cells):
            cell = cells[position - 1]
            options = dict(cell.options)
            if number == 0 and step.name != step.variable:
                options["output"] = step.variable
            if number == 0:
                options |= dict(step.options)
            cells[position - 1] = replace(cell, tags=(*cell.tags, step.tag), options=options)
        for position in step.checks:
            cell = cells[position - 1]
            cells[position - 1] = replace(cell, tags=(*cell.tags, f"check:{step.name}"))
    return replace(notebook, cells=tuple(cells))


def saying(proposal: Proposal, notebook: Notebook, said: Mapping[str, Mapping[str, str]]) -> Proposal:
    """Give a proposal whose steps say more of themselves.

    Args:
        proposal: The proposal.
        notebook: The notebook without it.
        said: Options of steps, by their tags.
    """
    steps = tuple(replace(one, options=tuple(said.get(one.tag, {}).items())) for one in proposal.steps)
    return replace(proposal, notebook=with_roles(tagged(notebook, steps), proposal.roles), steps=steps)


def _settled(selection: Selection, steps: Sequence[ProposedStep], left: list[str]) -> Proposal:
    """Plan the proposal, and take out of it what is refused, until nothing is."""
    notebook = selection.notebook
    stopped: list[Finding] = []
    current = list(steps)
    checks = _checks(selection, current)
    for _ in range(_ROUNDS):
        with_checks = [replace(s, checks=checks.get(s.name, ())) for s in current]
        proposed = tagged(notebook, with_checks)
        chosen = select(proposed)
        planned = plan(chosen, include_needed=True)
        errors = _errors(chosen, planned)
        refused = {*planned.refused}
        sources = {p.step.tag for p in planned.plans if p.function.resources and p.step.layer != "bronze"}
        if not errors and sources:  # what reads a resource reads from outside, as what reads a file does
            current = [_harvest(s) if s.tag in sources else s for s in current]
            continue
        if not errors:
            warnings = tuple(f for f in planned.findings if f.severity == "warning" and f.code.startswith("PR7"))
            return Proposal(
                proposed, tuple(with_checks), _needs(chosen, planned.plans), warnings, tuple(stopped), tuple(left)
            )
        current, checks = _without_refused(current, checks, errors, refused, stopped)
    return Proposal(notebook, (), stopped=tuple(stopped), left=tuple(left))


def _with_roles(proposal: Proposal, program: Program, frames: Collection[str]) -> Proposal:
    """Give a proposal whose cells of constants and of definitions are tagged too."""
    chosen = select(proposal.notebook)
    roles, left = roles_of(chosen, plan(chosen, include_needed=True), program, frames)
    chosen = select(with_roles(proposal.notebook, roles))
    needed = proposal.needed and _needs(chosen, plan(chosen, include_needed=True).plans)
    return replace(proposal, notebook=chosen.notebook, roles=roles, needed=needed, left=(*proposal.left, *left))


def _needs(chosen: Selection, plans: Iterable[Plan]) -> bool:
    """Whether steps take statements of untagged cells."""
    helpers = {cell.position for cell in chosen.cells if cell.role.kind == "helpers"}
    return any(f.origin == "needed" and f.cell not in helpers for one in plans for f in fragments(one))


def _harvest(step: ProposedStep) -> ProposedStep:
    return replace(step, layer="bronze", why="reads from outside")


def _errors(chosen: Selection, planned: Planned) -> list[Finding]:
    plans: tuple[Plan, ...] = planned.plans
    found = (*chosen.findings, *planned.findings, *secret_findings(chosen, plans))
    return [f for f in found if f.severity == "error"]


def _without_refused(
    steps: Sequence[ProposedStep],
    checks: dict[str, tuple[int, ...]],
    errors: Sequence[Finding],
    refused: Collection[str],
    stopped: list[Finding],
) -> tuple[list[ProposedStep], dict[str, tuple[int, ...]]]:
    """Take out the steps that have an error; one that only reads in the wrong layer is made a bronze step."""
    kept: list[ProposedStep] = []
    wrong_checks = {f.location.cell for f in errors if (f.location.tag or "").startswith("check:")}
    if wrong_checks:
        checks = {name: tuple(c for c in cells if c not in wrong_checks) for name, cells in checks.items()}
        return list(steps), checks
    placed = False
    tags = {step.tag for step in steps}
    for step in steps:
        own = [f for f in errors if f.location.tag == step.tag]
        own += [f for f in errors if f.location.tag not in tags and f.location.cell in step.cells]
        if not own and step.tag in refused:
            own = [f for f in errors if f.location.tag not in tags]  # in statements that the step needs
        placed = placed or bool(own)
        if not own:
            kept.append(step)
        elif step.layer != "bronze" and {f.code for f in own} <= _BRONZE_ONLY:
            kept.append(_harvest(step))
        else:
            told = {(f.message, f.location.cell, f.location.line) for f in stopped}
            stopped += [f for f in own if (f.message, f.location.cell, f.location.line) not in told]
    if not placed:  # an error without a step of ours: nothing can be proposed
        stopped += [one for one in errors if one not in stopped]
        return [], {}
    return kept, checks


def _checks(selection: Selection, steps: Sequence[ProposedStep]) -> dict[str, tuple[int, ...]]:
    """Give the cells that do nothing but assert over what one proposed step gives, by that step's name."""
    owned = {position for step in steps for position in step.cells}
    found: dict[str, tuple[int, ...]] = {}
    for cell in selection.cells:
        if cell.position in owned or cell.role.kind != "explore" or "assert" not in cell.python:
            continue
        body = ast.parse(cell.python).body
        if not body or not all(isinstance(node, ast.Assert) for node in body):
            continue
        names = {n.id for node in body for n in ast.walk(node) if isinstance(n, ast.Name)}
        of = [s for s in steps if s.variable in names and s.cells[-1] < cell.position]
        if of and len({s.variable for s in of}) == 1:
            found[of[-1].name] = (*found.get(of[-1].name, ()), cell.position)
    return found
