"""Secrets that stand in files: made where they are absent, and handed to a program that reads its environment.

As a program of the image: `python3 -m workbench.stack.secret_files --folder FOLDER NAME…` makes random secrets that are
not there yet, `python3 -m workbench.stack.secret_files -- COMMAND…` becomes a command whose environment has the content
of the file that `X_FILE` names as `X`.
"""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

LARGEST = 8192  # bytes of a secret; a bundle of certificates, which `SSL_CERT_FILE` names, has no place in a variable
_SUFFIX = "_FILE"


def with_secrets(environ: Mapping[str, str]) -> dict[str, str]:
    r"""Give the environment in which `X` is the content of the file that `X_FILE` names, where `X` is not set.

    A file that cannot be read or is large is passed over: many variables that end in `_FILE` are no secrets.

    >>> import tempfile
    >>> with tempfile.NamedTemporaryFile("w") as file:
    ...     _ = file.write("opensesame\n"); file.flush()
    ...     with_secrets({"DOOR_FILE": file.name})["DOOR"]
    'opensesame'
    """
    known = dict(environ)
    for variable, path in environ.items():
        name = variable.removesuffix(_SUFFIX)
        if name == variable or not name or name in environ:
            continue
        try:
            if Path(path).stat().st_size <= LARGEST:
                known[name] = Path(path).read_text(encoding="utf-8").rstrip("\r\n")
        except (OSError, ValueError):
            continue
    return known


def make_secrets(folder: Path, names: Sequence[str]) -> list[str]:
    """Make a random secret in a file of its own for each name that has none, and give the names made.

    The files can be read by every user of the container or of this machine's folder, not written. What exists stays.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     make_secrets(Path(folder), ["a", "b"]), make_secrets(Path(folder), ["b", "c"])
    (['a', 'b'], ['c'])
    """
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for name in names:
        path = folder / name
        if path.exists():
            continue
        part = folder / f".{name}.part"
        part.unlink(missing_ok=True)
        part.write_text(secrets.token_urlsafe(32), encoding="utf-8")
        part.chmod(0o444)
        part.rename(path)
        made.append(name)
    return made


def main(arguments: Sequence[str]) -> int:
    """Make secrets, or become the command after `--`; this returns 2 where neither was said."""
    match list(arguments):
        case ["--folder", folder, *names]:
            for name in make_secrets(Path(folder), names):
                sys.stdout.write(f"made the secret {name}\n")
            return 0
        case ["--", command, *rest]:
            os.execvpe(command, [command, *rest], with_secrets(os.environ))  # noqa: S606 - what the image was told to run
        case _:
            sys.stderr.write("usage: secret_files --folder FOLDER NAME… | secret_files -- COMMAND…\n")
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
