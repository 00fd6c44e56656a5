"""Rendering the project template: into a folder of its own first, which takes its place when it is whole."""

from __future__ import annotations

import json
import logging
import tempfile
from collections.abc import Mapping
from pathlib import Path

from platform_core.errors import Fault, UserError

EXAMPLES = ("odp", "blank")


def template_folder() -> Path:
    """Give the template: shipped inside the package, or beside it in a checkout.

    Raises:
        Fault: This installation has none.
    """
    package = Path(__file__).resolve().parent
    for folder in (package / "_template", package.parent / "notebooks_template"):
        if (folder / "cookiecutter.json").is_file():
            return folder
    raise Fault("The project template is missing from this installation.", hint="Install the workbench anew.")


def default_name(target: Path) -> str:
    """Give the name of a project that is to stand in a folder.

    >>> default_name(Path("build/housing-quality"))
    'Housing quality'
    """
    words = target.resolve().name.replace("-", " ").replace("_", " ").split()
    text = " ".join(words)
    return text[:1].upper() + text[1:]


def render_project(target: Path, answers: Mapping[str, str], *, ask: bool) -> Path:
    """Render the template into `target`, whole or not at all, and give its path.

    Args:
        target: The folder to make. It may exist if it is empty.
        answers: The template's variables that are already decided.
        ask: Whether to ask on the terminal for the others.

    Raises:
        UserError: The folder holds something, cannot be made, or the answers cannot make a project.
    """
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise UserError(f"{target} exists and is not empty.", hint="Choose another folder, or empty this one.")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        # Beside its place, so that the last step is one rename
        with tempfile.TemporaryDirectory(prefix=".new-", dir=target.parent) as scratch:
            rendered = _render(Path(scratch), answers, ask=ask)
            rendered.rename(target)
    except OSError as error:
        raise UserError(f"{target} cannot be made: {error.strerror or error}.") from error
    return target


def _render(scratch: Path, answers: Mapping[str, str], *, ask: bool) -> Path:
    # Not at the top: this costs a quarter of a second, and the checks before it are told without
    from cookiecutter.exceptions import (  # type: ignore[import-untyped] # noqa: PLC0415 - it ships no types
        CookiecutterException,
        FailedHookException,
    )
    from cookiecutter.main import cookiecutter  # type: ignore[import-untyped] # noqa: PLC0415 - as above

    # Settings of our own, so that neither a person's defaults nor a file in the home directory play a part
    settings = scratch / "settings.json"
    folders = {"cookiecutters_dir": str(scratch / "templates"), "replay_dir": str(scratch / "replay")}
    settings.write_text(json.dumps(folders), encoding="utf-8")
    logging.getLogger("cookiecutter").setLevel(logging.CRITICAL)  # it would log the traceback of a hook's refusal
    # It leaves the hooks that it ran there, answers and all
    before, tempfile.tempdir = tempfile.tempdir, str(scratch.resolve())
    try:
        rendered = cookiecutter(
            str(template_folder()),
            no_input=not ask,
            extra_context=dict(answers),
            output_dir=str(scratch / "project"),
            config_file=str(settings),
        )
    except FailedHookException as error:
        hint = "The lines above say why; `--name` sets the project's name, from which the others follow."
        raise UserError("The project cannot be made from these answers.", hint=hint) from error
    except CookiecutterException as error:
        raise Fault(f"The project template cannot be rendered: {error}.") from error
    finally:
        tempfile.tempdir = before
    return Path(rendered)
