"""Every block of code of the documentation is run, or held to what reads it, or says why not."""

from __future__ import annotations

import doctest
import json
import re
import shlex
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from platform_core.config import load_config
from platform_core.errors import UserError
from platform_core.governance.policies import load_policies
from promote.arguments import parser as promote_parser
from tests.documents.blocks import ALL, ROOT, Block
from tests.documents.guides import GUIDES
from workbench.cli import build_parser

COMMANDS = ("workbench", "promote")
# Pages without marks: README is read as text, and the other is made from the vocabulary
OF_UNMARKED = {
    "%%sql dear <<": "tests/promote/ipython",
    "make demo": "tests/workbench/test_demo.py",
    "#| key: [authority, dataset]": "tests/documents/test_readme.py",
    "notebooks/rents.ipynb:cell 4": "tests/documents/test_readme.py",
}
UNMARKED = {"README.md", "docs/reference/ipython.md"}
POLICIES = {"use", "rules", "exceptions", "processing", "downgrades", "holds", "roles"}
PAGES = sorted({one.page for one in ALL if one.language == "python" and not one.elsewhere} - GUIDES - {"README.md"})


def unmarked(*languages: str) -> list[Block]:
    """Give the blocks of these languages that are to be run or held to something here."""
    return [
        one
        for one in ALL
        if one.language in languages and not (one.elsewhere or one.reason or one.page in GUIDES or elsewhere(one))
    ]


def elsewhere(block: Block) -> str | None:
    """Give the test that runs a block."""
    of_unmarked = (test for words, test in OF_UNMARKED.items() if block.text.startswith(words))
    return block.elsewhere or (next(of_unmarked, None) if block.page in UNMARKED else None)


def named(block: Block) -> str:
    return block.name


def test_what_runs_a_block_elsewhere_is_there() -> None:
    tests = {one.name: elsewhere(one) for one in ALL}
    assert {name: test for name, test in tests.items() if test and not (ROOT / test).exists()} == {}


def test_no_block_is_left_out() -> None:
    read = {"python", "yaml", "toml", "json", "", "bash"}
    assert [one.name for one in unmarked(*{one.language for one in ALL} - read)] == []


@pytest.mark.parametrize("page", PAGES)
def test_examples_run(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    names: dict[str, Any] = {"__name__": "example"}
    runner = doctest.DocTestRunner(verbose=False)
    for block in (one for one in ALL if one.page == page and one.language == "python" and not one.elsewhere):
        if ">>>" not in block.text:
            exec(compile(block.text, block.name, "exec", dont_inherit=True), names)  # noqa: S102 - our own page, and running it is the test
            continue
        examples = doctest.DocTestParser().get_doctest(block.text, names, block.name, page, 0)
        said: list[str] = []
        runner.run(examples, out=said.append, clear_globs=False)
        assert not runner.failures, "".join(said)
        names = examples.globs


@pytest.mark.parametrize("block", unmarked("yaml", "toml", "json"), ids=named)
def test_settings_are_taken(block: Block, tmp_path: Path) -> None:
    if block.language == "json":
        json.loads(block.text)
        return
    if block.language == "toml":
        settings = tomllib.loads(block.text)
        known = set(re.findall(r'"(\w+)"', " ".join(path.read_text(encoding="utf-8") for path in SETTINGS_READERS)))
        assert set(settings["tool"].get("workbench", {})) - known - {"package"} == set()
        return
    for text in re.split(r"^# or, .*\n", block.text, flags=re.MULTILINE):  # two ways to write one key
        kind = "policies" if POLICIES & set(yaml.safe_load(text)) else "config"
        (tmp_path / kind).mkdir(exist_ok=True)
        (tmp_path / kind / "base.yaml").write_text(text, encoding="utf-8")
        if kind == "config":
            (tmp_path / "config/dev.yaml").write_text(RESOURCES)
        assert (load_policies if kind == "policies" else load_config)(tmp_path) is not None


# What sections of the configuration name and their pages leave out
RESOURCES = "resources: {s3: {type: s3, bucket_name: arrivals}, files: {type: files, root: sources}}"
SETTINGS_READERS = [path for package in COMMANDS for path in (ROOT / package).rglob("*.py")]


@pytest.mark.parametrize("block", unmarked("", "bash"), ids=named)
def test_commands_are_those_of_the_command_line(block: Block) -> None:
    said = [line.removeprefix("$ ") for line in re.sub(r"\\?\n +", " ", block.text).splitlines()]
    lines = [line for line in said if line.startswith(COMMANDS)]
    assert lines, "no command: say what runs the block, or why nothing does"
    for line in lines:
        held(line)


def held(line: str) -> None:
    """Hold a line to the parser: a synopsis to the options that it names, a command to all of it."""
    command = re.split(r"  +| #", line)[0]
    if not re.search(r"[\[…|]|\b[A-Z]{3,}\b", command):
        words = shlex.split(command)
        (promote_parser() if words[0] == "promote" else build_parser()).parse_args(words[1:])
        return
    word, name = command.split()[:2]
    parser: Any = promote_parser() if word == "promote" else build_parser()
    if word == "workbench":
        parser = next(one for one in parser._actions if one.dest == "command").choices[name]
        under = next((one.choices for one in parser._actions if isinstance(one.choices, dict)), {})
        parser = under.get(([*command.split(), ""])[2], parser)
    known = {option: one for one in parser._actions for option in one.option_strings}
    for option, values in re.findall(r"(--[\w-]+)(?: ((?:[\w-]+\|)+[\w-]+))?", command):
        assert option in known, f"{option} is no option of {command!r}"
        if values and known[option].choices:
            assert set(values.split("|")) == set(known[option].choices), command


def test_a_wrong_option_is_found() -> None:
    with pytest.raises(AssertionError, match="--columms"):
        held("workbench review BASE..HEAD [--columms]")
    with pytest.raises(UserError, match="unrecognized"):
        held("workbench status --jsn")
