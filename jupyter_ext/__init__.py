"""Notebook Workbench in JupyterLab: a server extension that only translates, and the front end's built assets.

    handlers -> requests, confine -> pool -> process -> tasks -> promote, workbench

`handlers` turn requests into plain values and answers into JSON. What they ask for is done by `tasks`, in processes of
the `pool`, so that no notebook can keep the server from answering. The tasks call the functions that the command line
calls. The TypeScript sources stand in `lab/`, what is built from them in `labextension/`.
"""

from __future__ import annotations

from typing import Any

from promote import __version__

__all__ = ["__version__"]

NAME = "notebook-workbench"


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    """Tell JupyterLab where the front end is, for `jupyter labextension develop`."""
    return [{"src": "labextension", "dest": NAME}]


def _jupyter_server_extension_points() -> list[dict[str, Any]]:
    """Tell Jupyter Server what to load."""
    from jupyter_ext.app import WorkbenchExtension  # noqa: PLC0415 - a child that works needs no server

    return [{"module": "jupyter_ext", "app": WorkbenchExtension}]
