"""The classes of resources, for the type hints of modules."""

from __future__ import annotations

from pathlib import Path

import pytest

from platform_core.errors import UserError
from promote.resources import resource_classes
from tests.promote.graph import planned

CELLS = (
    ("", "import polars as pl\n\nfrom platform_core.sdk import resource"),
    ("bronze:a", 'a = pl.scan_csv(resource("towns").path("a.csv"))'),
)


def classes(root: Path, **files: str) -> dict[str, str]:
    for name, text in files.items():
        path = root / "config" / f"{name}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return dict(resource_classes(root, planned(CELLS).plans))


@pytest.mark.parametrize(
    ("files", "found"),
    [
        ({}, {}),
        ({"base": "resources:\n  towns: {type: files, root: x}\n  other: {type: files}"}, {"towns": "FilesResource"}),
        ({"prod": "resources:\n  towns: {type: files, root: x}"}, {"towns": "FilesResource"}),
        ({"base": "resources:\n  towns: {type: no_such}"}, {}),
        ({"base": "resources: [towns]"}, {}),
        ({"base": "resources: {towns: files}"}, {}),
        ({"base": "- a list"}, {}),
        ({"base": "lake: x"}, {}),
    ],
)
def test_the_class_is_that_of_the_declared_type(tmp_path: Path, files: dict[str, str], found: dict[str, str]) -> None:
    assert classes(tmp_path, **files) == found


def test_yaml_that_cannot_be_read_is_told_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"config/base\.yaml:3"):
        classes(tmp_path, base="resources:\n  towns: [\n")


def test_nothing_is_read_where_no_step_uses_a_resource(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config/base.yaml").write_text("not: [yaml")
    plans = planned((("silver:b", "b = [1]"),)).plans
    assert resource_classes(tmp_path, plans) == {}
