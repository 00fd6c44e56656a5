"""Run gates one after the other: a red one stops none of the others, and each shows what its commands write."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass

from workbench.gates.declared import Gate
from workbench.gates.hosts import Host, Write, section
from workbench.project import Project


@dataclass(frozen=True, slots=True)
class GateOutcome:
    """What came of a gate: the exit code of each of its commands, in order."""

    gate: Gate
    codes: tuple[int, ...]

    @property
    def green(self) -> bool:
        """Whether every command ended with 0."""
        return not any(self.codes)

    @property
    def red(self) -> str:
        """The first command that did not end with 0, empty where the gate is green."""
        return next((line for line, code in zip(self.gate.commands, self.codes, strict=True) if code), "")

    def as_json(self) -> dict[str, object]:
        """Give the outcome as JSON can hold it."""
        commands = [
            {"command": line, "exit_code": code} for line, code in zip(self.gate.commands, self.codes, strict=True)
        ]
        return {"gate": self.gate.name, "green": self.green, "commands": commands}


def run_gates(
    project: Project, gates: Sequence[Gate], host: Host, output: int, write: Write
) -> tuple[GateOutcome, ...]:
    """Run gates in the project's folder and environment.

    Args:
        project: The project.
        gates: What to run.
        host: Whose log is written.
        output: The descriptor that commands write to, both what they say and what they complain about.
        write: Writes to that same descriptor.
    """
    project.prepare_dagster_home()
    environment = {**project.environment(), "PYTHONUNBUFFERED": "1"}
    outcomes = []
    for gate in gates:
        codes = []
        with section(host, gate.name, write):
            for command in gate.commands:
                write(f"$ {command}\n")
                done = subprocess.run(  # noqa: S603 - the project's own commands, as its pyproject.toml names them
                    ["/bin/sh", "-c", command],
                    cwd=project.root,
                    env=environment,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    check=False,
                )
                codes.append(done.returncode)
        outcomes.append(GateOutcome(gate, tuple(codes)))
    return tuple(outcomes)
