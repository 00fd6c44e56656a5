"""Check a project, and look again only at notebooks of which anything changed since they were last checked.

What is found in a notebook depends on the notebook, on the files that its steps were promoted to, on the names that all
notebooks make, and on the code versions of the assets it reads. A record of an earlier check holds digests of the first
three and the last as they were; while all of them are as they were, so is what was found.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable, Mapping, Sequence

from platform_core.hints import TYPE_CHECKING, Any, StrPath
from platform_core.values import replace
from promote import model
from promote.findings import order
from promote.garbage import seldom_collected
from promote.memory import Files, Memory, digest_of, digest_of_text
from promote.merge.left_over import left_over
from promote.model import Finding
from promote.outcome import Outcome, Settings, StepOutcome
from promote.project import Project
from promote.writing.leftovers import make_good

if TYPE_CHECKING:
    from promote.examine import Examined
    from promote.register import Rows

_RACY = 50_000_000  # nanoseconds: the clocks of file systems tick more slowly than programs run
_KINDS = {kind.__name__: kind for kind in (*vars(model).values(), StepOutcome) if isinstance(kind, type)}


@seldom_collected()
def check(project: Project, notebooks: Sequence[StrPath], settings: Settings) -> Outcome:
    """Say how every step of the notebooks stands; none means every notebook of the project."""
    recovered = make_good(project.folder)
    paths, only = notebooks or project.files, None
    if settings.changed is not None:
        from promote.merge.changed import changed  # noqa: PLC0415 - only who names a revision asks git

        only = changed(project, settings.changed)
        named = {os.path.realpath(path) for path in paths}
        paths = [path for path in only.notebooks if os.path.realpath(path) in named]
    if settings.diff or settings.select:
        found = _examine(project, paths, settings)
        outcome, rows = found.outcome, found.rows
    else:
        looking = _Check(project, paths, settings)
        outcome, rows = looking.run(), looking.every_row()
    if not settings.select and left_over(project, rows):
        from promote.merge.checking import with_orphans  # noqa: PLC0415 - most projects have no orphans

        outcome = with_orphans(project, notebooks, settings, outcome, rows, only)
    if project.assurance:
        from promote.assurance.checking import with_assurance  # noqa: PLC0415 - few projects ask for it

        outcome = with_assurance(project, outcome)
    return replace(outcome, findings=(*outcome.findings, *recovered)) if recovered else outcome


class _Check:
    """One check: the files as they are, and the records of those that are as they were."""

    def __init__(self, project: Project, paths: Sequence[StrPath], settings: Settings) -> None:
        self.project, self.settings = project, settings
        self.started = time.time_ns()
        self.files = Files()
        self.digests: dict[str, str] = {}  # many read the same upstream evidence
        self.wanted = {self.shown(path): path for path in paths}
        others = () if paths is project.files else project.files
        every = {self.shown(path): path for path in others} | self.wanted
        config = self.files.among(f"{project.folder}{os.sep}config", ".yaml")
        policies = self.files.among(f"{project.folder}{os.sep}policies", ".yaml", ".yml")
        day = [time.strftime("%Y-%m-%d")] if policies else []  # exceptions from them expire
        read = map(digest_of, [*config, *policies])
        self.memory = Memory(project.folder, project.package, str(settings.include_needed), *read, *day)
        self.contents = {name: self.content(path) for name, path in every.items()}
        loaded = {name: self.memory.load(name) for name in every}
        self.records = {name: one for name, one in loaded.items() if one.get("content") == self.contents[name]}
        self.rows: Rows | None = None
        self.context = ""
        if not self.records.keys().isdisjoint(self.wanted):
            self.rows = {name: rows for name, path in sorted(every.items()) if (rows := self.made_in(name, path))}
            self.context = _context(self.rows)

    def run(self) -> Outcome:
        """Look at what changed, then at what that changes, and join it with what is known."""
        hits = {name for name in self.wanted if self.stands(name)}
        while True:
            misses = [path for name, path in self.wanted.items() if name not in hits]
            versions = self.versions(hits)
            found = _examine(self.project, misses, self.settings, self.rows, versions) if misses else None
            stale = self.stale(hits, {**versions, **(found.versions if found else {})})
            if not stale:
                break
            hits -= stale
        if self.rows is None and found is not None:
            self.rows = found.rows
        if hits and self.has_circle(hits, found):
            return _examine(self.project, list(self.wanted.values()), self.settings).outcome
        if found is not None and self.memory.folder is not None:
            self.keep(found)
        return self.joined(hits, found)

    def shown(self, path: StrPath) -> str:
        """Give a notebook's path in the project; one outside it, of which nothing is kept, as it was named."""
        real, root = self.files.real(str(path)), f"{self.project.folder}{os.sep}"
        return real[len(root) :] if real.startswith(root) else str(path)

    def content(self, notebook: StrPath) -> str:
        """Give what stands for the content of a notebook and of the script that it may be paired with."""
        return " ".join([self.files.digest(*os.path.split(path)) for path in _pair(notebook)])

    def digest(self, path: str) -> str:
        """Give the digest of a file of the project, empty where there is none."""
        found = self.digests.get(path)
        if found is None:
            folder, _, name = path.rpartition("/")
            found = self.digests[path] = self.files.digest(f"{self.project.folder}/{folder}", name)
        return found

    def made_in(self, name: str, path: StrPath) -> Sequence[tuple[str, str, int]]:
        """Give what a notebook makes, from its record or from its cells."""
        if name in self.records:
            return [(layer, made, position) for layer, made, position in self.records[name]["rows"]]
        from promote.register import made_in  # noqa: PLC0415 - where everything is known, nothing is read

        return made_in(path, self.project.folder)

    def every_row(self) -> Rows:
        """Give what every notebook makes."""
        if self.rows is None:
            from promote.register import rows  # noqa: PLC0415 - as above

            self.rows = rows(self.project)
        return self.rows

    def stands(self, name: str) -> bool:
        """Tell whether a notebook, its files and all names are as they were when it was checked."""
        record = self.records.get(name)
        if record is None or record["context"] != self.context:
            return False
        return all(self.digest(path) == known for path, known in record["files"].items())

    def versions(self, hits: Iterable[str]) -> dict[str, str]:
        """Give the code versions of the assets that known notebooks make."""
        return {asset: version for name in hits for asset, version in self.records[name]["versions"].items()}

    def stale(self, hits: Iterable[str], versions: Mapping[str, str]) -> set[str]:
        """Give the known notebooks that read an asset of which there is another version now."""
        return {
            name
            for name in hits
            for asset, (used, on_disk) in self.records[name]["needs"].items()
            if versions.get(asset, on_disk) != used
        }

    def has_circle(self, hits: Iterable[str], found: Examined | None) -> bool:
        """Tell whether notebooks need one another, which only a look at all of them tells."""
        needs = {name: set(self.records[name]["needs"]) for name in hits}
        needs |= {name: set(assets) for name, assets in (found.needs if found else {}).items()}
        makers = {made: name for name in needs for _, made, _ in (self.rows or {}).get(name, ())}
        after = {name: {makers[a] for a in assets if a in makers} - {name} for name, assets in needs.items()}
        while ready := [name for name, others in after.items() if others.isdisjoint(after)]:
            for name in ready:
                del after[name]
        return bool(after)

    def keep(self, found: Examined) -> None:
        """Keep what was found, unless some of it belongs to no one notebook or a file changed meanwhile."""
        rows = found.rows if self.rows is None else self.rows
        owners = {path: name for name, files in found.files.items() for path in (name, *files)}
        findings: dict[str, list[Finding]] = {name: [] for name in found.files}
        for finding in found.outcome.findings:
            owner = owners.get(finding.location.path)
            if owner is None or (finding.code == "PR325" and finding.location.cell is None):
                return
            findings[owner].append(finding)
        steps: dict[str, list[StepOutcome]] = {name: [] for name in found.files}
        for step in found.outcome.steps:
            steps[step.notebook].append(step)
        context = _context(rows)
        for name, files in found.files.items():
            if name in self.wanted and not self.moved(self.wanted[name], files):
                record = {
                    "content": self.contents[name],
                    "rows": rows.get(name, ()),
                    "context": context,
                    "needs": found.needs[name],
                    "versions": {plan.step.name: plan.code_version for plan in found.plans[name]},
                    "files": {path: self.digest(path) for path in files},
                    "findings": [packed(finding) for finding in findings[name]],
                    "steps": [packed(step) for step in steps[name]],
                }
                self.memory.save(name, record)

    def moved(self, notebook: StrPath, files: Iterable[str]) -> bool:
        """Tell whether a file may have changed since the check began, so that what was found may not be of it."""
        there = [f"{self.project.folder}/{file}" for file in files if self.digest(file)]
        for path in (*_pair(notebook), *there):
            try:
                if os.stat(path).st_ctime_ns > self.started - _RACY:
                    return True
            except OSError:
                continue
        return False

    def joined(self, hits: Iterable[str], found: Examined | None) -> Outcome:
        """Give the outcome of all notebooks, those known with those just looked at."""
        if found is not None and not hits:
            return found.outcome
        findings = list(found.outcome.findings) if found else []
        steps = list(found.outcome.steps) if found else []
        for name in hits:
            findings += [unpacked(one) for one in self.records[name]["findings"]]
            steps += [unpacked(one) for one in self.records[name]["steps"]]
        code = 1 if any(finding.severity == "error" for finding in findings) else 0
        unique = sorted(dict.fromkeys(findings), key=order)
        return Outcome(tuple(unique), tuple(sorted(steps, key=lambda step: (step.notebook, step.tag))), code)


def packed(value: Any) -> Any:
    """Give a value as JSON can hold it: its class and its fields.

    >>> packed(model.Location("a.ipynb", 4))
    {'Location': ['a.ipynb', 4, None, None, None, None, '']}
    """
    if isinstance(value, tuple):
        return [one if one.__class__ in _SINGLE else packed(one) for one in value]
    names = getattr(type(value), "__match_args__", None)
    if names is None:
        return value
    fields = [getattr(value, name) for name in names]
    return {type(value).__name__: [one if one.__class__ in _SINGLE else packed(one) for one in fields]}


def unpacked(value: Any) -> Any:
    """Give back what `packed` took.

    >>> unpacked(packed(model.Location("a.ipynb", 4))) == model.Location("a.ipynb", 4)
    True
    """
    if value.__class__ is dict:
        ((name, fields),) = value.items()
        return (_KINDS.get(name) or _edits()[name])(
            *[unpacked(one) if one.__class__ in _HOLDING else one for one in fields]
        )
    if value.__class__ is list:
        return tuple([unpacked(one) if one.__class__ in _HOLDING else one for one in value])
    return value


_SINGLE = frozenset((str, int, bool, type(None)))


def _edits() -> dict[str, type]:
    from promote import edits  # noqa: PLC0415 - most notebooks are offered none

    return {name: kind for name, kind in vars(edits).items() if isinstance(kind, type)}


_HOLDING = frozenset((list, dict))  # most values hold none: a call for each took half of a check where nothing changed


def _examine(*given: Any) -> Examined:
    from promote.examine import examine  # noqa: PLC0415 - where everything is known, nothing is analysed

    return examine(*given)


def _context(rows: Rows) -> str:
    return digest_of_text(json.dumps(rows, sort_keys=True))


def _pair(notebook: StrPath) -> tuple[str, str]:
    """Give the paths of a notebook and of the script that it may be paired with."""
    path = os.fspath(notebook)
    start, ending = os.path.splitext(path)
    return path, start + (".ipynb" if ending == ".py" else ".py")
