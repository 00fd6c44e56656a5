"""What the template gave a project when it was made: the base that tells the team's edits from the template's."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from platform_core.errors import UserError
from workbench.scaffold import render_project

NAME = ".workbench-template.json"


@dataclass(frozen=True, slots=True)
class Record:
    """The answers that a project was made from, and the text of each file that came of them, by its path."""

    answers: Mapping[str, str]
    files: Mapping[str, str]
    text: str


def read_record(root: Path) -> Record:
    """Read a project's record.

    Raises:
        UserError: There is none, or it is none that this version writes.
    """
    try:
        text = (root / NAME).read_text(encoding="utf-8")
    except FileNotFoundError:
        hint = (
            f"Projects made from now on have one. Make a project beside this one, and copy its {NAME} if it is alike."
        )
        raise UserError(f"This project has no {NAME}, which says what the template gave it.", hint=hint) from None
    except (OSError, UnicodeDecodeError) as error:
        raise UserError("The record of the template cannot be read.", location=NAME) from error
    return parse(text)


def parse(text: str) -> Record:
    """Read the text of a record.

    Raises:
        UserError: It is no such text.
    """
    try:
        content = json.loads(text)
        answers, files = dict(content["answers"]), dict(content["files"])
        known = content["format"] == 1
    except (ValueError, KeyError, TypeError, RecursionError):
        known, answers, files = False, {}, {}
    if not known or not all(isinstance(one, str) for one in (*answers.values(), *files.values(), *files)):
        hint = "Restore it with `git restore`; in a merge, take the newer side of it."
        raise UserError("The record of the template is not one that this version reads.", hint=hint, location=NAME)
    return Record(answers, files, text)


def rendered_now(answers: Mapping[str, str]) -> Record:
    """Render today's template from a project's answers, beside everything, and give what it says of itself."""
    with tempfile.TemporaryDirectory(prefix="workbench-update-") as folder:
        return read_record(render_project(Path(folder, "project"), answers, ask=False))
