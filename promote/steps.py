"""The steps of one run beside the files that they were promoted to: what a check and a promotion both work on."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from functools import cache

from platform_core.hints import StrPath
from promote.evidence import code_version_of
from promote.findings import order
from promote.hashing import body_hash
from promote.model import Finding, GeneratedFile, Location, Plan
from promote.outcome import Outcome, Settings, StepOutcome
from promote.outside.secret_values import concealed
from promote.prepare import Prepared, Standing
from promote.project import Project
from promote.render.kinds import Kinds
from promote.render.names import paths_of
from promote.vocabulary import layers


class Steps:
    """The steps of one run: how each stands, what it renders to, and the outcome they end in.

    Args:
        project: The project they belong to.
        settings: What the person asked for.
        prepared: The notebooks, analysed.
        stands: How each step stands to its files, by tag.
        versions: Code versions of the assets that steps read, by name.
        findings: What was found so far; more is added.
    """

    def __init__(
        self,
        project: Project,
        settings: Settings,
        prepared: Sequence[Prepared],
        stands: Mapping[str, Standing],
        versions: Mapping[str, str],
        findings: list[Finding],
    ) -> None:
        self.project = project
        self.settings = settings
        self.prepared = prepared
        self.stands = stands
        self.versions = versions
        self.findings = findings
        self.classes: Mapping[str, str] = {}
        plans = [stand.plan for stand in stands.values()]
        if any(plan.function.resources for plan in plans):
            from promote.resources import resource_classes  # noqa: PLC0415 - most steps use none

            self.classes = resource_classes(project.folder, plans)
        self.notebooks = {p.notebook.path: p.notebook for p in prepared}
        self.text_at = cache(lambda path: text_of(project.at(path)))  # steps share their helpers

    def drift_of(self, stand: Standing) -> list[Finding]:
        """Give what stands between a step and its files."""
        if stand.drift.finding is not None:
            return [stand.drift.finding]
        plan = stand.plan
        at = self.notebooks[plan.notebook].at(plan.step.cells[0], tag=plan.step.tag)
        again = f"Run `promote {plan.notebook}`."
        if stand.evidence is None:
            return [
                Finding(
                    "PR606",
                    "error",
                    f"The evidence of {plan.step.tag} is missing, or of another version of it or of what it reads.",
                    at,
                    again,
                )
            ]
        found: list[Finding] = []
        for path, expected in stand.evidence.files.items():
            text = self.text_at(path)
            if text is None or body_hash(text) != expected:
                said = "is missing" if text is None else "was edited by hand"
                found.append(
                    Finding("PR602", "error", f"A file generated for {plan.step.tag} {said}.", Location(path), again)
                )
        if stand.evidence.facts is None:
            said = f"{plan.step.tag} is unverified: it was promoted without a run."
            return [*found, Finding("PR605", "error", said, at, again)]
        from promote.render.module import beside  # noqa: PLC0415 - where nothing is promoted, nothing is rendered

        shared = beside(plan, self.project.package)
        rendered = stand.module == self.module(stand).text
        if not found and not (rendered and all(self.text_at(f.path) == f.text for f in shared)):
            found.append(self._rendered_otherwise(stand, at, again))
        return found

    def _rendered_otherwise(self, stand: Standing, at: Location, again: str) -> Finding:
        plan, last = stand.plan, stand.evidence
        if last is not None and last.notebook not in ("", plan.notebook):
            said = f"{plan.step.tag} was promoted from {last.notebook}, and stands in {plan.notebook} now."
            return Finding("PR601", "error", said, at, again)
        rendered = self.module(stand)
        if stand.module not in (None, rendered.text) and body_hash(stand.module or "") == body_hash(rendered.text):
            said = f"The module of {plan.step.tag} has another layout than promote gives it."
            return Finding("PR602", "error", said, Location(rendered.path, line=1), again)
        said = f"This version of promote renders {plan.step.tag} differently."
        return Finding("PR614", "error", said, at, again)

    def module(self, stand: Standing, kinds: Kinds | None = None, *, verified: bool | None = None) -> GeneratedFile:
        """Render the module of a step."""
        from promote.render.module import render_module  # noqa: PLC0415 - as above

        shown = verified if verified is not None else bool(stand.evidence and stand.evidence.facts)
        return render_module(stand.plan, kinds or stand.kinds, self.project.package, self.classes, verified=shown)

    def diff(self, files: Sequence[GeneratedFile]) -> str:
        """Give the unified diff of files against those on disk."""
        import difflib  # noqa: PLC0415 - few ask for a diff
        import io  # noqa: PLC0415 - as above

        parts: list[str] = []
        for file in files:
            before = text_of(self.project.at(file.path))
            old = f"a/{file.path}" if before is not None else "/dev/null"
            was, now = (list(io.StringIO(text)) for text in (before or "", file.text))  # no other sign ends a line
            parts += difflib.unified_diff(was, now, old, f"b/{file.path}")
        return "".join(parts)

    def errors(self) -> bool:
        """Whether anything found stands in the way."""
        return any(f.severity == "error" for f in self.findings)

    def outcome(self, steps: Sequence[StepOutcome], code: int) -> Outcome:
        """End with these steps: findings in order, none twice, and no secret in them."""
        unique = dict.fromkeys(concealed(self.findings, self.notebooks))
        return Outcome(tuple(sorted(unique, key=order)), tuple(sorted(steps, key=lambda s: (s.notebook, s.tag))), code)


def code_versions(
    prepared: Sequence[Prepared], promoted: Callable[[str], str], known: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Give the code version of every asset that a step reads: as planned now, else as it was `promoted`."""
    plans: list[Plan] = [p for one in prepared for p in one.plans]
    found = {**(known or {}), **{p.step.name: p.code_version for p in plans}}
    for plan in plans:
        for given in plan.function.inputs:
            if given.asset not in found:
                found[given.asset] = promoted(given.asset)
    return found


def promoted_versions(project: Project) -> Callable[[str], str]:
    """Give what tells the code version of a promoted asset by its evidence, each asset's being read once."""
    return cache(lambda asset: code_version_of(project.folder, asset, layers()))


def promoted_path(project: Project, layer: str, name: str) -> str:
    """Give the file that a step was promoted to, its module or its model of dbt, empty where there is neither."""
    paths = paths_of(project.package, layer, name)
    return next((path for path in paths if os.path.isfile(project.at(path))), "")


def text_of(path: StrPath) -> str | None:
    """Give what a file says, None where it cannot be read."""
    content = bytes_of(path)
    return None if content is None else content.decode("utf-8", errors="surrogateescape")


def bytes_of(path: StrPath) -> bytes | None:
    """Give what a file holds, None where it cannot be read."""
    try:
        with open(path, "rb") as stream:
            return stream.read()
    except OSError:
        return None
