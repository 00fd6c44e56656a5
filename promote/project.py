"""The data project that notebooks belong to: where it is, what its package is called, which notebooks it has."""

from __future__ import annotations

import os
from collections.abc import Mapping

from platform_core.errors import UsageError, UserError
from platform_core.hints import Any, Path, StrPath
from platform_core.values import dataclass
from promote.memory import Memory, digest_of_bytes

VARIABLE = "WORKBENCH_PROJECT"
_KEPT = ("package", "assurance", "owner")  # of [tool.workbench], what `promote` looks at
_LEVELS = ("light", "standard", "full")  # as in `promote.assurance.record`, which costs more to import than all here
_HINT = "Change into a project's folder, or make one with `workbench new DIR`."


@dataclass(frozen=True, slots=True)
class Project:
    """A data project: the folder of its pyproject.toml, its Python package, its notebooks in sorted order.

    Paths are kept as texts, which is all that a check needs. `assurance` is the level of assurance that its promotions
    need, empty where none is asked for.
    """

    folder: str
    package: str
    files: tuple[str, ...] = ()
    assurance: str = ""

    def at(self, path: str) -> str:
        """Give the path of a file of the project, from its path in the project."""
        return os.path.join(self.folder, path)

    @property
    def root(self) -> Path:
        """The folder as a path."""
        from pathlib import Path  # noqa: PLC0415 - a check does without

        return Path(self.folder)

    @property
    def notebooks(self) -> tuple[Path, ...]:
        """The notebooks as paths."""
        from pathlib import Path  # noqa: PLC0415 - as above

        return tuple(map(Path, self.files))


def find(start: StrPath | None = None, *, named: StrPath | None = None) -> Project:
    """Find the project.

    Args:
        start: Where to look, and in the folders above; the working directory where it is None.
        named: The project's own folder, where the person named it; else `WORKBENCH_PROJECT` may.

    Raises:
        UsageError: There is no project there.
        UserError: Its pyproject.toml cannot be read, or names no package.
    """
    if named is None and start is None and os.environ.get(VARIABLE):
        named = os.environ[VARIABLE]
    if named is not None:
        table = _table(named)
        if table is None:
            raise UsageError(
                "The folder named is no data project: its pyproject.toml has no [tool.workbench].", hint=_HINT
            )
        return _project(os.path.realpath(named), table)
    folder, below = os.path.realpath(start or "."), ""
    while folder != below:
        table = _table(folder)
        if table is not None:
            return _project(folder, table)
        folder, below = os.path.dirname(folder), folder
    raise UsageError("No data project was found here or in any folder above.", hint=_HINT)


def default_owner(root: StrPath) -> str:
    """Give who answers for the project's assets unless they say otherwise, empty where it does not say.

    Raises:
        UserError: Its pyproject.toml cannot be read, or names something else.
    """
    owner = (_table(root) or {}).get("owner", "")
    if not isinstance(owner, str) or (owner and not (owner.startswith("team:") or "@" in owner)):
        hint = 'Write owner = "team:NAME" under [tool.workbench], or an e-mail address.'
        raise UserError(
            "The owner that the project names is neither a team nor an e-mail address.",
            hint=hint,
            location="pyproject.toml",
        )
    return owner


def _table(folder: StrPath) -> Mapping[str, Any] | None:
    """Give the table of ours in a folder's pyproject.toml, from memory where one with that content was read before."""
    file = os.path.join(folder, "pyproject.toml")
    try:
        with open(file, "rb") as stream:
            content = stream.read()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise UserError(f"The file cannot be read: {error.strerror}.", location=file) from None
    memory = Memory(folder, digest_of_bytes(content))
    record = memory.load("pyproject.toml")
    if "table" in record:
        return record["table"]  # type: ignore[no-any-return]  # as it was kept
    table = plain_table(content) or _parsed(content, file)
    if table is not None and isinstance(table.get("package"), str):
        memory.save("pyproject.toml", {"table": {key: table[key] for key in _KEPT if key in table}})
    return table


def plain_table(content: bytes) -> Mapping[str, str] | None:
    r"""Give the table of ours where it is lines of plain texts and no other can be meant; None where it is not.

    >>> plain_table(b'[tool.workbench]\npackage = "rents"\n\n[tool.ruff]\n')
    {'package': 'rents'}
    >>> plain_table(b"[tool]\nworkbench = {package = 'rents'}") is None
    True
    """
    lines = [line.strip() for line in content.decode("ascii", "replace").splitlines()]
    if content.count(b"workbench]") != 1 or "[tool.workbench]" not in lines or b"'''" in content or b'"""' in content:
        return None
    found: dict[str, str] = {}
    for line in lines[lines.index("[tool.workbench]") + 1 :]:
        key, equals, value = line.partition(" = ")
        text = value[1:-1]
        if line.startswith("["):
            break
        if line and not line.startswith("#"):
            plain = key.isidentifier() and equals and value[:1] == value[-1:] == '"' and len(value) > 1
            if not plain or key in found or not text.isascii() or not text.isprintable() or set(text) & {'"', "\\"}:
                return None
            found[key] = text
    return found


def _parsed(content: bytes, file: str) -> Mapping[str, Any] | None:
    import tomllib  # noqa: PLC0415 - with what it imports it costs as much as a check where nothing changed

    try:
        tool = tomllib.loads(content.decode()).get("tool")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UserError(f"The file is not valid TOML: {error}.", location=file) from None
    table = tool.get("workbench") if isinstance(tool, dict) else None
    return table if isinstance(table, dict) else None


def _project(root: str, table: Mapping[str, Any]) -> Project:
    package = table.get("package")
    if not isinstance(package, str) or not all(part.isidentifier() for part in package.split(".")):
        hint = 'Write package = "NAME" under [tool.workbench], with the name of the folder under src.'
        raise UserError("The project names no Python package.", hint=hint, location="pyproject.toml")
    assurance = table.get("assurance", "")
    if assurance and assurance not in _LEVELS:
        hint = f"Write one of {', '.join(_LEVELS)}, or leave the key out."
        raise UserError(
            "The project asks for a level of assurance that there is not.", hint=hint, location="pyproject.toml"
        )
    return Project(root, package, tuple(_notebooks(os.path.join(root, "notebooks"))), assurance or "")


def _notebooks(folder: str) -> list[str]:
    """Give all notebooks under a folder; hidden folders, such as Jupyter's checkpoints, are passed over."""
    found: list[str] = []
    for base, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in files:
            if name.startswith("."):
                continue
            path = os.path.join(base, name)
            if name.endswith(".ipynb") or (name.endswith(".py") and _is_notebook(path)):
                found.append(path)
    return sorted(found, key=lambda path: path.replace(os.sep, "\0"))  # as paths sort


def _is_notebook(script: str) -> bool:
    from promote.notebook.read import is_notebook  # noqa: PLC0415 - most projects keep no scripts among their notebooks

    return is_notebook(script)
