"""What several steps of one notebook share."""

# Promoted from notebooks/a_slice_that_two_steps_share.ipynb. Change the notebook and run `promote`.

from typing import Any


def make_names(a: Any) -> Any:
    """Make names as cell 3 of notebooks/a_slice_that_two_steps_share.ipynb does."""
    names = {k: k.upper() for k in a.k}
    return names
