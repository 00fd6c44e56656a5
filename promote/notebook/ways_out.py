"""What to do where a file is not read as a notebook: the hints of such refusals. Nothing else needs this module."""

from __future__ import annotations

import os
from pathlib import Path
from shlex import quote

from platform_core.hints import StrPath
from platform_core.suggest import meant, nearest


def near(shown: str, project: StrPath) -> str:
    """Give the hint for a path at which there is no notebook: one of its name, else one that is called nearly so."""
    every = sorted(path.relative_to(project).as_posix() for path in Path(project, "notebooks").rglob("*.ipynb"))
    known = [path for path in every if "/." not in path and path.isprintable()]  # no checkpoints of Jupyter's
    stem = Path(shown).stem.lower()
    named = [path for path in known if Path(path).stem.lower() == stem]
    found = named[0] if named else nearest(shown, known)
    return meant(found) if found else "Give the path of a .ipynb file."


def converted(shown: str, kind: str) -> str:
    """Give the hint for a file of another kind, which is named by its ending.

    >>> converted("notebooks/rents.qmd", ".qmd")
    'Convert it: quarto convert notebooks/rents.qmd'
    """
    if kind in {".md", ".markdown", ".rmd"}:
        return f"Convert it: jupytext --to ipynb {quote(shown)}"
    if kind == ".qmd":
        return f"Convert it: quarto convert {quote(shown)}"
    return "Give the path of an .ipynb file, or of a .py file with `# %%` lines."


def restored(shown: str) -> str:
    """Give the hint for a file that JupyterLab cannot open either.

    >>> restored("my notebook.ipynb").partition("or ")[2]
    "go back: git restore 'my notebook.ipynb'"
    """
    return f"JupyterLab cannot open it either: mend it in a text editor, or go back: git restore {quote(shown)}"


def encoded(shown: str, encoding: str) -> str:
    """Give the hint for a file that is not UTF-8, which is read as `encoding` by iconv.

    >>> encoded("a.ipynb", "UTF-16").partition("it: ")[2]
    'iconv -f UTF-16 -t UTF-8 a.ipynb > a.utf8.ipynb'
    """
    new = "{}.utf8{}".format(*os.path.splitext(shown))
    return f"Save it as UTF-8, or convert it: iconv -f {encoding} -t UTF-8 {quote(shown)} > {quote(new)}"
