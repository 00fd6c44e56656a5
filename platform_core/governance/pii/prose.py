"""Presidio as a second engine for names in prose, where it and a language model are installed."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

import polars as pl

from platform_core.errors import UserError
from platform_core.governance.pii.texts import SCHEMA

_HINT = "Install `presidio-analyzer` and a model of spaCy (`python -m spacy download en_core_web_lg`), or leave engine= out."


def finder() -> Callable[[pl.DataFrame], pl.DataFrame]:
    """Give the function that finds people in cells through Presidio; made once, since its model takes seconds to load.

    Raises:
        UserError: Presidio or its model is not installed.
    """
    try:
        engine = import_module("presidio_analyzer").AnalyzerEngine()
    except ModuleNotFoundError as error:
        raise UserError(f"The engine 'presidio' needs the package {error.name!r}.", hint=_HINT) from None
    except (OSError, SystemExit) as error:  # spaCy ends the process where it cannot fetch a model
        raise UserError("The engine 'presidio' has no language model to load.", hint=_HINT) from error

    def find(cells: pl.DataFrame) -> pl.DataFrame:
        rows = [
            (row, "name", result.start, result.end, min(0.85, result.score), False, False)
            for row, text in cells.select("row", "text").iter_rows()
            for result in engine.analyze(text=text, language="en", entities=["PERSON"])
        ]
        return pl.DataFrame(rows, schema=SCHEMA, orient="row")

    return find
