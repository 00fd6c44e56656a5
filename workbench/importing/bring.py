"""Bring notebooks and scripts into a project: copied, tagged, looked at; what stays behind is said with the way out."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from platform_core.errors import UsageError, WorkbenchError
from promote.model import GeneratedFile, Notebook
from promote.notebook.read import is_notebook, parse
from promote.notebook.tagging import Marks, with_marks
from promote.outcome import Settings
from promote.pipeline import run
from promote.project import Project
from promote.register import rows
from promote.suggest.names import snake
from promote.suggest.proposal import suggest
from promote.vocabulary import layers
from promote.writing.write import commit
from workbench.importing.kale import is_kale, translate
from workbench.proposals import marked

_LEFT = {
    ".md": "a text notebook, if it is one: `jupytext --to ipynb FILE`, then import what it writes",
    ".rmd": "an R Markdown notebook: `jupytext --to ipynb FILE` where its code is Python, then import what it writes",
    ".qmd": "a Quarto notebook: `quarto convert FILE`, then import what it writes",
    ".r": "R code: promotion reads Python",
    ".sql": "a query: put it into a cell that begins with `%%sql`",
}
_PASSED = {".git", ".venv", "node_modules", ".ipynb_checkpoints", "__pycache__"}


@dataclass(slots=True)
class Brought:
    """What became of one file.

    Attributes:
        source: The file, as it was named.
        target: Its place in the project; empty where it was left.
        how: `kale`, `tagged already`, `proposed`, or `as it is`, where no step could be proposed.
        steps: The tags that it has now.
        left: What did not come along, in sentences.
        refused: What promotion says of it: the first finding that stops it, empty where nothing does.
    """

    source: str
    target: str = ""
    how: str = ""
    steps: tuple[str, ...] = ()
    left: list[str] = field(default_factory=list)
    refused: str = ""
    content: bytes = b""


def bring(project: Project, sources: Iterable[Path], *, dry_run: bool) -> list[Brought]:
    """Bring files, and those below folders, into a project.

    Nothing is overwritten, the sources stay as they are, and all of it is written or nothing.

    Raises:
        UsageError: A source is not there.
        UserError: The project cannot be written to.
    """
    taken = {name for made in rows(project).values() for _, name, _ in made}
    found = [_one(project, path, taken) for path in _files(sources)]
    _settle_names(project, found)
    coming = [one for one in found if one.target]
    if not dry_run:
        commit(project.root, [GeneratedFile.of(one.target, one.content, "") for one in coming])
        _look(project, coming)
    return found


def _files(sources: Iterable[Path]) -> Iterator[Path]:
    for source in sources:
        if source.is_dir():
            yield from sorted(_below(source))
        elif source.is_file():
            yield source
        else:
            raise UsageError(f"There is no {source}.", hint="Name notebooks, scripts or folders that hold them.")


def _below(folder: Path) -> Iterator[Path]:
    """Give what may be a notebook below a folder, links that lead nowhere too; not what tools put there."""
    for place, folders, names in os.walk(folder):
        folders[:] = [one for one in folders if one not in _PASSED and not Path(place, one, "pyvenv.cfg").exists()]
        for path in (Path(place, name) for name in names):
            if path.suffix.lower() in {".ipynb", ".py", *_LEFT} and (path.is_file() or not path.exists()):
                yield path


def _no_notebook(script: Path) -> str:
    """Say why a script is no notebook of its own; nothing where it is one, or where reading it says why not."""
    pair = script.with_suffix(".ipynb")
    if is_notebook(script):
        return ""
    if pair.exists():
        return f"it is one notebook with {pair.name}: import that"
    try:
        script.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return ""
    return "a script without cells: `from` a helpers cell it can be imported as it is"


def _one(project: Project, path: Path, taken: set[str]) -> Brought:
    brought = Brought(str(path))
    kind = path.suffix.lower()
    if kind in _LEFT:
        brought.left.append(_LEFT[kind].replace("FILE", str(path)))
        return brought
    if kind == ".py" and (why := _no_notebook(path)):
        brought.left.append(why)
        return brought
    if path.resolve().is_relative_to(project.root):
        brought.left.append("it is in the project already: `workbench suggest` proposes tags for it")
        return brought
    try:
        raw = path.read_bytes()
        notebook = parse(raw, path.name)
        brought.content = _tagged(raw, notebook, brought, taken)
    except OSError as error:
        brought.left.append(f"it cannot be read: {error.strerror}")
        return brought
    except WorkbenchError as error:
        brought.left.append(error.message + (f" {error.hint}" if error.hint else ""))
        return brought
    tags = [tag for cell in parse(brought.content, path.name).cells for tag in cell.tags]
    brought.steps = tuple(dict.fromkeys(tag for tag in tags if tag.partition(":")[0] in layers()))
    taken.update(tag.partition(":")[2] for tag in brought.steps)
    folder = min((layers().index(tag.partition(":")[0]) for tag in brought.steps), default=None)
    place = "notebooks" if folder is None else f"notebooks/{layers()[folder]}"
    brought.target = f"{place}/{snake(path.stem) or 'notebook'}{kind}"
    return brought


def _tagged(raw: bytes, notebook: Notebook, brought: Brought, taken: set[str]) -> bytes:
    """Give the bytes of a notebook with tags of ours, and note how they came to be."""
    tags = [cell.tags for cell in notebook.cells]
    if is_kale(tags) and not notebook.path.endswith(".py"):
        brought.how = "kale"
        translated = translate(tags)
        brought.left += translated.left
        code = {cell.position: cell for cell in notebook.cells if cell.kind == "code"}
        return with_marks(raw, {at: Marks(new, code[at].options) for at, new in translated.tags.items() if at in code})
    if any(tag.partition(":")[0] in layers() for one in tags for tag in one):
        brought.how = "tagged already"
        return raw
    proposal = suggest(notebook, taken)
    brought.left += proposal.left
    if not proposal.steps:
        brought.how = "as it is"
        brought.left += [finding.message for finding in proposal.stopped]
        return raw
    brought.how = "proposed"
    if proposal.needed:
        brought.left.append("promote it with --include-needed: its steps need statements of cells without a tag")
    return marked(raw, notebook, proposal)


def _settle_names(project: Project, found: Sequence[Brought]) -> None:
    """Give every file a place of its own: two of one name, or one that is there already, get a number."""
    used: set[str] = set()
    for one in (one for one in found if one.target):
        stem, suffix = one.target.rsplit(".", 1)
        number = 1
        while one.target in used or (project.root / one.target).exists():
            number += 1
            one.target = f"{stem}_{number}.{suffix}"
        used.add(one.target)


def _look(project: Project, coming: Sequence[Brought]) -> None:
    """Let promotion look at what came, without running it, and note what stops each."""
    paths = [project.root / one.target for one in coming if one.steps]
    if not paths:
        return
    outcome = run(paths, Settings(project=project.root, run=False, dry_run=True, include_needed=True), lambda _: None)
    for finding in outcome.findings:
        one = next((one for one in coming if one.target == finding.location.path), None)
        if one is not None and finding.severity == "error" and not one.refused:
            cell = f" (cell {finding.location.cell})" if finding.location.cell else ""
            one.refused = f"{finding.code}{cell}: {finding.message}"
