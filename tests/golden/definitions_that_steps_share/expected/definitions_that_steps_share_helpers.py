"""What several steps of one notebook share."""

# Promoted from notebooks/definitions_that_steps_share.ipynb. Change the notebook and run `promote`.

KINDS = ["x", "y"]


def known(frame):
    """Keep the kinds we know."""
    return frame[frame.k.isin(KINDS)]  # others are mistakes
