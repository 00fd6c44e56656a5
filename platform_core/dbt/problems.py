"""What went wrong in a run of dbt, in a sentence for each model and test, without a value of the data."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from platform_core.errors import UserError

# Errors of these kinds speak of names and syntax; any other may quote what stands in a row
_OF_THE_CODE = ("Binder Error", "Parser Error", "Catalog Error", "Compilation Error")
_KIND = re.compile(r"^\s*((?:[A-Z][\w-]* )+Error)\b:?\s*(.*)$", re.MULTILINE)
_WHERE = re.compile(r"(Compilation Error) in .*\n\s*")  # dbt's own say where in one line, and what in the next
_MOST = 5


def problem_of(target: Path, error: Exception | None) -> UserError:
    """Give the error of a run of dbt that failed.

    Args:
        target: The folder in which dbt wrote its results.
        error: What dagster-dbt says, for a run that came to no results.
    """
    try:
        results = json.loads((target / "run_results.json").read_bytes())["results"]
    except (OSError, ValueError, KeyError):
        return UserError(f"dbt ended before it built anything. {_kinds(str(error or ''))}".strip(), hint=_HINT)
    said = [_said(one) for one in results if one["status"] in {"error", "fail", "runtime error"}]
    more = f" And {len(said) - _MOST} more." if len(said) > _MOST else ""
    return UserError(" ".join(said[:_MOST]) + more or "dbt failed.", hint=_HINT)


_HINT = "To see all that dbt says, run `dbt build` in the folder dbt/."


def _said(result: Mapping[str, Any]) -> str:
    r"""Say what one result is.

    >>> _said({"unique_id": "test.p.not_null_a_b.12", "status": "fail", "failures": 3})
    'The test not_null_a_b failed on 3 rows.'
    >>> _said({"unique_id": "model.p.a", "status": "error", "message": "Runtime Error in model\n  Binder Error: no b"})
    'dbt could not make a: Binder Error: no b.'
    """
    kind, _, name = result["unique_id"].split(".")[:3]
    if kind == "test" and result["status"] == "fail":
        count = result.get("failures") or 0
        return f"The test {name} failed on {count} row{'s' if count != 1 else ''}."
    told = _kinds(result.get("message") or "")
    return f"dbt could not {'run the test' if kind == 'test' else 'make'} {name}{f': {told}' if told else '.'}"


def _kinds(message: str) -> str:
    """Give the innermost kind of error of dbt's text, and what it says where that is about the code alone."""
    found = [
        match
        for match in _KIND.finditer(_WHERE.sub(r"\1: ", message))
        if match[1] not in {"Runtime Error", "Database Error"}
    ]
    if not found:
        return ""
    kind, text = found[-1][1], found[-1][2].strip().rstrip(".")
    if kind not in _OF_THE_CODE or not text:
        return f"{kind}."
    return f"{kind}: {text}" if text[-1] in "!?" else f"{kind}: {text}."
