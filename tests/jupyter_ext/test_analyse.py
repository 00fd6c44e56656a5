from __future__ import annotations

import json
from pathlib import Path

from tests.jupyter_ext.conftest import Post, content
from tests.promote.small_project import CLEAN, HARVEST

PATH = "rents/notebooks/silver/clean.ipynb"


async def test_the_notebook_of_the_editor_is_analysed_and_not_the_file(post: Post, project: Path) -> None:
    cells = [*CLEAN, ("gold:dearest", "dearest = rents.tail(1)\nlimit = undefined_name")]
    status, found = await post("analyse", {"path": PATH, "content": content(cells)})
    assert status == 200
    assert [step["tag"] for step in found["steps"]] == ["silver:rents", "gold:rent_by_town", "gold:dearest"]
    rents = found["steps"][0]
    assert [given["asset"] for given in rents["inputs"]] == ["raw_rents"]
    assert rents["cells"] == [4]
    assert rents["checks"] == ["no_nulls", "unique_values", "check_rents"]
    assert (rents["state"], rents["cost"]) == ("new", None)
    refused = [one for one in found["findings"] if one["severity"] == "error"]
    assert [(one["code"], one["cell"], one["line"], one["column"]) for one in refused] == [("PR301", 7, 2, 9)]
    assert found["steps"][2]["state"] == "refused"
    assert {"from": "raw_rents", "to": "rents"} in found["lineage"]["edges"]
    assert [node["name"] for node in found["lineage"]["nodes"] if not node["here"]] == ["raw_rents"]
    assert not (project / "src/rents/defs/silver").exists()


async def test_nothing_of_a_notebook_is_executed(post: Post, project: Path) -> None:
    made = project / "made"
    cells = [("silver:rents", f"open({str(made)!r}, 'w')\n!touch {made}\nrents = 1")]
    status, _ = await post("analyse", {"path": PATH, "content": content(cells)})
    assert status == 200
    assert not made.exists()


async def test_a_preview_says_which_lines_came_from_which_cell(post: Post, project: Path) -> None:
    body = {"path": PATH, "content": content(CLEAN), "step": "silver:rents"}
    status, found = await post("preview", body)
    assert status == 200
    module = found["files"][0]
    assert module["path"] == "src/rents/defs/silver/rents.py"
    lines = module["text"].split("\n")
    cell = CLEAN[3][1].split("\n")
    of_the_step = [one for one in module["map"] if one["cell"] == 4]
    assert of_the_step
    for one in of_the_step:
        kept = [line.strip() for line in lines[one["first"] - 1 : one["last"]]]
        assert kept[0] in [line.strip() for line in cell[one["from"] - 1 : one["to"]]]
    assert module["diff"].startswith("--- /dev/null\n+++ b/src/rents/defs/silver/rents.py\n")
    status, refused = await post("preview", {**body, "step": "silver:other"})
    assert (status, refused["message"]) == (422, "'silver:other' cannot be promoted as it is.")


async def test_a_fix_gives_the_cells_that_it_changes(post: Post, project: Path) -> None:
    cells = [("sliver:rents", "import polars as pl\nrents = pl.LazyFrame({'a': [1]})"), ("", "x = 1")]
    status, found = await post("analyse", {"path": PATH, "content": content(cells)})
    fixable = next(one for one in found["findings"] if one["fix"])
    before = (project / "notebooks/silver/clean.ipynb").read_bytes()
    status, fixed = await post("fix", {"path": PATH, "content": content(cells), "finding": fixable})
    assert status == 200
    assert [(cell["position"], cell["tags"]) for cell in fixed["cells"]] == [(1, ["silver:rents"])]
    assert (project / "notebooks/silver/clean.ipynb").read_bytes() == before
    status, refused = await post("fix", {"path": PATH, "content": content(cells), "finding": {"code": "PR202"}})
    assert status == 422
    assert "gone" in refused["message"]


async def test_a_fix_declares_the_resource_that_it_reads_a_file_through(post: Post, project: Path) -> None:
    cells = [("bronze:towns", "import polars as pl\ntowns = pl.read_csv('../../sources/towns.csv')")]
    _, found = await post("analyse", {"path": PATH, "content": content(cells)})
    fixable = next(one for one in found["findings"] if one["code"] == "PR707")
    body = {"path": PATH, "content": content(cells), "finding": fixable}
    status, refused = await post("fix", body)
    assert (status, refused["message"]) == (422, "The file that is read is not in the project.")
    (project / "sources/towns.csv").write_text("town\nAmbridge\n")
    status, fixed = await post("fix", body)
    assert status == 200
    (cell,) = fixed["cells"]
    assert cell["source"].endswith('\ntowns = pl.read_csv(resource("sources").path("towns.csv"))')
    assert "\n  sources: {type: files, root: sources}\n" in (project / "config/base.yaml").read_text()


async def test_a_fix_may_make_a_cell(post: Post) -> None:
    towns = "import polars as pl\ntowns = pl.DataFrame({'a': [1]})"
    cells = [("bronze:towns", f"{towns}\ntowns.write_csv('a.csv')"), ("", "x = 1")]
    _, found = await post("analyse", {"path": PATH, "content": content(cells)})
    export = next(one for one in found["findings"] if one["code"] == "PR709")
    status, fixed = await post("fix", {"path": PATH, "content": content(cells), "finding": export})
    assert status == 200
    assert [(one["position"], one["source"], one["tags"], one["made"]) for one in fixed["cells"]] == [
        (1, towns, ["bronze:towns"], False),
        (2, "towns.write_csv('a.csv')", [], True),
    ]


async def test_steps_are_suggested_as_tags_of_cells(post: Post, project: Path) -> None:
    cells = [
        ("", "import polars as pl\nLEAST = 2"),
        ("", "towns = pl.DataFrame({'town': ['a', 'b'], 'n': [1, 3]})"),
        ("", "few = towns.filter(pl.col('n') >= LEAST)\nmost = few.group_by('town').agg(pl.col('n').max())"),
    ]
    before = (project / "notebooks/silver/clean.ipynb").read_bytes()
    status, found = await post("suggest", {"path": PATH, "content": content(cells)})
    assert status == 200
    assert (found["tags"], found["needed"], found["said"]) == (["parameters", "bronze:towns", "gold:most"], False, [])
    assert [(one["position"], one["source"], one["tags"], one["made"]) for one in found["cells"]] == [
        (n, source, [tag], False) for n, ((_, source), tag) in enumerate(zip(cells, found["tags"], strict=True), 1)
    ]
    assert (project / "notebooks/silver/clean.ipynb").read_bytes() == before
    status, refused = await post("suggest", {"path": PATH, "content": content([("", "x = 1")])})
    assert (status, refused["message"]) == (422, "No steps can be suggested for this notebook.")
    assert "No cell binds a frame" in refused["hint"]


async def test_what_is_worst_is_told_first(post: Post) -> None:
    cells = [
        ("bronze:towns", "import polars as pl\ntowns = pl.DataFrame({'a': [1]})\ntowns"),
        ("silver:few", "few = towns.filter(least)"),
    ]
    _, found = await post("analyse", {"path": PATH, "content": content(cells)})
    severities = [one["severity"] for one in found["findings"]]
    assert severities == sorted(severities, key=["error", "warning", "note"].index)
    assert {"error", "note"} <= set(severities)


async def test_options_are_checked_as_the_notebook_checks_them(post: Post) -> None:
    options = {
        "compute": {"kind": "fargate", "cpu_units": 512, "memory_mb": 100},
        "owner": "team:planning",
        "kees": ["a"],
        "severity": "error",
    }
    status, found = await post("options", {"tag": "silver:rents", "options": options})
    assert status == 200
    assert [problem["key"] for problem in found["problems"]] == ["compute", "kees"]
    assert "memory_mb" in found["problems"][0]["message"]


async def test_the_catalogue_knows_assets_before_and_after_they_are_made(post: Post, project: Path) -> None:
    import polars as pl

    from platform_core.lake import Lake

    lake = Lake(project / "data/lake")
    lake.write("silver", "rents", pl.LazyFrame({"town": ["a"], "rent": [900]}))
    lake.write("gold", "by_hand", pl.LazyFrame({"n": [1, 2]}))
    status, found = await post("catalogue", {"path": PATH})
    assert status == 200
    by_name = {asset["name"]: asset for asset in found["assets"]}
    assert set(by_name) == {"raw_rents", "rents", "rent_by_town", "by_hand"}
    assert (by_name["rents"]["rows"], by_name["rents"]["columns"]) == (1, [["town", "String"], ["rent", "Int64"]])
    assert by_name["rents"]["written"]
    assert (by_name["raw_rents"]["made"], by_name["raw_rents"]["description"]) == (False, "Rents as published")
    assert (by_name["by_hand"]["notebook"], by_name["by_hand"]["rows"]) == ("", 2)


async def test_rows_are_shown_of_official_assets_and_of_no_other(post: Post, project: Path) -> None:
    import polars as pl

    from platform_core.lake import Lake

    lake = Lake(project / "data/lake")
    for name in ("rents", "rent_by_town"):
        lake.write("silver" if name == "rents" else "gold", name, pl.LazyFrame({"town": ["a" * 100, None]}))
    path = project / "notebooks/silver/clean.ipynb"
    notebook = json.loads(path.read_text())
    notebook["cells"][3]["metadata"]["workbench"] = {"classification": "OFFICIAL"}
    path.write_text(json.dumps(notebook))
    status, found = await post("peek", {"path": PATH, "asset": "rents"})
    assert (status, found["columns"], found["rows"]) == (200, ["town"], [["a" * 59 + "…"], [""]])
    status, refused = await post("peek", {"path": PATH, "asset": "rent_by_town"})
    assert (status, refused["message"]) == (422, "The rows of rent_by_town are not shown here.")
    status, _ = await post("peek", {"path": PATH, "asset": "../../secret"})
    assert status == 422


async def test_a_neighbour_downstream_is_known_by_its_evidence(post: Post, project: Path) -> None:
    evidence = {
        "version": 1, "source": "s", "code_version": "c", "verified": True, "files": {}, "partition": None,
        "inputs": {"raw_rents": {"kind": "lazy", "rows": 1, "digest": "", "schema": {}, "code_version": ""}},
        "output": {"kind": "lazy", "rows": 1, "digest": "", "schema": {}}, "checks": [], "tools": {},
        "parity": {"verdict": "equal", "order": "compared", "tolerance": None}, "tests": {"passed": 1},
    }  # fmt: skip
    path = project / "evidence/silver/rents.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(evidence))
    status, found = await post("analyse", {"path": "rents/notebooks/bronze/harvest.ipynb", "content": content(HARVEST)})
    assert status == 200
    assert found["lineage"]["edges"] == [{"from": "raw_rents", "to": "rents"}]
