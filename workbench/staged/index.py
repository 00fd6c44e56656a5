"""What a commit would take: the project's files in git's index that differ from the last commit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from workbench.git import names_in, read_blobs, refused, run_git

_PLAIN = ("100644", "100755")


@dataclass(frozen=True, slots=True)
class StagedFile:
    """A file as it is staged: its path in the project, its mode, and the name of its content in git."""

    path: str
    mode: str
    name: str


@dataclass(frozen=True, slots=True)
class Problem:
    """What stands in the way of a commit: where, what, and what to do. It holds no value of the data and no secret."""

    where: str
    message: str
    hint: str


class Index:
    """The index of a project's repository.

    Args:
        root: The project's folder, which may lie deeper than the repository's.

    Raises:
        UsageError: There is no git, or no repository.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        found = run_git(root, "rev-parse", "--show-toplevel", "--show-prefix")
        if found is None:
            raise refused(root, "nothing is staged")
        top, prefix = found.decode("utf-8", "surrogateescape").split("\n")[:2]
        self.top, self.prefix = Path(top), prefix
        listing = run_git(
            root, "diff", "--cached", "--raw", "-z", "--no-abbrev", "--no-renames", "--relative", "--no-ext-diff"
        )
        self.files = tuple(_files(names_in(listing)))

    def contents(self, files: Iterable[StagedFile]) -> dict[str, bytes]:
        """Give the staged content of files by path."""
        wanted = list(files)
        blobs = read_blobs(self.root, sorted({file.name for file in wanted}))
        return {file.path: blobs[file.name] for file in wanted if file.name in blobs}

    def sizes(self) -> dict[str, int]:
        """Give how many bytes each staged file holds, by path."""
        names = sorted({file.name for file in self.files})
        listing = run_git(self.root, "cat-file", "--batch-check", given="\n".join(names).encode("ascii") + b"\n")
        facts = (line.split() for line in (listing or b"").decode("ascii", "replace").splitlines())
        known = {fact[0]: int(fact[2]) for fact in facts if len(fact) == 3}
        return {file.path: known[file.name] for file in self.files if file.name in known}

    def replace(self, file: StagedFile, content: bytes) -> bool:
        """Stage other content for a file, and say whether git took it; the working tree stays as it is."""
        name = run_git(self.top, "hash-object", "-w", "--no-filters", "--stdin", given=content)
        if name is None:
            return False
        entry = f"{file.mode} {name.decode('ascii').strip()}\t{self.prefix}{file.path}\0"
        given = entry.encode("utf-8", "surrogateescape")
        return run_git(self.top, "update-index", "-z", "--index-info", given=given) is not None


def _files(parts: Sequence[str]) -> Iterable[StagedFile]:
    """Read `git diff --raw -z`: `:mode mode name name status`, then the path, in turns."""
    for facts, path in zip(parts[::2], parts[1::2], strict=True):
        _, mode, _, name, status = facts.removeprefix(":").split()
        if status in {"A", "M", "T"} and mode in _PLAIN:
            yield StagedFile(path, mode, name)
