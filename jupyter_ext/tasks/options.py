"""Check the options of a step as a form has them, by what reads them from a notebook."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from promote.notebook.read import parse
from promote.selection.select import select

Tell = Any


def run(question: Mapping[str, Any], _: Tell) -> dict[str, Any]:
    """Give what is wrong with the options: the key that each sentence is about, or an empty one."""
    problems = []
    for key, value in question["options"].items():  # one by one, so that each is told at its own field
        cell = {
            "cell_type": "code",
            "metadata": {"tags": [question["tag"]], "workbench": {key: value}},
            "source": f"{question['tag'].partition(':')[2]} = 1",
        }
        content = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell]}
        found = select(parse(json.dumps(content).encode("utf-8", "surrogatepass"), "form.ipynb")).findings
        problems += [
            {"key": key, "severity": one.severity, "message": one.message, "hint": one.hint}
            for one in found
            if one.code.startswith("PR22")
        ]
    return {"problems": problems}
