"""Propose steps for the notebook as the editor has it; the front end puts the tags into the model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jupyter_ext.tasks.fix import changed
from jupyter_ext.tasks.opened import opened
from platform_core.errors import UserError
from workbench.proposals import marked, proposed

Tell = Any


def run(question: Mapping[str, Any], _: Tell) -> dict[str, Any]:
    """Give the cells that get tags, the tags in their order, and what else there is to say of the proposal.

    Raises:
        UserError: Nothing can be proposed; it says why.
    """
    found = opened(question)
    own = found.notebook.path
    taken = {name for path, made in found.rows.items() if path != own for _, name, _ in made}
    proposal, _asked = proposed(found.project, found.notebook, taken)
    said = [*(f"{one.code} {one.message}" for one in proposal.stopped), *proposal.left]
    if not proposal.steps:
        raise UserError("No steps can be suggested for this notebook.", hint=" ".join(said))
    steps = sorted(proposal.steps, key=lambda one: one.cells)
    return {
        "tags": [*(one.tag for one in proposal.roles), *(one.tag for one in steps)],
        "needed": proposal.needed,
        "said": said,
        "cells": changed(found.raw, marked(found.raw, found.notebook, proposal)),
    }
