"""Building the resources of a project's YAML."""

from __future__ import annotations

import subprocess
import sys
import traceback
from pathlib import Path
from typing import Any

import pytest

import platform_core.resources
from platform_core.config import load_config
from platform_core.errors import UserError
from platform_core.io_managers import DuckDBTableIOManager, PolarsParquetIOManager
from platform_core.resources import RESOURCE_TYPES, FilesResource, PostgresResource, S3Resource, build_resources
from platform_core.resources.base import PlatformResource, needed


def built(project: Path, text: str) -> dict[str, PlatformResource]:
    (project / "config").mkdir(exist_ok=True)
    (project / "config" / "base.yaml").write_text(text)
    return build_resources(load_config(project))


def test_a_root_is_relative_to_the_project(tmp_path: Path) -> None:
    (tmp_path / "sources" / "odp").mkdir(parents=True)
    (tmp_path / "sources" / "odp" / "a.csv").write_text("x")
    odp = built(tmp_path, "resources:\n  odp: {type: files, root: sources/odp}\n")["odp"]
    assert isinstance(odp, FilesResource)
    assert odp.name == "odp"
    assert odp.path("a.csv").read_text() == "x"


def test_a_value_of_the_environment_is_read_when_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    odp = built(tmp_path, "resources:\n  odp: {type: files, root: {env: ODP_ROOT}}\n")["odp"]
    monkeypatch.setenv("ODP_ROOT", str(tmp_path / "config"))
    assert isinstance(odp, FilesResource)
    assert odp.path("base.yaml").is_file()


@pytest.mark.parametrize(
    ("text", "message", "line"),
    [
        ("  odp: {type: fils, root: x}", "type 'fils', which is not known.\nhint: Did you mean 'files'?", 2),
        ("  odp:\n    type: files\n    rot: x", "no key 'rot'.\nhint: Did you mean 'root'?", 4),
        ("  odp:\n    type: files\n    root: x\n    name: y", "no key 'name'", 5),
        ("  odp: {type: files}", "of type 'files' needs the key 'root'.", 2),
        ("  odp:\n    type: files\n    root: [x]", "resources.odp.root: this should be a valid string", 4),
        ("  odp: {type: files, root: {env: 3}}", "must name one environment variable: {env: NAME}", 2),
        ("  odp: {type: files, root: {env: A, b: c}}", "must name one environment variable", 2),
        ("  odp: {type: files, root: {env: A-B}}", "must name one environment variable", 2),
        ("  db:\n    type: postgres\n    password: planted", "password of the resource 'db' stands in the YAML", 4),
        ("  api: {type: http, base_url: x, auth_token: planted}", "Write auth_token: {env: NAME}", 2),
        ("  odp: {type: 'no_such_package.x:Y'}", "which cannot be imported: No module named 'no_such_package'", 2),
        ("  odp: {type: 'pathlib:Pth'}", "type 'pathlib:Pth', which is not there.\nhint: Write PACKAGE.", 2),
        ("  odp: {type: 'pathlib:Path'}", "which is no resource of the platform", 2),
        ("  odp: {type: ':Path'}", "which is not there", 2),
        ("  db: {type: postgres, port: true}", "resources.db.port: this should be a number, no truth", 2),
        ("  db: {type: postgres, port: high}", "resources.db.port: this should be a valid integer", 2),
    ],
)
def test_a_mistake_is_shown_with_its_line(tmp_path: Path, text: str, message: str, line: int) -> None:
    with pytest.raises(UserError) as caught:
        built(tmp_path, f"resources:\n{text}\n")
    assert message in str(caught.value)
    assert "planted" not in str(caught.value)
    assert caught.value.location == f"config/base.yaml:{line}"


@pytest.mark.parametrize(
    ("made", "fields", "said"),
    [
        (PostgresResource, {"hots": "db"}, "PostgresResource has no field 'hots'.\nhint: Did you mean 'host'?"),
        (S3Resource, {}, "S3Resource needs the field 'bucket_name'."),
        (PostgresResource, {"port": "planted"}, "The port of PostgresResource should be a valid integer"),
        (PostgresResource, {"password": 8_080_808}, "The password of PostgresResource should be a valid string."),
        (PolarsParquetIOManager, {"rot": "lake"}, "PolarsParquetIOManager has no field 'rot'.\nhint: Did you mean"),
        (DuckDBTableIOManager, {}, "DuckDBTableIOManager needs the field 'path'."),
    ],
)
def test_a_mistake_by_hand_is_told_without_the_value(made: Any, fields: dict[str, Any], said: str) -> None:
    with pytest.raises(UserError) as caught:
        made(**fields)
    assert said in str(caught.value)
    told = "".join(traceback.format_exception(caught.value))
    assert "planted" not in told
    assert "8080808" not in told


def test_a_secret_may_be_referred_to_and_a_number_stand_in_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "resources:\n  db: {type: postgres, port: {env: DATABASE_PORT}, password: 'secretsmanager:planning/db'}\n"
    database = built(tmp_path, text)["db"]
    assert isinstance(database, PostgresResource)
    with pytest.raises(UserError, match="DATABASE_PORT is not set"):
        database.number("port")
    monkeypatch.setenv("DATABASE_PORT", "6543")
    assert database.number("port") == 6543
    monkeypatch.setenv("DATABASE_PORT", "planted")
    with pytest.raises(UserError, match="DATABASE_PORT holds no whole number") as caught:
        database.number("port")
    assert "planted" not in str(caught.value)


def test_no_library_of_an_extra_is_imported_before_it_is_used() -> None:
    code = (
        "import sys, platform_core.resources as r\n"
        "for name in r.__all__: getattr(r, name)\n"
        "r.PostgresResource(), r.S3Resource(bucket_name='a'), r.HTTPResource(base_url='https://a.uk')\n"
        "heavy = {'adbc_driver_manager', 'obstore', 'boto3', 'httpx', 'tenacity', 'snowflake.connector'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert ran.stdout == "[]\n"


def test_a_library_that_is_not_installed_is_named_with_its_extra() -> None:
    with pytest.raises(UserError, match=r"package 'no_such_driver'.\nhint: Install notebook-workbench\[gcp\]"):
        needed("no_such_driver.dbapi", "gcp")


def test_every_type_is_a_class_of_the_package() -> None:
    for reference in RESOURCE_TYPES.values():
        name = reference.partition(":")[2]
        assert issubclass(getattr(platform_core.resources, name), PlatformResource)
        assert name in platform_core.resources.__all__


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="FileResource"):
        _ = platform_core.resources.FileResource


def test_a_type_without_paths_takes_its_fields_as_written(tmp_path: Path) -> None:
    assert PlatformResource.at_project({"a": 1}, tmp_path) == {"a": 1}


def test_a_project_brings_a_type_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "src/own_types_project"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "reports.py").write_text(
        "from platform_core.resources import FilesResource\n"
        "class Reports(FilesResource):\n"
        "    ending: str = '.csv'\n"
        "    def count(self) -> int:\n"
        "        return len(self.names(f'*{self.ending}'))\n"
    )
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources/a.csv").touch()
    (tmp_path / "sources/b.txt").touch()
    monkeypatch.setattr(sys, "path", list(sys.path))
    text = "resources:\n  reports: {type: 'own_types_project.reports:Reports', root: sources%s}\n"
    reports: Any = built(tmp_path, text % "")["reports"]
    assert reports.count() == 1
    with pytest.raises(UserError, match=r"has no key 'endng'.\nhint: Did you mean 'ending'"):
        built(tmp_path, text % ", endng: .txt")
