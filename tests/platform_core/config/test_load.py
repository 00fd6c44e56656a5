"""Loading and checking a project's configuration."""

from __future__ import annotations

from pathlib import Path

import pytest

from platform_core.config import load_config
from platform_core.errors import UsageError, UserError


def write(project: Path, **files: str) -> Path:
    (project / "config").mkdir(parents=True, exist_ok=True)
    (project / "pyproject.toml").write_text("[tool.workbench]\n")
    for name, text in files.items():
        (project / "config" / f"{name}.yaml").write_text(text)
    return project


def problem(project: Path, **files: str) -> UserError:
    with pytest.raises(UserError) as caught:
        load_config(write(project, **files))
    return caught.value


def test_without_files_everything_has_its_default(tmp_path: Path) -> None:
    config = load_config(write(tmp_path))
    assert config.lake == tmp_path / "data" / "lake"
    assert config.environment == "dev"
    assert config.partitions == {}


def test_the_project_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(write(tmp_path))
    assert load_config().project == tmp_path


BASE = """
lake: data/lake
resources:
  odp: {type: files, root: sources/odp}
partitions:
  report_dates: [2025-01-22, 2025-01-30]
jobs:
  nightly: "*"
  silver: [group:silver, tag:x]
  gold:
    selection: group:gold
    description: The gold layer
schedules:
  nightly: {job: nightly, cron: 0 6 * * 1-5, timezone: Europe/London}
"""


def test_the_sections_are_read(tmp_path: Path) -> None:
    config = load_config(write(tmp_path, base=BASE))
    assert config.resources["odp"].type == "files"
    assert config.resources["odp"].fields == {"root": "sources/odp"}
    assert config.partitions["report_dates"] == ("2025-01-22", "2025-01-30")
    assert config.jobs["nightly"].selection == ("*",)
    assert config.jobs["silver"].selection == ("group:silver", "tag:x")
    assert config.jobs["gold"].description == "The gold layer"
    assert config.schedules["nightly"].cron == "0 6 * * 1-5"


def test_the_environments_file_lies_over_the_base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prod = "lake: /shared/lake\nresources: {extra: {type: files, root: e}, odp: {root: elsewhere}}\n"
    prod += "partitions: {report_dates: [a]}\n"
    write(tmp_path, base=BASE, prod=prod)
    config = load_config(tmp_path, "prod")
    assert config.lake == Path("/shared/lake")
    assert config.resources["odp"].fields == {"root": "elsewhere"}
    assert list(config.resources) == ["odp", "extra"]
    assert config.partitions["report_dates"] == ("a",)
    assert config.place("resources", "odp", "root") == "config/prod.yaml:2"
    assert config.place("jobs", "nightly", "selection") == "config/base.yaml:8"
    assert config.place("nothing") == "config/base.yaml"
    monkeypatch.setenv("WORKBENCH_ENV", "prod")
    assert load_config(tmp_path).environment == "prod"


def test_a_resource_of_another_type_replaces_the_base_whole(tmp_path: Path) -> None:
    write(tmp_path, base=BASE, prod="resources: {odp: {type: s3, bucket: b}}")
    assert load_config(tmp_path, "prod").resources["odp"].fields == {"bucket": "b"}


def test_the_variable_names_the_lake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKBENCH_LAKE", str(tmp_path / "scratch"))
    assert load_config(write(tmp_path, base=BASE)).lake == tmp_path / "scratch"


def test_an_empty_section_has_no_entries(tmp_path: Path) -> None:
    assert load_config(write(tmp_path, base="jobs:\nlake:\n")).jobs == {}


@pytest.mark.parametrize(
    ("text", "message", "hint", "line"),
    [
        ("\nlaek: x", "The key 'laek' is not known.", "Did you mean 'lake'?", 2),
        ("jobs:\n  a: {selection: '*', retry: {mst: 3}}", "The key 'mst' is not known in jobs.a.retry.", "'most'", 2),
        ("jobs:\n  a: {selection: '*', retry: {most: 0}}", "jobs.a.retry.most: this should be greater", None, 2),
        ("jobs: {a: '*'}\nsensors:\n  s: {type: file, job: a}", "needs the resource 'files'", "Add it", 3),
        ("jobs: {a: '*'}\nsensors:\n  s: {type: file, job: a, prefix: x}", "has no prefix", None, 3),
        ("schedules:\n  a:\n    corn: x", "The key 'corn' is not known in schedules.a.", "Did you mean 'cron'?", 3),
        ("jobs: {a: {selection: x, selectoin: y}}", "not known in jobs.a", "'selection'", 1),
        ("partitions:\n  dates:\n    - 2025\n", "partitions.dates.0 must be text.", "Write it in quotes.", 3),
        ("partitions:\n  dates: []\n", "partitions.dates is empty.", None, 2),
        ("partitions:\n  dates: [a, a]\n", "a value stands here twice", None, 2),
        ("partitions:\n  dates: ['']\n", "a value is empty", None, 2),
        ("partitions:\n  dates: x\n", "partitions.dates must be a list.", None, 2),
        ("resources:\n  a b: {type: files}\n", "letters, digits and underscores", None, 2),
        ("resources:\n  odp: {root: x}\n", "resources.odp needs the key 'type'.", None, 2),
        ("resources:\n  odp: [x]\n", "resources.odp must be a mapping.", None, 2),
        ("lake: [x]", "lake must be text.", None, 1),
        ("lake: ''", "at least 1 character", None, 1),
        ("jobs: {a: '*'}\nschedules:\n  s: {job: a, cron: daily}", "five fields", None, 3),
        ("schedules:\n  s: {job: a, cron: 0 25 * * 0}", "the hour of a cron schedule is from 0 to 23", None, 2),
        ("schedules:\n  s: {job: a, cron: '*/90 1-5/2 1,32 * MON#5'}", "the day of a cron schedule is from 1", None, 2),
        ("schedules:\n  s: {job: a, cron: '@daily', timezone: Mars/North}", "time zone is not known", None, 2),
        ("schedules:\n  s: {job: a, cron: '@daily', status: on}", "'running' or 'stopped'", None, 2),
        ("- a", "must hold sections", None, 1),
        ("a: [", "not valid YAML", None, 2),
    ],
)
def test_a_mistake_is_shown_with_its_line(tmp_path: Path, text: str, message: str, hint: str | None, line: int) -> None:
    error = problem(tmp_path, base=text)
    assert message in error.message
    assert (hint or "") in (error.hint or "")
    assert error.location == f"config/base.yaml:{line}"


def test_a_mistake_of_the_environments_file_is_shown_there(tmp_path: Path) -> None:
    assert problem(tmp_path, base=BASE, dev="\nlake: 3").location == "config/dev.yaml:2"


def test_all_mistakes_are_told_at_once_and_none_shows_a_value(tmp_path: Path) -> None:
    error = problem(tmp_path, base="lake: {p: hunter2}\nresources:\n  odp: hunter2\n")
    assert error.location == "config/base.yaml:1"
    assert "config/base.yaml:3: resources.odp" in error.message
    assert "hunter2" not in str(error)


def test_an_unknown_environment_is_an_error(tmp_path: Path) -> None:
    write(tmp_path, base="", prod="")
    with pytest.raises(UsageError, match="Did you mean 'prod'") as caught:
        load_config(tmp_path, "prd")
    assert "'prd'" in caught.value.message
    with pytest.raises(UserError, match="only letters"):
        load_config(tmp_path, "../../etc/x")


@pytest.mark.parametrize("name", ["dev.yml", "base.yml", "Base.yaml"])
def test_a_file_that_looks_as_if_it_were_read_is_told(tmp_path: Path, name: str) -> None:
    (write(tmp_path) / "config" / name).write_text("lake: elsewhere\n")
    with pytest.raises(UserError, match=rf"^config/{name}: The file is not read.\nhint: Call it \w+.yaml.$"):
        load_config(tmp_path)
    for stem in ("dev", "base"):
        (tmp_path / "config" / f"{stem}.yaml").write_text("lake: here\n")
    assert load_config(tmp_path).lake == tmp_path / "here"


def test_files_that_cannot_be_read_are_errors(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "config" / "base.yaml").write_bytes(b"\xff")
    with pytest.raises(UserError, match="not UTF-8"):
        load_config(tmp_path)
    (tmp_path / "config" / "base.yaml").unlink()
    (tmp_path / "config" / "base.yaml").mkdir()
    with pytest.raises(UserError, match="cannot be read"):
        load_config(tmp_path)


# --- where data is kept

STORE = "resources:\n  planning: {type: s3, bucket_name: a}\n  odp: {type: files, root: x}\n"


def test_io_is_read_by_layer_and_asset(tmp_path: Path) -> None:
    text = (
        f"{STORE}io:\n  store: planning\n  layers: {{gold: duckdb}}\n  assets: {{log: {{kind: delta, mode: append}}}}\n"
    )
    io = load_config(write(tmp_path, base=text)).io
    assert (io.kind, io.store) == ("parquet", "planning")
    assert io.of("gold", "rents").kind == "duckdb"
    assert io.of("gold", "log").mode == "append"
    assert io.of("silver", "rents") is io


@pytest.mark.parametrize(
    ("text", "message", "hint", "line"),
    [
        ("io: {knid: delta}", "The key 'knid' is not known in io.", "Did you mean 'kind'?", 4),
        ("io: {kind: detla}", "io.kind: this should be 'parquet', 'duckdb' or 'delta'.", "Did you mean 'delta'?", 4),
        ("io:\n  layers:\n    gold: {paht: x}", "'paht' is not known in io.layers.gold.", "Did you mean 'path'?", 6),
        ("io: {kind: duckdb, store: planning}", "the kind duckdb has no key store", None, 4),
        ("io: {kind: delta, mode: merge}", "mode: merge needs a key", None, 4),
        ("io: {store: plannign}", "no object store under `resources:`", "Did you mean 'planning'?", 4),
        ("io:\n  assets:\n    a: {store: odp}", "io.assets.a is kept in the store 'odp'", "Known are: planning.", 6),
    ],
)
def test_a_mistake_about_io_is_shown_with_its_line(
    tmp_path: Path, text: str, message: str, hint: str | None, line: int
) -> None:
    error = problem(tmp_path, base=STORE + text)
    assert message in error.message
    assert error.hint == hint
    assert error.location == f"config/base.yaml:{line}"


# --- environment variables


def test_variables_go_over_the_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = write(tmp_path, base=STORE + "partitions: {Days: [a]}\nio: duckdb", dev="lake: data/dev")
    for name, value in {
        "LAKE": "data/mine",
        "PARTITIONS__DAYS": '[2025-01-22, "010"]',
        "IO__LAYERS__GOLD": "delta",
        "JOBS__NIGHTLY": '"*"',
    }.items():
        monkeypatch.setenv(f"WORKBENCH__{name}", value)
    config = load_config(project)
    assert config.lake == project / "data" / "mine"
    assert config.partitions == {"Days": ("2025-01-22", "010")}
    assert config.io.kind == "duckdb"
    assert config.io.layers["gold"].kind == "delta"
    assert config.jobs["nightly"].selection == ("*",)
    assert config.place("lake") == "environment variable WORKBENCH__LAKE"


def test_a_resource_reads_its_variable_when_it_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from platform_core.resources import build_resources

    text = "resources:\n  db: {type: postgres, host: a, port: 1, password: {env: OTHER}}\n"
    for name, value in {"HOST": "planted-host", "PASSWORD": "planted-password", "PORT": "5433"}.items():
        monkeypatch.setenv(f"WORKBENCH__RESOURCES__DB__{name}", value)
    config = load_config(write(tmp_path, base=text))
    assert "planted" not in repr(config)
    db = build_resources(config)["db"]
    assert (db.text("host"), db.text("password"), db.number("port")) == ("planted-host", "planted-password", 5433)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("WORKBENCH__", "x", "names no value"),
        ("WORKBENCH__JOBS__", "x", "names no value"),
        ("WORKBENCH__LAEK", "x", "The key 'laek' is not known"),
        ("WORKBENCH__JOBS__A", "[planted", "not valid YAML"),
        ("WORKBENCH__SCHEDULES", "planted", "must be a mapping"),
        ("WORKBENCH__LAKE__X", "planted", "lake must be text"),
    ],
)
def test_a_wrong_variable_is_named_and_its_value_is_not_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, message: str
) -> None:
    monkeypatch.setenv(name, value)
    error = problem(tmp_path)
    assert message in error.message
    assert name in str(error)
    assert "planted" not in str(error)
