"""The module that reviewers read: its shape, its options, and that no text of a notebook can put code into it."""

from __future__ import annotations

import ast
import dataclasses
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_core import partitions
from promote.hashing import body_hash
from promote.model import FrameKind, Options, Plan
from promote.render.header import without_header
from promote.render.kinds import Kinds, Told, guess_kinds
from promote.render.module import render_module, summary
from promote.render.names import module_path
from promote.vocabulary import vocabulary
from tests.promote.graph import planned

HOSTILE = st.text(
    st.one_of(st.characters(), st.sampled_from(list("\"'\\\n\r\0#{}`\u2028\u202e\ud800"))), max_size=80
) | st.sampled_from(
    ['"""', "'''", '\\"""', '"""\nimport os\n"""', "\\", "\\\\\\", 'x"', "\n\nexit()", "# source=0 body=0"]
)


def made(*cells: tuple[str, str], **options: Any) -> Plan:
    """Plan the last step of a notebook and give it options."""
    plan = planned(cells).plans[-1]
    values = {**plan.step.options.values, **options}
    return dataclasses.replace(plan, step=dataclasses.replace(plan.step, options=Options(values)))


def text_of(plan: Plan, output: FrameKind = "lazy", *, verified: bool = True, **resources: str) -> str:
    kinds = Kinds({i.parameter: "lazy" for i in plan.function.inputs}, output, guessed=False)
    return render_module(plan, kinds, "project", resources, verified=verified).text


SIMPLE = (("", "import polars as pl"), ("silver:rents", "rents = pl.LazyFrame({'n': [1]})"))


@given(HOSTILE, HOSTILE, HOSTILE)
def test_no_text_of_a_notebook_becomes_code(description: str, markdown: str, notebook: str) -> None:
    plan = made(*SIMPLE, description=description, owner=(description,), tags={"a": markdown})
    plan = dataclasses.replace(plan, notebook=notebook, step=dataclasses.replace(plan.step, markdown=markdown))
    honest = ast.parse(text_of(made(*SIMPLE, description="x", owner=("x",), tags={"a": "x"})))
    module = ast.parse(text_of(plan))
    assert [type(n) for n in module.body] == [type(n) for n in honest.body]
    calls = [ast.dump(n.func) for n in ast.walk(module) if isinstance(n, ast.Call)]
    assert calls == [ast.dump(n.func) for n in ast.walk(honest) if isinstance(n, ast.Call)]


@given(HOSTILE)
def test_a_text_given_to_a_decorator_arrives_as_it_was(description: str) -> None:
    module = ast.parse(text_of(made(*SIMPLE, owner=(description,))))
    decorator = next(n for n in ast.walk(module) if isinstance(n, ast.Call) and ast.unparse(n.func) == "silver_asset")
    owners = next(k.value for k in decorator.keywords if k.arg == "owners")
    assert ast.literal_eval(owners) == [description]


def test_the_header_names_notebook_and_hashes_and_is_no_part_of_the_body() -> None:
    text = text_of(made(*SIMPLE))
    assert "# Promoted from notebooks/case.ipynb, step silver:rents. Change the notebook and run `promote`.\n" in text
    body = without_header(text)
    assert "Promoted from" not in body
    assert f"body={body_hash(body)}\n" in text
    assert without_header(text_of(made(*SIMPLE), verified=False)) == body
    assert "# UNVERIFIED" in text_of(made(*SIMPLE), verified=False)


def test_every_option_reaches_the_decorator() -> None:
    text = text_of(
        made(
            *SIMPLE,
            key=("n",),
            checks=("no_nulls", {"accepted_values": {"n": [1, 2]}}),
            severity="warn",
            owner=("team:housing", "a@example.org"),
            freshness={"maximum_lag_minutes": 60},
            deps=("other",),
            kinds=("table",),
            tags={"domain": "housing"},
            classification="OFFICIAL",
            retention_days=30,
            cost=0.5,
            compute={"kind": "fargate", "cpu_units": 512, "memory_mb": 1024},
        )
    )
    assert text[text.index("@silver_asset") : text.index("def rents_asset")] == (
        "@silver_asset(\n"
        '    name="rents",\n'
        '    description="Rents.",\n'
        '    key=["n"],\n'
        '    data_quality_checks=["no_nulls", {"accepted_values": {"n": [1, 2]}}],\n'
        '    severity="warn",\n'
        "    freshness_policy=freshness(maximum_lag_minutes=60),\n"
        '    owners=["team:housing", "a@example.org"],\n'
        '    deps=["other"],\n'
        '    kinds=["table"],\n'
        '    tags={"domain": "housing"},\n'
        '    classification="OFFICIAL",\n'
        "    retention_days=30,\n"
        "    cost=0.5,\n"
        f'    code_version="{made(*SIMPLE).code_version}",\n'
        '    notebook="notebooks/case.ipynb",\n'
        ")\n"
        "@fargate_compute(cpu_units=512, memory_mb=1024)\n"
    )
    assert "from platform_core.sdk.decorators import fargate_compute\n" in text


def test_a_local_step_needs_no_decorator_and_a_schema_is_handed_on() -> None:
    text = text_of(made(*SIMPLE, compute={"kind": "local"}, schema="Rows"))
    assert "compute" not in text
    assert "    schema=Rows,\n" in text


def test_a_step_that_is_too_large_for_a_machine_goes_to_dask() -> None:
    text = text_of(made(*SIMPLE, compute={"kind": "dask", "workers": 4}))
    assert "from platform_core.sdk.decorators import dask_compute\n" in text
    assert "@dask_compute(workers=4)\ndef rents_asset(" in text


def test_what_ends_in_a_function_has_a_blank_line_before_it_returns() -> None:
    text = text_of(planned([("bronze:a", "k = len('a')\na = [k]\ndef f():\n    return a.append(k)")]).plans[0])
    assert "    def f():\n        return a.append(k)\n\n    return a\n" in text


def test_a_parameter_of_any_type_is_typed_so() -> None:
    cells = (("parameters", "least = {}"), ("bronze:a", "a = [least]"))
    text = text_of(planned(cells).plans[0])
    assert "from typing import Any\n" in text
    assert "    least: dict[str, Any] = {}\n" in text


def test_a_resource_with_the_name_of_the_step_does_not_stand_where_the_function_does() -> None:
    cells = (
        ("", "import polars as pl\n\nfrom platform_core.sdk import resource"),
        ("bronze:towns", 'towns = pl.scan_csv(resource("towns").path("a.csv"))'),
    )
    text = text_of(planned(cells).plans[0], towns="FilesResource")
    assert "\n\n\n_towns = towns  # a resource has the name too\n\n\n@bronze_asset(" in text
    assert text.endswith("    return _towns(towns)\n")


def test_parameters_become_a_typed_config_and_a_partition_key_does_not() -> None:
    cells = (
        ("", "import polars as pl\n\nfrom platform_core.sdk import resource"),
        ("parameters", 'year = "2024"\nleast: float = 1\nnames = ["a"]'),
        (
            "bronze:rents",
            "#| partitions: {by: static, values: years, parameter: year}\n"
            'read = pl.scan_csv(resource("towns").path(f"{year}.csv"))\n'
            'rents = read.filter(pl.col("n") > least, pl.col("t").is_in(names))',
        ),
    )
    text = text_of(planned(cells).plans[0], towns="FilesResource")
    fields = '    least: float = 1\n    names: list[str] = ["a"]\n'
    assert f'class RentsConfig(Config):\n    """Parameters of rents."""\n\n{fields}' in text
    assert (
        "def rents_asset(context: AssetExecutionContext, config: RentsConfig, towns: FilesResource) -> pl.LazyFrame:\n"
        in text
    )
    assert "return rents(towns, least=config.least, names=config.names, year=context.partition_key)\n" in text
    assert 'partitions_def=static_partitions("years"),\n' in text
    counted = (
        ("parameters", "year = 2024\nleast = 1"),
        ("bronze:a", f"{cells[2][1].splitlines()[0]}\na = [year, least]"),
        ("check:a", "assert a == [year, least]"),
    )
    text = text_of(planned(counted).plans[0])
    assert "return a(least=config.least, year=int(context.partition_key))\n" in text
    # A check looks at its own partition, with the values of the run that made it
    assert '@asset_check(asset="a", blocking=True, partitions_def=static_partitions("years"))\n' in text
    assert '    config = config_of(context, AConfig, "a")\n' in text
    assert "run_assertions(check_a, a, year=int(context.partition_key), least=config.least)\n" in text


@pytest.mark.parametrize("way", vocabulary()["partitions"]["by"]["choices"])
def test_each_way_to_cut_an_asset_is_a_function_of_the_platform(way: str) -> None:
    told = "values: years" if way == "static" else "start: 2023-04-06"
    cells = (
        ("", "import polars as pl"),
        ("parameters", 'year = "2023-04-06"'),
        (
            "bronze:rents",
            f"#| partitions: {{by: {way}, {told}, parameter: year}}\nrents = pl.LazyFrame({{'y': [year]}})",
        ),
    )
    text = text_of(planned(cells).plans[0])
    assert f"from platform_core.partitions import {way}_partitions\n" in text
    argument = '"years"' if way == "static" else '"2023-04-06"'
    assert f"partitions_def={way}_partitions({argument}),\n" in text
    assert callable(getattr(partitions, f"{way}_partitions"))


def test_checks_and_charts_stand_beside_the_asset() -> None:
    cells = (
        *SIMPLE,
        ("check:rents", "#| severity: warn\nassert rents.collect().height > 0"),
        ("check:rents", "assert rents.collect_schema().names() == ['n']"),
        ("chart:rents", "import altair as alt\nalt.Chart(rents.collect()).mark_bar()"),
    )
    text = text_of(planned(cells).plans[0])
    assert '@asset_check(asset="rents", severity="warn")\ndef rents_check(' in text
    assert '@asset_check(asset="rents", blocking=True)\ndef rents_check_2(' in text
    assert "    return alt.Chart(rents.collect()).mark_bar()\n" in text
    assert "    charts=[chart_rents],\n" in text


def test_an_input_that_the_step_changes_is_copied_first() -> None:
    cells = (
        ("", "import pandas as pd"),
        ("bronze:a", "a = pd.DataFrame({'n': [1]})"),
        ("silver:b", "a['m'] = 2\nb = a"),
    )
    plan = planned(cells).plans[1]
    text = render_module(plan, Kinds({"a": "pandas"}, "pandas", guessed=False), "project", {}, verified=True).text
    assert "    a = a.copy()  # the notebook changes it in place\n    a['m'] = 2\n    b = a\n    return b\n" in text


@pytest.mark.parametrize(
    ("first", "then", "copy"),
    [
        ("", "b = [a]", "deepcopy(a)"),
        ("from copy import deepcopy", "b = deepcopy(a)", "deepcopy(a)"),
        ("def deepcopy(x):\n    return [x]", "b = deepcopy(a)", '__import__("copy").deepcopy(a)'),
    ],
)
def test_an_input_that_may_be_no_frame_is_copied_whatever_it_is(first: str, then: str, copy: str) -> None:
    plan = planned((("", first), ("bronze:a", "a = {'n': 1}"), ("silver:b", f"a['m'] = 2\n{then}"))).plans[1]
    kinds = Kinds({"a": "unknown"}, "unknown", guessed=True)
    text = render_module(plan, kinds, "project", {}, verified=False).text
    assert f"    a = {copy}  # the notebook changes it in place\n" in text


@pytest.mark.parametrize(
    ("markdown", "said"),
    [
        ("", "Rents."),
        ("# Rents\n\nWhat *tenants* pay. And more.", "What *tenants* pay."),
        ("# Only a title", "Rents."),
        ("| a | b |\n|---|---|\n\nAfter a table", "After a table"),
        ("One sentence\nover two lines. Second.", "One sentence over two lines."),
        ("# Rents\n\nAll about rents.\n\n## Load\n\nRead what was\npublished. And more.", "Read what was published."),
        ("# Rents\n\nAll about rents.\n\n## Load", "All about rents."),
        ("# Rents\n\n## 2.1 *Dear* towns", "Dear towns."),
        ("We clean\n- names\n- rents", "We clean"),
        ("```python\nx = 1\n\ny = 2\n```\n\nWhat is dear.", "What is dear."),
    ],
)
def test_the_summary_is_the_first_sentence_above_the_step(markdown: str, said: str) -> None:
    plan = made(*SIMPLE)
    assert summary(dataclasses.replace(plan, step=dataclasses.replace(plan.step, markdown=markdown))) == said


@pytest.mark.parametrize(
    ("markdown", "said"),
    [
        ("What is\ndear. And where.\n\nBut why?", "What is dear.\n\nAnd where.\n\nBut why?"),
        ("## Dear\n\nWhat is dear.", "What is dear.\n\nDear"),
        ("## Dear\nWhat is dear.", "What is dear.\n\nDear"),
        ("# Rents\n## Dear towns", "Dear towns.\n\nRents"),
        ("<a id='dear'></a>\n## Dear towns\n<br>\n\n</div>", "Dear towns."),
        ("We clean\n- names\n- rents", "We clean\n\nWe clean\n- names\n- rents"),
        ("What is dear.", "What is dear."),
    ],
)
def test_the_modules_docstring_says_nothing_twice(markdown: str, said: str) -> None:
    plan = made(*SIMPLE)
    plan = dataclasses.replace(plan, step=dataclasses.replace(plan.step, markdown=markdown))
    text = text_of(plan)
    assert ast.get_docstring(ast.parse(text)) == said


def test_the_module_stands_where_the_layer_says() -> None:
    assert module_path(made(*SIMPLE), "some.package") == "src/some/package/defs/silver/rents.py"


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("out = pl.scan_csv('x').filter(True)", "lazy"),
        ("out = pl.read_csv('x')", "polars"),
        ("out = pl.read_csv('x').lazy().select('a')", "lazy"),
        ("out = pl.LazyFrame({}).collect()", "polars"),
        ("out = pl.concat([pl.LazyFrame({}), pl.LazyFrame({})])", "lazy"),
        ("out = pd.read_csv('x').query('a > 1')[['a']]", "pandas"),
        ("out = duckdb.sql('select 1')", "duckdb"),
        ("out = duckdb.sql('select 1').pl()", "polars"),
        ("out = helper()", "unknown"),
        ("tmp = pl.scan_csv('x')\nout = tmp.sort('a')", "lazy"),
    ],
)
def test_kinds_are_guessed_from_the_last_call_that_decides(source: str, kind: str) -> None:
    cells = (("", "import duckdb\nimport pandas as pd\nimport polars as pl\ndef helper(): ..."), ("bronze:out", source))
    assert guess_kinds(planned(cells).plans[0], {}).output == kind


def test_a_step_of_one_kind_of_input_is_guessed_to_give_that_kind() -> None:
    cells = (
        ("", "import pandas as pd\ndef f(x): return x"),
        ("bronze:a", "a = pd.DataFrame()"),
        ("silver:b", "b = f(a)"),
    )
    assert guess_kinds(planned(cells).plans[1], {"a": "pandas"}).output == "pandas"


def test_kinds_that_are_asked_for_late_are_told_in_the_order_of_the_steps() -> None:
    cells = [("", "import pandas as pd"), ("bronze:a", "a = pd.DataFrame()"), ("silver:b", "b = a.head(1)")]
    steps, told = planned(cells).plans, Told()
    of_a, of_b = [told.add(one, None) for one in steps]
    assert of_b().inputs == {"a": "pandas"}
    assert (of_a().output, of_b().guessed) == ("pandas", True)
    shown = Told()
    asked = [shown.add(steps[0], ({}, "polars")), shown.add(steps[1], None)]
    assert asked[1]().inputs == {"a": "polars"}
