"""Each gate of a project's continuous integration, green on the template and red on a fault put in on purpose."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.template.support import edit_cell, gate, gates, notebooks, run

NOTEBOOK_RUN = "notebooks run and give the outputs they keep"
NOTEBOOK_LINT = "style and types of the notebooks"
NOTEBOOK_OUTPUTS = "notebooks keep no outputs but those that are compared"


@pytest.mark.parametrize("name", ["style", "types", NOTEBOOK_LINT, NOTEBOOK_OUTPUTS])
def test_a_new_project_is_clean(name: str, copied: Path, types_cache: str) -> None:
    for command in gate(copied, name):
        outcome = run(command, copied, MYPY_CACHE_DIR=types_cache)
        assert outcome.returncode == 0, outcome.stdout + outcome.stderr


def test_the_tests_of_a_new_project_pass(copied: Path) -> None:
    (command,) = gate(copied, "tests")
    outcome = run(command, copied)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    (copied / "config/prod.yaml").write_text("lake: data/lake\n")
    outcome = run(command, copied)
    assert outcome.returncode == 1
    assert "test_environments_keep_their_data_apart" in outcome.stdout


def test_the_code_location_of_a_new_project_loads(copied: Path) -> None:
    (command,) = gate(copied, "code location")
    outcome = run(command, copied)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr


def test_style_turns_red(copied: Path) -> None:
    lint, layout = gate(copied, "style")
    (copied / "src/demo_odp/helpers/untidy.py").write_text("import os\nx = { 'a':1 }\n")
    assert "F401" in run(lint, copied).stdout
    assert run(lint, copied).returncode == 1
    assert run(layout, copied).returncode == 1


def test_types_turn_red(copied: Path, types_cache: str) -> None:
    (command,) = gate(copied, "types")
    (copied / "src/demo_odp/helpers/mistyped.py").write_text('COUNT: int = "three"\n')
    outcome = run(command, copied, MYPY_CACHE_DIR=types_cache)
    assert outcome.returncode == 1
    assert "mistyped.py:1" in outcome.stdout


def test_style_and_types_of_notebooks_turn_red(copied: Path, types_cache: str) -> None:
    lint, types = gate(copied, NOTEBOOK_LINT)
    harvest = notebooks(copied)[0]
    edit_cell(harvest, "sources", source='import os\n\nodp: int = resource("odp").path("x")')
    outcome = run(lint, copied)
    assert outcome.returncode == 1
    assert "F401" in outcome.stdout
    outcome = run(types, copied, MYPY_CACHE_DIR=types_cache)
    assert outcome.returncode == 1
    assert "harvest.ipynb" in outcome.stdout


def test_a_kept_output_in_another_cell_turns_red(copied: Path) -> None:
    (command,) = gate(copied, NOTEBOOK_OUTPUTS)
    output = {"data": {"text/plain": ["1"]}, "execution_count": None, "metadata": {}, "output_type": "execute_result"}
    edit_cell(notebooks(copied)[0], "look-at-issues", outputs=[output])
    assert run(command, copied).returncode == 1


def test_notebooks_give_the_outputs_they_keep(copied: Path) -> None:
    (command,) = gate(copied, NOTEBOOK_RUN)
    outcome = run(command, copied)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr


def test_a_changed_output_turns_red(copied: Path) -> None:
    (command,) = gate(copied, NOTEBOOK_RUN)
    output = {"data": {"text/plain": ["466"]}, "execution_count": None, "metadata": {}, "output_type": "execute_result"}
    edit_cell(notebooks(copied)[0], "count-issues", outputs=[output])
    outcome = run(f"{command}/bronze", copied)
    assert outcome.returncode == 1
    assert "466" in outcome.stdout
    assert "1 failed" in outcome.stdout


def test_a_notebook_that_fails_turns_red(copied: Path) -> None:
    (command,) = gate(copied, NOTEBOOK_RUN)
    edit_cell(notebooks(copied)[0], "report-date", source='report_date = "2024-12-25"')
    outcome = run(f"{command}/bronze", copied)
    assert outcome.returncode == 1
    assert "odp-issue_2024-12-25.csv" in outcome.stdout


def test_every_gate_of_the_blank_example_passes_once_it_is_promoted(copied_blank: Path, types_cache: str) -> None:
    assert run("promote --check", copied_blank).returncode == 1
    assert run("promote notebooks/*/*.ipynb", copied_blank).returncode == 0
    for name in gates(copied_blank):
        for command in gate(copied_blank, name):
            outcome = run(command, copied_blank, MYPY_CACHE_DIR=types_cache)
            assert outcome.returncode == 0, command + outcome.stdout + outcome.stderr
    assert (copied_blank / "data/lake/bronze/visits.parquet").is_file()
