"""`workbench run`: run a notebook, with one set of parameters or many."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from platform_core.errors import UsageError, UserError

if TYPE_CHECKING:
    from workbench.project import Project
    from workbench.running.job import Job
    from workbench.running.records import Record

HELP = "Run a notebook in a fresh kernel, with parameters; every run is kept under data/runs."
ENDS = "\nexit codes: 0 all ran, 1 a cell failed, 2 a parameter is wrong and nothing ran, 130 interrupted."
_LONGEST_KEEP = 24 * 60


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.epilog = ENDS
    parser.add_argument("notebook", type=Path, nargs="?", help="the notebook to run")
    parser.add_argument(
        "-p",
        "--parameter",
        nargs=2,
        action="append",
        default=[],
        metavar=("KEY", "VALUE"),
        help="a parameter of the notebook; may be given several times",
    )
    parser.add_argument(
        "--set",
        type=Path,
        metavar="FILE",
        help="run once for each set of parameters in a .csv (a row a set), .yaml or .json file (a list of mappings)",
    )
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="how many sets run at once (default: 1)")
    parser.add_argument(
        "--keep", type=float, metavar="MINUTES", help="let the kernel of a failed run wait, for --resume"
    )
    parser.add_argument(
        "--resume",
        type=int,
        nargs="?",
        const=0,
        metavar="RUN",
        help="go on at the failed cell of a run that was kept (the last one by default)",
    )
    parser.add_argument("--list", action="store_true", help="list the runs that are kept, of a notebook or of all")
    parser.add_argument("--json", action="store_true", help="print JSON in place of text")


def execute(arguments: argparse.Namespace) -> int:
    """Run the notebook and print where the executed copy is; or list what ran before."""
    from workbench.project import find_project  # noqa: PLC0415 - a command imports what it needs when it runs

    _check(arguments)
    notebook: Path | None = arguments.notebook
    try:
        project = find_project()
    except UserError:
        if notebook is None:
            raise
        project = find_project(notebook.resolve().parent)
    if arguments.list:
        return _list(project, notebook, as_json=arguments.json)
    assert notebook is not None  # noqa: S101 - `_check` refused its absence
    jobs = _jobs(project, notebook, arguments)
    keep = arguments.keep * 60 if arguments.keep else jobs[0].going_on.seconds if jobs[0].going_on else None
    return _run(jobs, arguments, keep)


def _check(arguments: argparse.Namespace) -> None:
    if arguments.notebook is None and not arguments.list:
        raise UsageError("Which notebook?", hint="See `workbench run --help`.")
    if arguments.jobs < 1:
        raise UsageError("--jobs takes a number of at least 1.")
    if arguments.keep is not None and not 0 < arguments.keep <= _LONGEST_KEEP:
        raise UsageError(f"--keep takes minutes, more than 0 and at most {_LONGEST_KEEP}.")
    if arguments.resume is not None and (arguments.parameter or arguments.set):
        raise UsageError("A run goes on with the parameters it had.", hint="Leave out -p and --set, or run it anew.")
    if arguments.set and arguments.keep:
        raise UsageError("--keep is for a single run.", hint="Run the set that failed alone, with -p and --keep.")


def _jobs(project: Project, notebook: Path, arguments: argparse.Namespace) -> list[Job]:
    """Read the notebook and the parameters; papermill is loaded only once they are in order."""
    import datetime as dt  # noqa: PLC0415 - a command imports what it needs when it runs

    from workbench.running import kept  # noqa: PLC0415 - as above
    from workbench.running.notebooks import read_notebook, source_of  # noqa: PLC0415 - as above
    from workbench.running.parameters import bind, parameters_cell, read_parameters  # noqa: PLC0415 - as above
    from workbench.running.sets import read_sets  # noqa: PLC0415 - as above

    given: dict[str, str] = {}
    for key, value in arguments.parameter:
        if key in given:
            raise UsageError(f"The parameter {key!r} is given twice.")
        given[key] = value
    location = project.relative(notebook)
    content = read_notebook(notebook, location)
    index = parameters_cell(content)
    if index is None and (given or arguments.set):
        hint = "Tag the cell that sets them with `parameters`."
        raise UserError("The notebook has no parameters cell.", hint=hint, location=location)
    going_on = None
    sets: Sequence[Mapping[str, Any]]
    if arguments.resume is not None:
        going_on = kept.find(project, notebook, content, dt.datetime.now(dt.UTC), arguments.resume or None)
        sets = [going_on.values]
    elif index is None:
        sets = [{}]
    else:
        declared = read_parameters(source_of(content["cells"][index]), f"{location}:cell {index + 1}")
        bound = [bind(declared, given, location)] if arguments.set is None else None
        sets = bound or read_sets(arguments.set, declared, given, location)
    from workbench.running.job import Job  # noqa: PLC0415 - as above

    return [Job(project, notebook, content, index, values, going_on) for values in sets]


def _run(jobs: list[Job], arguments: argparse.Namespace, keep: float | None) -> int:
    import warnings  # noqa: PLC0415 - as above
    from importlib.util import find_spec  # noqa: PLC0415 - as above

    if find_spec("papermill") is None:
        raise UserError("Running a notebook needs papermill.", hint="Install notebook-workbench[lab].")
    from workbench.running.telling import as_json, error_of, line_of  # noqa: PLC0415 - as above

    records: list[Record] = []

    def ended(record: Record) -> None:
        records.append(record)
        if arguments.set and not arguments.json:
            sys.stdout.write(line_of(record) + "\n")
            sys.stdout.flush()

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of packages that papermill imports; the kernel's own are in the notebook
        from workbench.running.together import run_jobs  # noqa: PLC0415 - as above

        run_jobs(jobs, arguments.jobs, keep, ended)
    failed = [record for record in records if record.failure is not None]
    if arguments.json:
        sys.stdout.write(as_json(records))
        return 1 if failed else 0
    if arguments.set:
        if failed:
            raise UserError(
                f"{len(failed)} of {len(records)} runs failed.",
                hint=f"Open the first with `workbench lab -- {failed[0].output}`.",
            )
        return 0
    record = records[0]
    if record.failure is not None:
        raise error_of(record, record.failure)
    sys.stdout.write(record.output + "\n")
    if record.resumed is not None:
        from workbench.running.telling import resumed_words  # noqa: PLC0415 - as above

        sys.stderr.write(f"note: {resumed_words(record.resumed)}\n")
    return 0


def _list(project: Project, notebook: Path | None, *, as_json: bool) -> int:
    from workbench.running import telling  # noqa: PLC0415 - as above
    from workbench.running.records import read_records  # noqa: PLC0415 - as above

    records = read_records(project, notebook)
    if as_json:
        sys.stdout.write(telling.as_json(records))
        return 0
    if not records:
        sys.stdout.write("No run is kept.\n")
        return 0
    from workbench.terminal import print_table  # noqa: PLC0415 - JSON is quicker without

    rows = [telling.row_of(record) for record in records]
    print_table("Runs of notebooks", telling.COLUMNS, rows, right=["run", "seconds"])
    return 0
