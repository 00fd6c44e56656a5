"""Lay the chosen example over the project, take away what was not chosen, and note what the template gave."""

import json
import shutil
from pathlib import Path

EXAMPLE = "{{ cookiecutter.example }}"
DBT = "{{ cookiecutter.dbt }}" == "True"
MIRROR = "{{ cookiecutter.package_mirror }}"
ANSWERS = json.loads(r'{{ cookiecutter|tojson }}')
RECORD = Path(".workbench-template.json")


def lay_over(example: Path, project: Path) -> None:
    """Move every file of the example to the same place in the project."""
    for file in sorted(path for path in example.rglob("*") if path.is_file()):
        place = project / file.relative_to(example)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(file, place)


def note(project: Path) -> str:
    """Give the record from which `workbench update` tells the team's edits from a later template's.

    Notebooks and their sources are the team's from the first day, and stand in no record.
    """
    names = sorted(path.relative_to(project) for path in project.rglob("*") if path.is_file())
    kept = [name for name in names if name.suffix != ".ipynb" and name.parts[0] != "sources"]
    content = {
        "format": 1,
        "answers": {key: str(value) for key, value in ANSWERS.items() if not key.startswith("_")},
        "files": {name.as_posix(): (project / name).read_text(encoding="utf-8") for name in kept},
    }
    return json.dumps(content, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


if __name__ == "__main__":
    lay_over(Path("examples") / EXAMPLE, Path())
    if DBT:
        lay_over(Path("examples") / f"{EXAMPLE}-dbt", Path())
    else:
        shutil.rmtree("dbt")
        Path("src", "{{ cookiecutter.package_name }}", "defs", "dbt_models.py").unlink()
    shutil.rmtree("examples")
    for folder in sorted(Path().rglob("__pycache__")):  # pip compiles what it installs, the template too
        shutil.rmtree(folder)
    if not MIRROR:
        Path("pip.conf").unlink()
    RECORD.write_text(note(Path()), encoding="utf-8", newline="\n")
