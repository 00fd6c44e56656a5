"""The kernels that the project's notebooks name."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from workbench.doctor.values import Standing
from workbench.project import Project

NATIVE = "python3"


def kernel(project: Project) -> Standing:
    """Look at whether every notebook's kernel is there, and runs this environment's Python."""
    if find_spec("ipykernel") is None or find_spec("jupyter_client") is None:
        return Standing("kernel", False, "no kernel is installed", "python -m pip install 'notebook-workbench[lab]'")
    wrong = {name: said for name in sorted({*_named(project.root), NATIVE}) if (said := _wrong(name))}
    if not wrong:
        return Standing("kernel", True, "every notebook's kernel runs this Python")
    mend = f"python -m ipykernel install --sys-prefix --name {next(iter(wrong))}"

    def fix() -> None:
        for name in wrong:
            command = [sys.executable, "-P", "-m", "ipykernel", "install", "--sys-prefix", "--name", name]
            subprocess.run(command, capture_output=True, check=False)  # noqa: S603 - our own interpreter, no shell

    return Standing("kernel", False, "; ".join(wrong.values()), mend, fix)


def _named(root: Path) -> Iterator[str]:
    """Give the names of the Python kernels that notebooks name; a name that no kernel can have is passed over.

    A kernel of another language is not ours to put there: it would be Python under that language's name.
    """
    for path in sorted((root / "notebooks").rglob("*.ipynb")):
        try:
            spec = json.loads(path.read_text(encoding="utf-8"))["metadata"]["kernelspec"]
            name, language = spec["name"], spec.get("language", "python")
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            continue
        if (
            isinstance(name, str)
            and language == "python"
            and name.isascii()
            and name.replace("-", "").replace("_", "").replace(".", "").isalnum()
        ):
            yield name


def _wrong(name: str) -> str:
    """Say what is wrong with a kernel, nothing where it runs this environment's Python or another language."""
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel  # noqa: PLC0415 - where it is installed

    try:
        spec = KernelSpecManager().get_kernel_spec(name)  # type: ignore[no-untyped-call] # it has no types
    except NoSuchKernel:
        return f"the kernel {name} is not installed"
    program = Path(spec.argv[0]) if spec.argv else Path()
    if spec.language != "python" or program.name == str(program) or program.parent == Path(sys.executable).parent:
        return ""
    return f"the kernel {name} runs another Python, {program}"
