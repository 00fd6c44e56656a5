from __future__ import annotations

import sys
from pathlib import Path

import pytest  # noqa: TC002 - as everywhere in tests
from ipykernel import kernelapp

from platform_core import sdk
from platform_core.sdk import loading
from promote.verify import threads
from promote.verify.capture import LOADS
from promote.verify.kernel import FOLDER_VARIABLE, main, path_with_working_folder


def test_the_working_folder_stands_where_jupyterlab_puts_it():
    path = ["/p/src", "/usr/lib/python3.11", "/p/.venv/lib/python3.11/site-packages", "/x/dist-packages"]
    assert path_with_working_folder(path) == [*path[:2], "", *path[2:]]
    assert path_with_working_folder(["/a"]) == ["", "/a"]


def test_the_kernel_is_started_with_its_loads_noted_and_the_folder_on_its_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    done: list[object] = []
    monkeypatch.setattr(threads, "limit_duckdb", lambda: done.append("one thread"))
    monkeypatch.setattr(kernelapp, "launch_new_instance", lambda: done.append(list(sys.path)))
    monkeypatch.setattr(sys, "path", ["/p/src", "/p/lib/python3.11/site-packages"])
    monkeypatch.setattr(loading, "load_asset", loading.load_asset)  # put back at the end, as in the next line
    monkeypatch.setitem(vars(sdk), "load_asset", loading.load_asset)
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    before = loading.load_asset
    main()
    assert done == ["one thread", ["/p/src", "", "/p/lib/python3.11/site-packages"]]
    assert (tmp_path / LOADS).is_dir()
    assert loading.load_asset is sdk.load_asset is not before
