"""Lay the chosen example over the project and take away what was not chosen."""

import shutil
from pathlib import Path

EXAMPLE = "{{ cookiecutter.example }}"
MIRROR = "{{ cookiecutter.package_mirror }}"


def lay_over(example: Path, project: Path) -> None:
    """Move every file of the example to the same place in the project."""
    for file in sorted(path for path in example.rglob("*") if path.is_file()):
        place = project / file.relative_to(example)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(file, place)


if __name__ == "__main__":
    lay_over(Path("examples") / EXAMPLE, Path())
    shutil.rmtree("examples")
    if not MIRROR:
        Path("pip.conf").unlink()
