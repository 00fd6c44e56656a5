"""What pulling one generated file asks of its notebook: edits of cells, and the module that they have to give."""

from __future__ import annotations

from platform_core.values import dataclass
from promote.merge import said
from promote.merge.additions import addition
from promote.merge.annotated import annotated
from promote.merge.attribute import FragmentEdit, attribute
from promote.merge.cell_edits import LineEdit, UnplacedError, cell_edits
from promote.merge.editable import Editable, editable
from promote.merge.parts import Parts, merged_imports, parts, together
from promote.merge.three_way import Side, merge
from promote.merge.units import Unit
from promote.model import Finding, Notebook, Selection
from promote.steps import Steps


@dataclass(frozen=True, slots=True)
class Proposal:
    """The file as merged, the edits of cells that give it, and what stands in the way."""

    file: Editable
    wanted: Parts
    edits: tuple[LineEdit, ...]
    findings: tuple[Finding, ...]


def propose(work: Steps, selection: Selection, file: Editable, favour: Side | None) -> Proposal | None:
    """Merge the edit of a file with what the notebook says now; None where both say the same.

    Args:
        work: The run.
        selection: The notebook that the file was promoted from.
        file: The edited file.
        favour: The side to take where both changed the same statement.
    """
    try:
        mine, theirs = parts(file.rendered), parts(file.disk)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return Proposal(file, Parts((), frozenset()), (), (said.unreadable(file.path, file.tag),))
    if file.base is None:
        if mine.essence == theirs.essence:
            return Proposal(file, mine, (), ())
        return Proposal(file, theirs, (), (said.no_base(file.path, file.tag),))
    base = parts(file.base)
    merged = merge(base.units, mine.units, theirs.units, lambda unit: unit.key, favour)
    if file.kinds is not None:
        kinds = annotated(merged.items, work.stands[file.tag].plan, file.kinds)
        if kinds != file.kinds:
            return propose(work, selection, editable(work, file.tag, kinds)[0], favour)
    notebook = selection.notebook
    if merged.clashes:
        told = tuple(said.clash(one, file.path, notebook, file.tag, file.map_) for one in merged.clashes)
        return Proposal(file, theirs, (), told)
    wanted = together(merged.items, merged_imports(base, mine, theirs))
    edits, findings = _edits(work, selection, file, mine, wanted)
    return Proposal(file, wanted, tuple(edits), tuple(findings))


def _edits(
    work: Steps, selection: Selection, file: Editable, mine: Parts, wanted: Parts
) -> tuple[list[LineEdit], list[Finding]]:
    """Give the edits of cells that make the wanted module of the rendered one, and what belongs to no cell."""
    findings: list[Finding] = []
    edits: list[LineEdit] = []
    own, strays = attribute(mine, wanted.units, file.map_)
    for edit in own:
        try:
            edits += _placed(edit, selection.notebook)
        except UnplacedError:
            findings.append(said.stray(edit.old, edit.new, file.path, file.tag))
    added = [unit for one in strays if not one.old for unit in one.new]
    new = added if all(not unit.text.startswith(" ") for unit in added[:1]) else []
    findings += [said.stray(one.old, one.new, file.path, file.tag) for one in strays if one.old or not new]
    try:
        plan = work.stands[file.tag].plan
        edits += addition(selection, plan, wanted.imports - mine.imports, new)
    except UnplacedError:
        imports = wanted.imports - mine.imports
        lines = [Unit(line, line, 1, 1) for line in sorted(imports)]
        findings.append(said.stray((), [*lines, *new], file.path, file.tag))
    return edits, findings


def _placed(edit: FragmentEdit, notebook: Notebook) -> list[LineEdit]:
    return cell_edits(edit, notebook.cells[edit.placed.fragment.cell - 1].source)
