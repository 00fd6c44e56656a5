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
SECTIONS = {
    "tutorial": "Tutorial", "guides": "How-to guides", "explanation": "Explanation", "reference": "Reference"
}  # fmt: skip
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
_LINK = re.compile(r"(?P<image>!?)\[(?P<text>[^\]]*)\]\((?!https?:|#|mailto:)(?P<path>[^)#\s]+)(?P<anchor>#[^)\s]+)?\)")


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Set the order of the pages."""
    docs = Path(config.docs_dir)
    nav: list[Any] = [{"Start": "index.md"}]
    for folder, title in SECTIONS.items():
        pages = _with_readme_first(docs / folder)
        if folder == "reference":
            pages.insert(1, "reference/commands.md")
        nav.append({title: pages})
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
        "reference/commands.md": commands(),
        **{page: (ROOT / name).read_text(encoding="utf-8") for name, page in _BECAME.items()},
    }
    for name, title in API.items():
        made[f"api/{name}.md"] = f"# {title}\n\n`import {name}`\n\n" + "".join(_documented(name))
    for path, content in made.items():
        files.append(File.generated(config, path, content=content))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Let links lead where they lead in the repository: to the page that a file became, else to the file's name."""
    source = page.file.src_uri
    home = "" if source in _BECAME.values() else posixpath.join("docs", posixpath.dirname(source))
    return _LINK.sub(lambda found: _relinked(found, home, posixpath.dirname(source)), markdown)


def _relinked(found: re.Match[str], home: str, folder: str) -> str:
    """Give a link of a file in the folder `home` of the repository as it is on a page in `folder` of the site."""
    target = posixpath.normpath(posixpath.join(home, found["path"]))
    if target not in _BECAME and not target.startswith("docs/"):
        return f"{found['text']} (`{target}`)"
    became = posixpath.relpath(_BECAME.get(target, target.removeprefix("docs/")), folder or ".")
    return f"{found['image']}[{found['text']}]({became}{found['anchor'] or ''})"


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
    """Give the pages of a folder in the order of their names, the one that tells of the others before them."""
    names = sorted((path.name for path in folder.glob("*.md")), key=lambda name: (name != "README.md", name))
    return [f"{folder.name}/{name}" for name in names]
