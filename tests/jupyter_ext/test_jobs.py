"""Promote, edit the module, pull, materialise; and a promotion that nobody waits for any more."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path

from tests.jupyter_ext.conftest import Post, content
from tests.promote.small_project import CLEAN, HARVEST, tree, write_notebook

BRONZE = "rents/notebooks/bronze/harvest.ipynb"
TINY = (("", "import polars as pl"), ("bronze:towns", 'towns = pl.DataFrame({"town": ["Ambridge", "Felpersham"]})'))


async def test_promote_edit_pull_and_materialise(post: Post, project: Path) -> None:
    notebook = write_notebook(project / "notebooks/bronze/harvest.ipynb", TINY)
    status, lines = await post("promote", {"path": BRONZE})
    assert status == 200
    said = [line["told"]["doing"] for line in lines[:-1]]
    assert "copying the project" in said
    assert any("cell 2 of 2 (bronze:towns)" in one for one in said)
    promoted = lines[-1]["answer"]
    assert promoted["exit_code"] == 0
    assert promoted["steps"][0]["status"] == "new"
    assert promoted["steps"][0]["parity"].startswith("equal to the notebook")

    module = project / "src/rents/defs/bronze/towns.py"
    module.write_text(module.read_text().replace('"Felpersham"]', '"Borchester"]'))
    status, found = await post("analyse", {"path": BRONZE, "content": content(TINY)})
    assert found["steps"][0]["state"] == "module"
    status, lines = await post("pull", {"path": BRONZE})
    assert lines[-1]["answer"]["exit_code"] == 0, lines
    assert "Borchester" in notebook.read_text()

    status, lines = await post("materialise", {"path": BRONZE, "selection": "towns"})
    made = lines[-1]["answer"]
    assert (made["exit_code"], made["assets"][0]["status"], made["assets"][0]["rows"]) == (0, "made", 2), made
    assert {"dagster/row_count", "workbench/seconds"} <= {one["name"] for one in made["assets"][0]["metadata"]}
    assert (project / "data/lake/bronze/towns.parquet").is_file()
    status, lines = await post("materialise", {"path": BRONZE, "selection": "town"})
    assert "town" in lines[-1]["refused"]["message"]


async def test_what_cannot_be_promoted_is_said_and_nothing_is_written(post: Post, project: Path) -> None:
    write_notebook(project / "notebooks/silver/clean.ipynb", [*CLEAN, ("gold:dearest", "dearest = nowhere.tail(1)")])
    before = tree(project)
    status, lines = await post("promote", {"path": "rents/notebooks/silver/clean.ipynb", "run": False})
    assert status == 200
    answer = lines[-1]["answer"]
    assert answer["exit_code"] == 1
    assert "PR301" in [one["code"] for one in answer["findings"]]
    assert tree(project) == before


async def test_a_promotion_whose_reader_goes_away_leaves_everything_as_it_was(
    http_server: object, jp_http_port: int, jp_base_url: str, jp_auth_header: dict[str, str], project: Path
) -> None:
    running = project.parent / "running"
    os.mkfifo(running)
    cells = [*HARVEST, ("", f"open({str(running)!r}, 'w').close()\nimport time\nwhile True: time.sleep(1)")]
    write_notebook(project / "notebooks/bronze/harvest.ipynb", cells)
    before, others = tree(project), children_of(os.getpid())
    body = json.dumps({"path": BRONZE})
    _, writer = await asyncio.open_connection("127.0.0.1", jp_http_port)
    head = f"POST {jp_base_url}notebook-workbench/promote HTTP/1.1\r\nHost: 127.0.0.1:{jp_http_port}\r\n"
    head += f"Authorization: {jp_auth_header['Authorization']}\r\nContent-Length: {len(body)}\r\n\r\n"
    writer.write((head + body).encode())
    # The notebook's cell opens the pipe for writing: from then on the kernel is at work
    await asyncio.get_running_loop().run_in_executor(None, lambda: running.open().close())
    job = children_of(os.getpid()) - others  # what other tests have left running is none of it
    assert len(job) >= 3  # the job, what runs the notebook, the kernel
    writer.close()
    while job & children_of(os.getpid()) or any(map(is_alive, job)):
        await asyncio.sleep(0.05)
    assert tree(project) == before


def children_of(pid: int) -> set[int]:
    """Give the processes that descend from one."""
    found: dict[int, int] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if fields[0] != "Z":
                found[int(folder.name)] = int(fields[1])
    family, grown = {pid}, True
    while grown:
        more = {child for child, parent in found.items() if parent in family} - family
        family |= more
        grown = bool(more)
    return family - {pid}


def is_alive(pid: int) -> bool:
    """Say whether a process still runs: one that waits to be reaped does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
