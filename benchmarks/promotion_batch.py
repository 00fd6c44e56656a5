"""Take notebooks through one tool, in that tool's own Python: `python promotion_batch.py TOOL FOLDER...`.

What a tool imports is imported once. Then each folder is taken by a child of this process, which has the tool make
what it makes of `notebook.ipynb`, by the function behind its command, and runs that: a step in a child of its own, with
nothing but what the tool hands from step to step, through IPython's shell where the tool would start a kernel. The
folder's `ended.txt` then holds what was said where it did not end well, or nothing. Papermill and dagstermill start
their kernels themselves.
"""

from __future__ import annotations

import ast
import importlib
import importlib.util
import json
import os
import re
import runpy
import shutil
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from promotion_probe import woken

SECONDS = 600  # of the clock: a machine may be busy


def apart(call: Callable[[], object], told: Path) -> bool:
    """Make a call in a child of this process; give whether it ended well, and write what it said into a file."""
    child = os.fork()
    if not child:
        signal.alarm(SECONDS)
        kept = os.open(told, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        for stream in (1, 2):
            os.dup2(kept, stream)
        code = 1
        try:
            call()
            code = 0
        except SystemExit as ended:
            code = 0 if not ended.code else 1
        except BaseException:  # noqa: BLE001 - whatever a tool, or what it made, may raise
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        with told.open("a") as file:
            file.write(f"\nStopped after {SECONDS} s, or killed by signal {os.WTERMSIG(status)}\n")
    return status == 0


class StepError(Exception):
    """A step that did not end well; what it said stands in the folder's file already."""


def step(call: Callable[[], object]) -> None:
    """Run a step in a process of its own."""
    if not apart(call, Path("said.txt")):
        raise StepError("a step failed")


def in_ipython(*sources: str) -> None:
    """Run cells in IPython's shell, with the folder on the path, as a kernel has it."""
    from promotion_probe import shell_without_screen

    sys.path.insert(0, "")
    shell = shell_without_screen()
    for source in sources:
        shell.run_cell(source).raise_error()


def wake(path: Path) -> str:
    """Let the probes in a file that a tool made be called; give its text."""
    text: str = woken(path.read_text("utf-8"))
    path.write_text(text, "utf-8")
    return text


def soorgeon() -> None:
    """`soorgeon refactor`, then the tasks of `pipeline.yaml`, as ploomber hands products on."""
    from soorgeon.cli import cli

    words = ["refactor", "notebook.ipynb", "--file-format", "py", "--serializer", "cloudpickle"]
    cli(words, standalone_mode=False)
    if "GENERATE" in os.environ:
        return
    import jupytext
    import yaml

    products: dict[str, Any] = {}
    waiting = yaml.safe_load(Path("pipeline.yaml").read_text())["tasks"]
    while waiting:
        before = len(waiting)
        for task in list(waiting):
            source = Path(task["source"])
            found = re.search(r"^upstream = (.*)$", source.read_text(), re.MULTILINE)
            needs = ast.literal_eval(found[1]) if found else None
            if all(name in products for name in needs or []):
                cells = [c.source for c in jupytext.reads(wake(source), "py:percent").cells if c.cell_type == "code"]
                product = task["product"]
                made = product if isinstance(product, dict) else {"nb": product}
                given = f"upstream = { {n: products[n] for n in needs or []}!r}\nproduct = {made!r}"
                at = next((n for n, c in enumerate(cells) if c.startswith("upstream =")), 0)
                run = [*cells[: at + 1], given, *cells[at + 1 :]]
                Path("output").mkdir(exist_ok=True)
                step(lambda run=run: in_ipython(*run))  # type: ignore[misc]
                products[source.stem] = made
                waiting.remove(task)
        if len(waiting) == before:
            raise StepError(f"ploomber: no task gives what {waiting} needs")


def kale() -> None:
    """`kale --nb`, then its components in order, each with the artifacts that the pipeline wires to it."""
    from kale.cli import main

    sys.argv = ["kale", "--nb", "notebook.ipynb"]
    main()
    script = Path(".kale/kale-pipeline.kale.py")
    if "GENERATE" in os.environ:
        return
    import kale.common.jputils as kernels
    from kfp.dsl import HTML, Dataset

    marshal = Path("marshal").resolve()
    script.write_text(wake(script).replace("/tmp/marshal", str(marshal)))  # noqa: S108 - Kale's own place
    module = loaded(script)
    tree = ast.parse(script.read_text())
    pipeline = next(n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == "auto_generated_pipeline")
    defaults = [ast.literal_eval(node) for node in pipeline.args.defaults]
    given = dict(zip([a.arg for a in pipeline.args.args], defaults, strict=True))
    kernels.run_code = lambda blocks, **_: in_ipython(*blocks) or ""  # type: ignore[func-returns-value]
    made: dict[str, dict[str, Any]] = {}
    Path("store").mkdir()
    for node in pipeline.body:
        if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.Call):
            continue
        task, called = ast.unparse(node.targets[0]), ast.unparse(node.value.func)
        function = getattr(module, called).python_func
        taken: dict[str, Any] = {}
        for word in node.value.keywords:
            v: Any = word.value
            taken[str(word.arg)] = made[v.value.value.id][v.slice.value] if hasattr(v, "slice") else given[v.id]
        made[task] = {}
        for name in function.__annotations__:
            if name not in taken and name.endswith(("_report", "_artifact")):
                kind = HTML if name.endswith("_report") else Dataset
                made[task][name] = kind(name=name, uri=str(Path("store").resolve() / f"{task}-{name}"), metadata={})
        shutil.rmtree(marshal, ignore_errors=True)  # each component has a container of its own
        told = Path("store", f"{task}.json")

        def run(function: Any = function, taken: Any = taken, mine: Any = made[task], told: Path = told) -> None:
            function(**taken, **mine)
            told.write_text(json.dumps({name: artifact.metadata for name, artifact in mine.items()}))

        step(run)
        for name, metadata in json.loads(told.read_text()).items():
            made[task][name].metadata.update(metadata)


def loaded(script: Path) -> Any:
    """Import a file."""
    spec = importlib.util.spec_from_file_location("pipeline", script.resolve())
    assert spec is not None and spec.loader is not None  # noqa: PT018 - it is a file of Python
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def nbdev() -> None:
    """Export the module, and import it."""
    from nbdev.export import nb_export

    Path("exported").mkdir(exist_ok=True)
    nb_export("notebook.ipynb", "exported")
    if "GENERATE" not in os.environ:
        wake(Path("exported/steps.py"))
        step(lambda: runpy.run_path("exported/steps.py"))


def jupytext() -> None:
    """Write a script in the percent format, and run it in IPython."""
    from jupytext.cli import jupytext as command

    command(["--to", "py:percent", "notebook.ipynb"])
    if "GENERATE" not in os.environ:
        text = wake(Path("notebook.py"))
        step(lambda: in_ipython(text))


def nbconvert() -> None:
    """Write a script, and run it in IPython, as scripts with magics must be."""
    from nbconvert.nbconvertapp import main

    main(["--to", "script", "notebook.ipynb"])
    if "GENERATE" not in os.environ:
        text = wake(Path("notebook.py"))
        step(lambda: in_ipython(text))


def marimo() -> None:
    """Convert to marimo's own form, and run that as a script; variables that it renamed are followed."""
    from marimo._cli.cli import main

    main(["convert", "notebook.ipynb", "-o", "app.py"], standalone_mode=False)
    if "GENERATE" in os.environ:
        return
    app = Path("app.py")
    parts = wake(app).split("@app.cell")
    call = re.compile(r'keep\("(\w+)", globals\(\), "(\w+)"\)')
    for number, part in enumerate(parts):
        for found in call.finditer(part):
            names = re.findall(rf"\b_?{found[2]}(?:_\d+)?\b", part[: found.start()])
            held = f'keep("{found[1]}", {{"{found[2]}": {names[-1] if names else found[2]}}}, "{found[2]}")'
            parts[number] = parts[number].replace(found[0], held)
    app.write_text("@app.cell".join(parts), "utf-8")
    step(lambda: os.execv(sys.executable, [sys.executable, "app.py"]))  # noqa: S606 - marimo has threads of its own


def papermill() -> None:
    """Run the notebook."""
    from papermill import execute_notebook  # type: ignore[import-untyped]  # no stubs

    execute_notebook("notebook.ipynb", "ran.ipynb", kernel_name="python3", progress_bar=False)


JOB = """
from dagster import in_process_executor, job
from dagstermill import ConfigurableLocalOutputNotebookIOManager, define_dagstermill_op

run = define_dagstermill_op("whole", {notebook!r}, output_notebook_name="ran")
kept = ConfigurableLocalOutputNotebookIOManager(base_dir={base!r})


@job(resource_defs={{"output_notebook_io_manager": kept}}, executor_def=in_process_executor)
def whole_job():
    run()
"""


def dagstermill() -> None:
    """Run the notebook as one op of a job, which must stand in a file."""
    from dagster import DagsterInstance, execute_job, reconstructable

    here = Path.cwd()
    (here / "whole.py").write_text(JOB.format(notebook=str(here / "notebook.ipynb"), base=str(here / "ran")))
    (here / "home").mkdir()
    sys.path.insert(0, "")
    job = importlib.import_module("whole").whole_job
    with DagsterInstance.local_temp(str(here / "home")) as instance:
        execute_job(reconstructable(job), instance, raise_on_error=True)


def plain() -> None:
    """Run the notebook cell by cell, as a kernel does."""
    cells = json.loads(Path("notebook.ipynb").read_text("utf-8"))["cells"]
    step(lambda: in_ipython(*(cell["source"] for cell in cells if cell["cell_type"] == "code")))


def ours() -> None:
    """Promote with `--include-needed`, and run the promoted functions over one another's outputs, as the suite does."""
    from IPython.core.interactiveshell import InteractiveShell

    from tests.promote.graph import compare
    from tests.promote.soundness_fakes import install_helper

    install_helper()
    InteractiveShell.enable_gui = lambda _shell, gui=None: None  # type: ignore[method-assign]  # no window here either
    cells = json.loads(Path("cells.json").read_text("utf-8"))
    verdict = compare([tuple(cell) for cell in cells], include_needed=True)
    if verdict.broken:
        raise StepError(f"the notebook itself: {verdict.broken}")
    Path("ours.json").write_text(json.dumps({tag.split(":", 1)[1]: said for tag, said in verdict.steps.items()}))
    Path("findings.txt").write_text("\n".join(str(f) for f in verdict.findings if f.severity == "error"))


TOOLS: dict[str, tuple[Callable[[], None], str]] = {
    "soorgeon": (soorgeon, "soorgeon.cli jupytext yaml"),
    "Kale": (kale, "kale.cli kale.common.jputils kfp.dsl"),
    "nbdev": (nbdev, "nbdev.export"),
    "nbdev, steps": (nbdev, "nbdev.export"),
    "jupytext": (jupytext, "jupytext.cli"),
    "nbconvert": (nbconvert, "nbconvert.nbconvertapp"),
    "marimo": (marimo, "marimo._cli.cli"),
    "papermill": (papermill, "papermill"),
    "dagstermill": (dagstermill, "dagstermill"),
    "plain": (plain, ""),
    "ours": (ours, "tests.promote.graph duckdb"),
}
SHARED = "IPython.core.interactiveshell pandas polars numpy matplotlib"


def main(tool: str, *folders: str) -> None:
    """Take every folder in turn."""
    drive, modules = TOOLS[tool]
    for name in (*modules.split(), *SHARED.split()):
        importlib.import_module(name)
    for folder in folders:
        os.chdir(folder)
        os.environ["PROBE"], os.environ["HOME"] = f"{folder}/probe.jsonl", folder
        said = Path(folder, "said.txt")
        good = apart(drive, said)
        Path("ended.txt").write_text("" if good else said.read_text("utf-8", "replace"), "utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
