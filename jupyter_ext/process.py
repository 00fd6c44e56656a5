"""A process that works for the server: `python -P -m jupyter_ext.process`.

It reads questions from its input, one JSON object a line, and writes what it has to say in the same way. When its input
ends it ends; a job that is under way then is interrupted as by Ctrl-C, so that it cleans up after itself.
"""

from __future__ import annotations

import gc
import json
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from typing import Any, TextIO

from platform_core.errors import UserError, WorkbenchError
from promote.findings import FindingError, place

Tell = Callable[[Mapping[str, Any]], None]


def main() -> int:
    """Serve until the input ends."""
    os.environ["DAGSTER_DISABLE_TELEMETRY"] = "1"
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as channel:
        os.dup2(2, 1)  # what a library prints is no message
        for line in sys.stdin:
            question = json.loads(line)
            alone = question.pop("alone", False)
            if alone:
                threading.Thread(target=_watch, daemon=True).start()
            _say(channel, answer(question, lambda told: _say(channel, {"told": told})))
            if alone:
                break
            gc.collect(1)
    return 0


def answer(question: Mapping[str, Any], tell: Tell) -> dict[str, Any]:
    """Give what a task answers, or why not; the words of a foreign error, which may hold data, stay here."""
    from jupyter_ext.tasks import TASKS  # noqa: PLC0415 - the first question is what pays for it

    try:
        return {"answer": TASKS[question["task"]](question, tell)}
    except FindingError as error:
        return _refused(error.message, error.hint, place(error.finding.location), fault=False)
    except WorkbenchError as error:
        return _refused(error.message, error.hint, error.location, fault=not isinstance(error, UserError))
    except KeyboardInterrupt:
        return _refused("It was stopped; nothing was written.", None, None, fault=False)
    except OSError as error:
        return _refused(f"A file could not be read or written: {error.strerror}.", None, None, fault=False)
    except Exception as error:
        logging.getLogger("notebook-workbench").exception("a task failed")
        return _refused(f"{type(error).__name__} where none was expected.", None, None, fault=True)


def _refused(message: str, hint: str | None, location: str | None, *, fault: bool) -> dict[str, Any]:
    said = "The log of the Jupyter server shows where it arose; please report it." if fault and not hint else hint
    return {"refused": {"message": message, "hint": said, "location": location, "fault": fault}}


def _watch() -> None:
    """Interrupt this process when its input ends: whoever asked has gone, or wants it to stop."""
    while os.read(0, 4096):
        pass
    os.kill(os.getpid(), signal.SIGINT)


def _say(channel: TextIO, message: Mapping[str, Any]) -> None:
    channel.write(json.dumps(message) + "\n")
    channel.flush()


if __name__ == "__main__":
    raise SystemExit(main())
