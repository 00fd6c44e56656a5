"""What is said of both sides shows where they differ, however long a statement is."""

from __future__ import annotations

from promote.merge.said import clash
from promote.merge.three_way import Clash
from promote.merge.units import Unit, units
from promote.model import Notebook

START = "rents = (\n" + "".join(f"    raw.filter(pl.col('column_{n}') > {n})\n" for n in range(20))


def unit(last: str) -> tuple[Unit, ...]:
    return tuple(units(f"{START}    {last}\n)"))


def test_long_statements_are_shown_where_they_differ() -> None:
    one = Clash(0, 1, unit(".head(1)"), unit(".head(2)"), unit(".head(3)"))
    said = clash(one, "src/a.py", Notebook("a.ipynb", ()), "silver:a", ()).message
    assert "it was `… ⏎ .head(1) ⏎ …`, the notebook has `… ⏎ .head(2) ⏎ …`, the module has `… ⏎ .head(3) ⏎ …`" in said


def test_a_side_that_has_nothing_is_said_so() -> None:
    one = Clash(0, 1, unit(".head(1)"), (), unit(".head(3)"))
    said = clash(one, "src/a.py", Notebook("a.ipynb", ()), "silver:a", ()).message
    assert "it was `… ⏎ .head(1) ⏎ …`, the notebook has nothing, the module has `… ⏎ .head(3) ⏎ …`" in said


def test_a_secret_is_never_shown() -> None:
    secret = "ghp_" + "a1B2" * 9
    texts = [tuple(units(f"token = '{secret}'\n")), tuple(units(f"token = '{secret}'  # same\n")), ()]
    said = clash(Clash(0, 1, *texts), "src/a.py", Notebook("a.ipynb", ()), "silver:a", ()).message
    assert secret not in said
    assert "*" * len(secret) in said
