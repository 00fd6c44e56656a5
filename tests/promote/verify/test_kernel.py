from __future__ import annotations

from promote.verify.kernel import path_with_working_folder


def test_the_working_folder_stands_where_jupyterlab_puts_it():
    path = ["/p/src", "/usr/lib/python3.11", "/p/.venv/lib/python3.11/site-packages", "/x/dist-packages"]
    assert path_with_working_folder(path) == [*path[:2], "", *path[2:]]
    assert path_with_working_folder(["/a"]) == ["", "/a"]
