"""Refuse answers that would give a project which cannot work, before a file is written."""

import json
import keyword
import re
import sys

ANSWERS = json.loads(r'{{ cookiecutter|tojson }}')
TAKEN = {
    "altair", "benchmarks", "dagster", "dagstermill", "dbt", "duckdb", "notebooks", "pandas", "pandera", "papermill",
    "platform_core", "polars", "promote", "pyarrow", "pydantic", "pytest", "sources", "src", "tests", "workbench", "yaml",
}  # fmt: skip


def problems(answers: dict[str, str]) -> list[str]:
    """Say in one sentence each what is wrong with the answers."""
    name, slug, package = (answers[key] for key in ("project_name", "project_slug", "package_name"))
    found = []
    if not name.strip() or not name.isprintable():
        found.append("project_name is empty or holds a line break or another control character.")
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]*", slug) or slug.endswith("."):
        found.append(
            f"project_slug {ascii(slug)} is no folder name that works everywhere: "
            "use letters from a to z, digits, dashes, dots and underscores, and start with a letter or digit."
        )
    if not re.fullmatch(r"[a-z][a-z0-9_]*", package) or keyword.iskeyword(package):
        found.append(
            f"package_name {ascii(package)} is no Python package name: "
            "use lower-case letters, digits and underscores, and start with a letter."
        )
    elif package in TAKEN or package in sys.stdlib_module_names:
        found.append(f"package_name {ascii(package)} is the name of another package, which it would hide.")
    if (mirror := answers["package_mirror"]) and not re.fullmatch(r"https?://[A-Za-z0-9.-]+(:\d+)?(/[\w.~/-]*)?", mirror):
        found.append(
            f"package_mirror {ascii(mirror)} is no web address: write one such as https://mirror.example.gov.uk/simple, "
            "without a user or password, which pip finds in your own settings."
        )
    return found


if __name__ == "__main__":
    wrong = problems(ANSWERS)
    for sentence in wrong:
        print(f"error: {sentence}", file=sys.stderr)
    sys.exit(1 if wrong else 0)
