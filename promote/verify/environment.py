"""The environment of the processes that verification starts: nothing in it leads to the project, its lake or a home."""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path

from promote.verify.threads import ONE_THREAD

_DROPPED = frozenset({"DAGSTER_HOME", "PYTHONSTARTUP", "PYTHONSAFEPATH", "PYTHONINSPECT", "JPY_PARENT_PID"})
_OURS = re.compile(r"WORKBENCH_(PROJECT|LAKE|RECORD|REPLAY|VERIFY)")


def child_environment(project: Path, copy: Path, lake: Path, folder: Path) -> dict[str, str]:
    """Give the environment of a child: ours, with everything that names the project or a lake led into the stage.

    Args:
        project: The project itself.
        copy: The copy of it that the child works in; its `src` comes first on the import path.
        lake: The scratch lake.
        folder: The stage's own folder, where temporary files go.
    """
    kept = {name: value for name, value in os.environ.items() if name not in _DROPPED and not _OURS.fullmatch(name)}
    here = str(Path(__file__).resolve().parents[2])
    entries = filter(None, kept.get("PYTHONPATH", "").split(os.pathsep))
    path = [str(copy / "src"), *(_led(entry, project, copy) for entry in entries), here]
    return kept | {
        **ONE_THREAD,
        "WORKBENCH_PROJECT": str(copy),
        "WORKBENCH_AUDIT": "off",  # a proof is no use of the data: what is read for it is told by the promotion
        "WORKBENCH_LAKE": str(lake),
        "WORKBENCH_VERIFY": str(folder),
        "PYTHONPATH": os.pathsep.join(dict.fromkeys(path)),
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        "DAGSTER_DISABLE_TELEMETRY": "yes",
        "TMPDIR": str(folder / "tmp"),
    }


def _led(entry: str, project: Path, copy: Path) -> str:
    path = Path(entry).resolve()
    return str(copy / path.relative_to(project)) if path.is_relative_to(project) else entry


def jupyter_environment(folder: Path) -> dict[str, str]:
    """Make a kernelspec for this very interpreter, and give what has Jupyter and IPython keep all files in a folder."""
    specification = {
        "argv": [
            sys.executable,
            "-P",
            "-m",
            "promote.verify.kernel",
            "--HistoryManager.enabled=False",
            "-f",
            "{connection_file}",
        ],
        "display_name": "verification",
        "language": "python",
    }
    kernel = folder / "data" / "kernels" / "promote-verify"
    kernel.mkdir(parents=True)
    (kernel / "kernel.json").write_text(json.dumps(specification), encoding="utf-8")
    places = {"DATA": "data", "CONFIG": "config", "RUNTIME": "runtime"}
    places = {f"JUPYTER_{name}_DIR": str(folder / place) for name, place in places.items()}
    return places | {"JUPYTER_PATH": str(folder / "data"), "IPYTHONDIR": str(folder / "ipython")}
