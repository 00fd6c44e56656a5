"""The whole way, with real processes: a project with spaces and umlauts in its path, an empty home, and hard ends."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from verify_project import fingerprint, make_project, notebook

from platform_core.errors import Fault, UserError
from platform_core.lake import Lake
from platform_core.scratch import Scratch
from promote.model import GeneratedFile
from promote.verify import stage as stage_module
from promote.verify.stage import Capture, Stage

RENTS = "rents = pl.LazyFrame({'id': [1, 2, 3], 'rent': [900.0, 1100.5, 0.1 + 0.2]}).filter(pl.col('id') >= minimum)"
CAPTURE = Capture("silver:rents", "rents", "rents", 3)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    place = tmp_path / "Ablage für Räume"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    return place


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return make_project(tmp_path / "Mein Projekt ü")


def quiet(text: str) -> None: ...


def test_a_notebook_and_its_asset_are_tried_out_without_a_trace(
    project: Path, place: Path, monkeypatch: pytest.MonkeyPatch
):
    home = place.parent / "home"
    home.mkdir(mode=0o500)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("DAGSTER_HOME", str(project))
    monkeypatch.setenv("WORKBENCH_LAKE", str(project / "data" / "lake"))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(project / "src"), str(project)]))
    before = fingerprint(project)
    told: list[str] = []
    with Stage(project, "mini", told.append) as stage:
        assert (stage.root.name, stage.root.is_relative_to(place)) == (project.name, True)
        assert not (stage.root / ".git").exists()
        stage.write([GeneratedFile("src/mini/defs/new.py", RENTS_MODULE, "silver:few")])
        (stage.recordings / "sheets").mkdir()
        for year in ("2024", "2025"):
            (stage.recordings / "sheets" / f"{year}.csv").write_text("n\n7\n")
        made = stage.materialise(["rents", "few", "years"], parameters={"minimum": 2}, replay=True)
        assert made.ok, made
        assert made.assets["years"].partitions == ("2024", "2025")
        for year in ("2024", "2025"):
            (stage.recordings / "sheets" / f"{year}.csv").unlink()
        assert list(stage.lake.rglob("*.parquet"))
        value = notebook(
            ("parameters", "minimum = 1"),
            "import os, polars as pl\nfrom platform_core.sdk import load_asset, resource\n"
            "assert os.getcwd() == os.path.join(os.environ['WORKBENCH_PROJECT'], 'notebooks', 'silver')\n"
            "assert os.environ['POLARS_MAX_THREADS'] == '1' and os.environ['PYTHONHASHSEED'] == '0'\n"
            "open('beside.txt', 'w').write('x'); open('../../sources/2024.csv', 'a').write('9')\n"
            "import mini; assert mini.__file__.startswith(os.environ['WORKBENCH_PROJECT'])",
            ("silver:rents", RENTS),
            "few = load_asset('few', as_='pandas')\nresource('sheets').path('2025.csv')",
        )
        seen = stage.observe(value, [CAPTURE], {"minimum": 2})
        assert (seen.ran, seen.findings) == (True, ())
        captured = seen.captures["rents"]
        assert (captured.kind, captured.rows) == ("lazy", 2)
        assert captured.schema == (("id", "Int64"), ("rent", "Float64"))
        assert (seen.loads["few"].kind, seen.loads["few"].rows) == ("pandas", 1)
        assert (stage.recordings / "sheets" / "2025.csv").is_file()
        parity = stage.compare(captured, "rents", ordered=True)
        assert (parity.equal, parity.order) == (True, "compared")
        other = stage.compare(captured, "few")
        assert (other.equal, other.columns) == (False, ("rent",))
        assert "has not been materialised" in stage.compare(captured, "nowhere").difference
        made = stage.materialise(["total"])  # its upstream was made before, of what was recorded
        assert (made.ok, made.upstreams) == (True, {})
        assert Lake(stage.lake).read("total", "polars")["n"].to_list() == [14]
        stage.remove(["src/mini/defs/new.py", "src/mini/defs/new.py"])
        assert not (stage.root / "src/mini/defs/new.py").exists()
    assert fingerprint(project) == before
    assert list(place.iterdir()) == []
    assert list(home.iterdir()) == []
    assert "running notebooks/silver/rents.ipynb: cell 3 of 4 (silver:rents)" in told
    assert "running notebooks/silver/rents.ipynb: parameters" in told
    # What takes its time before a process tells anything itself is told too
    assert told.index("loading the project's definitions") < told.index("materialising rents")
    assert "running notebooks/silver/rents.ipynb: starting the kernel" in told
    assert "materialising rents" in told


RENTS_MODULE = """
import dagster as dg
import polars as pl

@dg.asset
def few() -> pl.LazyFrame:
    return pl.LazyFrame({"id": [3]})
"""


def test_generated_tests_run_in_the_copy(project: Path, place: Path):
    (project / "tests").mkdir()
    test = (
        "import os, pytest\n"
        "def test_good(tmp_path):\n"
        "    import mini\n"
        "    assert mini.__file__.startswith(os.environ['WORKBENCH_PROJECT']) and os.listdir(os.getcwd())\n"
        "@pytest.mark.parametrize('n', [1, 2])\n"
        "def test_bad(n):\n    assert n == 1\n"
        "@pytest.mark.skip\ndef test_never(): ...\n"
        "@pytest.fixture\ndef broken():\n    raise ValueError\n"
        "def test_broken(broken): ...\n"
    )
    with Stage(project, "mini", quiet) as stage:
        stage.write([GeneratedFile("tests/assets/test_rents.py", test, "silver:rents")])
        result = stage.run_tests(["tests/assets/test_rents.py"])
        assert (result.ok, result.passed, result.skipped) == (False, 2, 1)
        assert result.failures == ("tests.assets.test_rents::test_bad[2]", "tests.assets.test_rents::test_broken")
        assert "assert 2 == 1" in result.output
        assert list(result.said.values()) == ["assert 2 == 1", 'failed on setup with "ValueError"']
        stage.write([GeneratedFile("conftest.py", "import os; os._exit(9)", "")])
        with pytest.raises(Fault, match="exit code 9"):
            stage.run_tests(["tests/assets/test_rents.py"])


def test_the_copy_cannot_be_left(project: Path, place: Path):
    (project / "link").symlink_to("src")
    with Stage(project, "mini", quiet) as stage:
        for path in ("../x", "/x", "a/../../x"):
            with pytest.raises(Fault, match="leads out"):
                stage.write([GeneratedFile(path, "", "")])
            with pytest.raises(Fault, match="leads out"):
                stage.remove([path])
        stage.write([GeneratedFile("link/new.py", "x = 1\r\n", "")])
        assert (stage.root / "src" / "new.py").read_bytes() == b"x = 1\r\n"
    assert not (project / "src" / "new.py").exists()


def test_the_stage_goes_when_entering_or_anything_in_it_fails(project: Path, place: Path):
    def fail(text: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), Stage(project, "mini", fail):
        pytest.fail("it was entered")

    def break_off() -> None:
        with Stage(project, "mini", quiet) as stage:
            (stage.root / "src").chmod(0o500)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        break_off()
    assert list(place.iterdir()) == []


def test_the_lake_of_the_configuration_is_not_copied(project: Path, place: Path):
    (project / "config" / "base.yaml").write_text("lake: elsewhere/store\n")
    (project / "elsewhere" / "store").mkdir(parents=True)
    with Stage(project, "mini", quiet) as stage:
        assert (stage.root / "elsewhere").is_dir()
        assert not (stage.root / "elsewhere" / "store").exists()


def test_a_process_that_gives_no_answer_is_a_fault(project: Path, place: Path):
    (project / "src/mini/definitions.py").write_text("import os; os._exit(5)")
    with Stage(project, "mini", quiet) as stage, pytest.raises(Fault, match=r"worker ended .* \(exit code 5\)"):
        stage.materialise(["rents"])


def test_without_papermill_the_extra_is_named(project: Path, place: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(stage_module, "find_spec", lambda name: None)
    with (
        Stage(project, "mini", quiet) as stage,
        pytest.raises(UserError, match="needs papermill and ipykernel") as error,
    ):
        stage.observe(notebook("1"), [])
    assert "--no-run" in str(error.value)


ENDLESS = """
import sys
from pathlib import Path
from verify_project import notebook
from promote.verify.stage import Stage
with Stage(Path(sys.argv[1]), "mini", lambda text: print(text, flush=True)) as stage:
    source = "import os; open(os.environ['WORKBENCH_RECORD'] + '/pid', 'w').write(str(os.getpid()))"
    stage.observe(notebook(source, "while True: pass"), [])
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_hard_end_leaves_nothing_behind(
    project: Path, place: Path, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
):
    environment = {**os.environ, "TMPDIR": str(place), "PYTHONPATH": str(Path(__file__).parent)}
    process = subprocess.Popen(
        [sys.executable, "-c", ENDLESS, str(project)], env=environment, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    for line in process.stdout:
        if "cell 2 of 2" in line:
            break
    (written,) = place.glob("*/recordings/pid")
    kernel = os.pidfd_open(int(written.read_text()))
    process.send_signal(number)
    process.wait(60)
    process.stdout.close()
    assert select.select([kernel], [], [], 60)[0], "the kernel lives on"
    os.close(kernel)
    if number == signal.SIGKILL:  # nobody was left to remove it: the next one does
        Scratch().remove()
    assert list(place.iterdir()) == []
    assert process.returncode == -number
