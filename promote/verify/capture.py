"""What runs inside the notebook's kernel: keeping the outputs of steps, and noting what `load_asset` gave.

Results go to files in the stage, so nothing is added to the notebook's names and nothing is printed. Whatever goes
wrong here is written down, never raised: watching must not change what the notebook does.
"""

from __future__ import annotations

import functools
import inspect
import json
from pathlib import Path
from typing import Any

from platform_core.errors import WorkbenchError
from platform_core.frames import kind_of
from promote.verify.failures import sentence
from promote.verify.frames import rows_of, schema_of, write_captured

LOADS = "loads"


def keep(number: int, variable: str, folder: str) -> None:
    """Keep the frame that a variable of the notebook is bound to now, as `<number>.json` and a file beside it."""
    from IPython import get_ipython  # noqa: PLC0415 - only a kernel has it

    stem = Path(folder) / str(number)
    names = get_ipython().user_ns
    _write(stem.with_suffix(".json"), _kept(names, variable, stem))


def _kept(names: dict[str, Any], variable: str, stem: Path) -> dict[str, Any]:
    if variable not in names:
        return {"problem": "missing"}
    value = names[variable]
    try:
        if kind_of(value) is None:
            return {"problem": "no frame", "type": type(value).__qualname__}
        written = write_captured(value, stem)
    except WorkbenchError as error:
        return {"problem": "unkept", "said": error.message, "hint": error.hint}
    except Exception as error:  # noqa: BLE001 - collecting a frame runs the notebook's own code, which may raise anything
        return {"problem": "unkept", "said": f"Collecting it fails: {sentence(type(error).__name__, str(error))}."}
    return {
        "kind": written.kind,
        "schema": written.schema,
        "rows": written.rows,
        "file": written.path.name,
    }


def watch_loads(folder: Path) -> None:
    """Have every frame that `load_asset` gives from now on noted, by asset, in `loads/<n>.json` under the folder."""
    from platform_core import sdk  # noqa: PLC0415 - only a kernel pays for it
    from platform_core.sdk import loading  # noqa: PLC0415

    target = folder / LOADS
    target.mkdir()
    original = loading.load_asset
    signature = inspect.signature(original)
    seen: set[str] = set()

    @functools.wraps(original)
    def load_asset(*arguments: Any, **named: Any) -> Any:
        frame = original(*arguments, **named)
        name = next(iter(signature.bind(*arguments, **named).arguments.values()))
        if name not in seen:
            seen.add(name)
            note_load(name, frame, target / f"{len(seen)}.json")
        return frame

    loading.load_asset = load_asset
    vars(sdk)["load_asset"] = load_asset  # where it may stand already


def note_load(name: str, frame: object, path: Path) -> None:
    """Note the kind, schema and number of rows of a frame that was loaded."""
    try:
        noted = {"name": name, "kind": kind_of(frame), "schema": schema_of(frame), "rows": rows_of(frame)}
    except Exception:  # noqa: BLE001 - whatever is wrong with the frame will show where the notebook uses it
        return
    _write(path, noted)


def _write(path: Path, value: dict[str, Any]) -> None:
    path.write_text(json.dumps(value), encoding="utf-8")
