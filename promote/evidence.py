"""The evidence of a promotion: what a run has shown of a step, for reviewers and CI. It holds no value of the data.

One JSON file a step, `evidence/<layer>/<name>.json`. Rendering reads the kinds of frames from it, so that `--check` and
`--no-run` render the bytes that the verified promotion rendered.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence

from platform_core.hints import TYPE_CHECKING, Any, StrPath
from platform_core.values import dataclass, field
from promote import __version__
from promote.hashing import body_hash
from promote.model import Finding, FrameKind, GeneratedFile, Notebook, Plan

if TYPE_CHECKING:
    from promote.frame_facts import FrameFacts

VERSION = 1
_SHOWN = 3  # mistakes that tests let pass, in the phrase for people


@dataclass(frozen=True, slots=True)
class Facts:
    """What a run has shown of one step. `upstream` holds the code version of each input at that time."""

    inputs: Mapping[str, FrameFacts]
    output: FrameFacts
    upstream: Mapping[str, str] = field(default_factory=dict)
    partition: str | None = None
    order: str = "not compared"
    checks: tuple[tuple[str, bool, str], ...] = ()  # name, passed, "error" or "warning"
    tests: int = 0
    mutants: Mapping[str, Any] = field(default_factory=dict)  # made, killed, survived, equivalent, untried
    tools: Mapping[str, str] = field(default_factory=dict)

    @property
    def noticed(self) -> str:
        """Say in one phrase how many deliberate mistakes the generated tests notice, and where the first others are."""
        if not self.mutants:
            return ""
        killed, survived = self.mutants["killed"], self.mutants["survived"]
        untried = self.mutants.get("untried", ())
        said = f"tests notice {killed} of {killed + len(survived)} planted mistakes"
        missed = f", missed: {_places(survived)}" if survived else ""
        slow = f"; {len(untried)} more were not tried, since the step takes long: {_places(untried)}" if untried else ""
        return f"{said}{missed}{slow}"


def _places(mistakes: Sequence[Mapping[str, Any]]) -> str:
    shown = [f"cell {one['cell']} line {one['line']} ({one['operator']})" for one in mistakes[:_SHOWN]]
    return ", ".join(shown) + (f" and {len(mistakes) - _SHOWN} more" if len(mistakes) > _SHOWN else "")


@dataclass(frozen=True, slots=True)
class Evidence:
    """An evidence file as read. `facts` is None where the step never ran as it is now.

    `kinds` are those of its frames that a run has shown, of this version or of the one before: inputs by asset, and
    output. `history` has the tags and notebooks that the step had before it was moved.
    """

    source: str
    code_version: str
    verified: bool
    facts: Facts | None
    files: Mapping[str, str]  # path -> hash of the generated file
    step: str = ""
    notebook: str = ""
    renderer: str = ""
    kinds: tuple[Mapping[str, FrameKind], FrameKind] | None = None
    history: tuple[Mapping[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Proof:
    """What verification gave: facts by tag of the steps that proved themselves, their test files, and findings."""

    facts: Mapping[str, Facts] = field(default_factory=dict)
    files: Mapping[str, tuple[GeneratedFile, ...]] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    failed: tuple[str, ...] = ()


def evidence_path(plan: Plan) -> str:
    """Give the place of a step's evidence in the project."""
    return evidence_of(plan.step.tag)


def evidence_of(tag: str) -> str:
    """Give the place of the evidence of the step that has a tag.

    >>> evidence_of("silver:rents")
    'evidence/silver/rents.json'
    """
    return f"evidence/{tag.replace(':', '/')}.json"


def read_evidence(root: StrPath, path: str) -> Evidence | None:
    """Read an evidence file; one that is missing, or that is not ours, counts as none."""
    try:
        with open(os.path.join(root, path), "rb") as stream:
            return _evidence(json.loads(stream.read().decode()))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def what_was_shown(facts: Facts, plan: Plan) -> str:
    """Say what a run has shown of a step, and what its generated tests notice; a model of dbt has none of these."""
    tested = facts.noticed
    if not facts.mutants and plan.model is None:
        from promote.render.tests import tests_path  # noqa: PLC0415 - nearly every step has tests with data

        tested = f"its tests have no data, {tests_path(plan)} says why"
    shown = f"equal to the notebook, order {facts.order}"
    if facts.output.rows == 0:
        shown = "both without rows, which shows little: look at what the notebook gives"
    return "; ".join(filter(None, (shown, tested)))


def took_needed(root: StrPath, tag: str) -> bool:
    """Whether the promoted step of a tag took statements of untagged cells, as somebody allowed it to."""
    try:
        with open(os.path.join(root, evidence_of(tag)), encoding="utf-8") as stream:
            return any(cell.get("origin") == "needed" for cell in json.load(stream)["cells"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False


def since_of(root: StrPath, asset: str, layers: Sequence[str]) -> str:
    """Give since which promotion the data of a promoted asset are what they are, empty where nobody knows."""
    for layer in layers:
        found = read_evidence(root, f"evidence/{layer}/{asset}.json")
        if found is not None:
            return found.facts.output.since if found.facts else ""
    return ""


def code_version_of(root: StrPath, asset: str, layers: Sequence[str]) -> str:
    """Give the code version of a promoted asset by its evidence, empty where there is none."""
    for layer in layers:
        found = read_evidence(root, f"evidence/{layer}/{asset}.json")
        if found is not None:
            return found.code_version
    return ""


def render_evidence(
    plan: Plan,
    notebook: Notebook,
    facts: Facts | None,
    files: Sequence[GeneratedFile],
    module: GeneratedFile,
    last: Evidence | None = None,
    *,
    keep_kinds: bool = False,
) -> GeneratedFile:
    """Give the evidence file of a step.

    Args:
        plan: The step.
        notebook: Where it stands.
        facts: What a run has shown, None where there was none.
        files: The files generated for its tests.
        module: Its module.
        last: The evidence of before, whose history goes on.
        keep_kinds: Whether a step that has not run keeps the kinds that frames had before.
    """
    content: dict[str, Any] = {
        "version": VERSION,
        "renderer": __version__,
        "step": plan.step.tag,
        "notebook": plan.notebook,
        "source": plan.source,
        "code_version": plan.code_version,
        "verified": facts is not None,
    }
    if last is not None and last.history:
        content["history"] = [dict(one) for one in last.history]
    if facts is None and keep_kinds and last is not None and last.kinds is not None:
        content["kinds"] = {"inputs": dict(sorted(last.kinds[0].items())), "output": last.kinds[1]}
    if facts is not None:
        from promote.frame_facts import frame_json  # noqa: PLC0415 - a check writes no evidence

        content |= {
            "partition": facts.partition,
            "inputs": {
                n: {**frame_json(f), "code_version": facts.upstream.get(n, "")} for n, f in facts.inputs.items()
            },
            "output": frame_json(facts.output),
            "parity": {
                "verdict": "equal",
                "order": facts.order,
                "tolerance": plan.step.options.get("tolerance"),
            },
            "checks": [{"name": n, "passed": p, "severity": s} for n, p, s in facts.checks],
            "tests": {"passed": facts.tests, "mutants": dict(facts.mutants)},
            "tools": dict(sorted(facts.tools.items())),
        }
    from promote.render.kept import kept  # noqa: PLC0415 - as above
    from promote.render.pytext import json_text  # noqa: PLC0415 - as above

    content["files"] = {f.path: body_hash(f.text) for f in sorted(files, key=lambda f: f.path)}
    content |= kept(plan, notebook, module)
    return GeneratedFile(evidence_path(plan), json_text(content), plan.step.tag)


def _evidence(content: Mapping[str, Any]) -> Evidence | None:
    if content["version"] != VERSION:
        return None
    facts = None
    if content["verified"]:
        from promote.frame_facts import read_frame  # noqa: PLC0415 - of what never ran there is nothing to read

        facts = Facts(
            inputs={n: read_frame(f) for n, f in content["inputs"].items()},
            output=read_frame(content["output"]),
            upstream={n: f["code_version"] for n, f in content["inputs"].items()},
            partition=content["partition"],
            order=content["parity"]["order"],
            checks=tuple((c["name"], c["passed"], c["severity"]) for c in content["checks"]),
            tests=content["tests"]["passed"],
            mutants=content["tests"].get("mutants", {}),
            tools=content["tools"],
        )
    kinds = (input_kinds(facts), facts.output.kind) if facts else _read_kinds(content.get("kinds"))
    return Evidence(
        content["source"],
        content["code_version"],
        bool(content["verified"]),
        facts,
        dict(content["files"]),
        str(content.get("step", "")),
        str(content.get("notebook", "")),
        str(content.get("renderer", "")),
        kinds,
        tuple(content.get("history", ())),
    )


def _read_kinds(content: Mapping[str, Any] | None) -> tuple[Mapping[str, FrameKind], FrameKind] | None:
    if content is None:
        return None
    from promote.frame_facts import read_kind  # noqa: PLC0415 - as above

    return {asset: read_kind(kind) for asset, kind in content["inputs"].items()}, read_kind(content["output"])


def input_kinds(facts: Facts) -> dict[str, FrameKind]:
    """Give the kind of each input by asset name."""
    return {name: frame.kind for name, frame in facts.inputs.items()}


def paths(files: Iterable[GeneratedFile]) -> tuple[str, ...]:
    """Give the paths of files, sorted."""
    return tuple(sorted(f.path for f in files))
