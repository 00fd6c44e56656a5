"""What the documentation site has beside the files of `docs/`: its start, the commands' help, the API, their order.

`mkdocs` calls the functions `on_*`. Nothing is written beside the site itself.
"""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files

ROOT = Path(__file__).resolve().parents[1]
SECTIONS = {"guides": "Guides", "explanation": "Explanation", "reference": "Reference"}
# The packages whose names notebooks and promoted code import, in the order in which people meet them
API = {
    "platform_core.sdk": "Layers, loading, compute",
    "platform_core.resources": "Resources",
    "platform_core.io_managers": "IO managers",
    "platform_core.asset_checks": "Checks",
    "platform_core.partitions": "Partitions",
    "platform_core.automation": "Automation",
    "platform_core.metadata": "Metadata",
    "platform_core.sdk.factories": "Factories",
    "platform_core.compute_kinds": "Kinds of compute",
    "platform_core.executor": "The executor",
    "platform_core.observability": "Hooks and alerts",
    "platform_core.governance.pii": "Personal data",
    "platform_core.governance.masking": "Masking",
    "platform_core.governance.lineage": "Column lineage",
    "platform_core.config": "Configuration",
    "platform_core.testing": "Testing",
}
_BECAME = {"README.md": "index.md", "CHANGELOG.md": "changes.md", "CONTRIBUTING.md": "contributing.md"}
_FROM_THE_TOP = frozenset(_BECAME.values())
_WHOLE_LINK = re.compile(r"(?<!!)\[([^\]]*)\]\((?!https?:|#|mailto:)([^)\s]+)\)")
_LINK = re.compile(r"(\]\()(?!https?:|#)([^)\s]+)(\))")


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Set the order of the pages."""
    docs = Path(config.docs_dir)
    nav: list[Any] = [{"Start": "index.md"}]
    for folder, title in SECTIONS.items():
        pages = [f"{folder}/{path.name}" for path in sorted((docs / folder).glob("*.md"))]
        nav.append({title: ["reference/commands.md", *pages] if folder == "reference" else pages})
    nav.append({"API": [{title: f"api/{name}.md"} for name, title in API.items()]})
    nav.append({"Findings": _with_readme_first(docs / "findings")})
    nav.append({"Decisions": _with_readme_first(docs / "decisions")})
    nav.append({"About": ["changes.md", "contributing.md"]})
    config.nav = nav
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that are made from something else."""
    from mkdocs.structure.files import File  # noqa: PLC0415 - only mkdocs calls this

    made = {
        "index.md": _moved(ROOT / "README.md"),
        "changes.md": _moved(ROOT / "CHANGELOG.md"),
        "contributing.md": _moved(ROOT / "CONTRIBUTING.md"),
        "reference/commands.md": commands(),
    }
    for name, title in API.items():
        made[f"api/{name}.md"] = f"# {title}\n\n`import {name}`\n\n" + "".join(_documented(name))
    for path, content in made.items():
        files.append(File.generated(config, path, content=content))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Let links out of `docs/` lead to the page that the file became, or name the file where it became none."""
    source = page.file.src_uri
    return markdown if source in _FROM_THE_TOP else _WHOLE_LINK.sub(lambda found: _inside(found, source), markdown)


def _inside(found: re.Match[str], source: str) -> str:
    """Give a link of a page as it is within the site."""
    path, _, anchor = found[2].partition("#")
    target = posixpath.normpath(posixpath.join("docs", posixpath.dirname(source), path))
    if not path or target.startswith("docs/"):
        return found[0]
    if (became := _BECAME.get(target)) is None:
        return f"{found[1]} (`{target}`)"
    up = "../" * source.count("/")
    return f"[{found[1]}]({up}{became}{'#' + anchor if anchor else ''})"


def commands() -> str:
    """Give the help of every command as one page."""
    from promote.arguments import parser as promote  # noqa: PLC0415 - as little as possible before mkdocs starts
    from workbench.cli import COMMANDS, build_parser  # noqa: PLC0415 - as above

    os.environ["COLUMNS"] = "110"  # the same page wherever it is made
    workbench = build_parser()
    (subparsers,) = (action for action in workbench._actions if action.dest == "command")
    parsers: list[ArgumentParser] = [promote(), workbench]
    parsers += [subparsers.choices[name] for name in COMMANDS]  # type: ignore[index] # argparse types them loosely
    parts = ["# Commands\n", "Each command's own `--help`.\n"]
    parts += [f"## `{one.prog}`\n\n```text\n{one.format_help().strip()}\n```\n" for one in parsers]
    return "\n".join(parts)


def _documented(package: str) -> Iterator[str]:
    """Give the public names of a package for the reference, each from the module that it stands in."""
    from importlib import import_module  # noqa: PLC0415 - only where the site is built

    module = import_module(package)
    for name in module.__all__:
        value = getattr(module, name)
        home = getattr(value, "__module__", "")
        if isinstance(home, str) and home.startswith("platform_core"):
            yield f"::: {home}.{name}\n\n"


def _with_readme_first(folder: Path) -> list[str]:
    pages = [f"{folder.name}/{path.name}" for path in sorted(folder.glob("*.md")) if path.name != "README.md"]
    return [f"{folder.name}/README.md", *pages]


def _moved(path: Path) -> str:
    """Give a file of the top folder with its links as they are from within `docs/`."""

    def link(found: re.Match[str]) -> str:
        target = found[2]
        if target.startswith("docs/"):
            target = target.removeprefix("docs/")
        return found[1] + _BECAME.get(target, target) + found[3]

    return _LINK.sub(link, path.read_text(encoding="utf-8"))
