r'''Promotion: from tagged notebook cells to verified Dagster asset modules.

The journey of one tiny notebook, stage by stage. A notebook is read as a value:

>>> import json
>>> from promote.notebook.read import parse
>>> cells = [
...     ("", "import polars as pl"),
...     ("bronze:rents", "rents = pl.LazyFrame({'town': ['a', 'b', 'a'], 'rent': [900, 700, 1100]})"),
...     ("", "rents.collect()"),
...     ("gold:dearest", "dearest = rents.sort('rent').tail(1)"),
... ]
>>> content = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [
...     {"cell_type": "code", "metadata": {"tags": tag.split()}, "source": source} for tag, source in cells]}
>>> notebook = parse(json.dumps(content).encode(), "notebooks/rents.ipynb")

Its cells get their roles, and the cells of one tag form a step:

>>> from promote.selection.select import select
>>> selection = select(notebook)
>>> [step.tag for step in selection.steps]
['bronze:rents', 'gold:dearest']

Data flow follows every name back to what gave it its value, and each step is planned: `dearest` needs `rents`, which is
the output of another step and so becomes an input.

>>> from promote.plan import plan
>>> plans = plan(selection).plans
>>> [(made.function.name, [given.asset for given in made.function.inputs]) for made in plans]
[('rents', []), ('dearest', ['rents'])]

A plan is rendered with the kinds of its frames, which verification sees and `guess_kinds` guesses:

>>> from promote.render.kinds import guess_kinds
>>> from promote.render.module import render_module
>>> module = render_module(plans[1], guess_kinds(plans[1], {"rents": "lazy"}), "project", {}, verified=True)
>>> module.path
'src/project/defs/gold/dearest.py'
>>> print("\n".join(module.text.split("\n")[10:14]))
def dearest(rents: pl.LazyFrame) -> pl.LazyFrame:
    """Dearest."""
    dearest = rents.sort('rent').tail(1)
    return dearest

From there `promote.pipeline` goes on to disk and processes: drift, verification, writing, the report.
'''

__version__ = "0.1.0"
