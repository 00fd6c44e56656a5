"""Why a column cannot stand in a Parquet file; the frame's name for it is added where it is known."""

from __future__ import annotations


class Unstorable(Exception):  # noqa: N818 - a reason on its way to becoming a UserError, never seen by a user
    """What a column holds that no Parquet file can hold.

    Attributes:
        held: What it holds, as it stands behind `Column 'x' holds`; types only, never a value.
        advice: What to do, with `{}` where the column is named as code.
    """

    def __init__(self, held: str, advice: str) -> None:
        super().__init__(held)
        self.held, self.advice = held, advice
