"""The look at each criterion, by the id that `criteria.json` gives it. A look claims nothing that it has not found."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from workbench.rap import looks_files as files
from workbench.rap import looks_proof as proof
from workbench.rap.facts import Facts
from workbench.rap.look import Look

LOOKS: Mapping[str, Callable[[Facts], Look]] = {
    look.__name__: look
    for look in (
        files.open_source,
        files.version_control,
        files.readme,
        files.published,
        files.documentation,
        files.layout,
        files.functions,
        files.coding_standards,
        files.dependencies,
        files.pinned,
        files.logs,
        files.packaged,
        files.ci,
        files.triggers,
        files.changelog,
        proof.peer_review,
        proof.code_of_practice,
        proof.manual_steps,
        proof.tests,
        proof.tidy,
        proof.parameters,
        proof.validation,
        proof.assurance,
    )
}
