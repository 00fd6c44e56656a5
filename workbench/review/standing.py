"""How the evidence of an asset stands to its module: whether what a reviewer is told was shown of this very code."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache

from promote.hashing import body_hash
from promote.render.header import without_header
from workbench.review.values import Asset, Proof
from workbench.review.wording import name, names

TextOf = Callable[[str], str | None]

_hash = lru_cache(maxsize=64)(body_hash)  # helpers are shared, so the same file is asked for by many steps


def standing(asset: Asset, assets: Mapping[str, Asset], text_of: TextOf | None) -> tuple[str, tuple[str, ...]]:
    """Give the standing of an asset's evidence and the sentences that say why.

    Args:
        asset: The asset.
        assets: All assets of its revision by name.
        text_of: Gives the text of a file of the revision; None where files are as they were and are not hashed again.
    """
    proof = asset.proof
    if proof is None:
        if not asset.promoted:
            return "by hand", ("It was written by hand: no notebook and no run stand behind it.",)
        return "missing", ("The evidence of its promotion is missing.",)
    if proof.problem:
        return "broken", (proof.problem,)
    stale = tuple(_not_of(asset, proof, assets)) or tuple(_edited(asset, proof, text_of) if text_of else ())
    if stale:
        return "stale", stale
    if asset.marked_unverified or not proof.verified:
        return "unverified", ("UNVERIFIED: no run has shown that this module gives what the notebook gives.",)
    wrong = tuple(_failures(proof))
    return ("failed", wrong) if wrong else ("proven", ())


def _not_of(asset: Asset, proof: Proof, assets: Mapping[str, Asset]) -> Iterator[str]:
    """Say why evidence is not of this module and of what it reads."""
    if proof.step != asset.tag:
        yield f"Its evidence says that it is of another step, {name(proof.step)}."
    if not asset.promoted:
        yield "There is evidence, but the module has lost the header that says what it was promoted from."
    elif proof.source != asset.source:
        yield "Its evidence is of another version of the notebook's step than the module."
    elif not asset.logic and proof.code_version != asset.code_version:  # a model of dbt names none
        yield "Its evidence is of another code version than the module."
    elif proof.notebook != asset.notebook:
        yield f"Its evidence is of another notebook, {name(proof.notebook)}."
    if not proof.verified:
        return
    if asset.marked_unverified:
        yield "Its evidence says verified, its module UNVERIFIED."
    shown = {one for one, _, _ in proof.inputs}
    if shown != set(asset.inputs):
        yield f"It was proven on other inputs than it reads: {names(sorted(shown ^ set(asset.inputs)))}."
    for one, _, version in proof.inputs:
        upstream = assets.get(one)
        if upstream is not None and version and upstream.code_version and upstream.code_version != version:
            yield f"It was proven on another version of {name(one)}."


def _edited(asset: Asset, proof: Proof, text_of: TextOf) -> Iterator[str]:
    """Say which files are not those that the evidence was written with."""
    module = text_of(asset.path)
    if module is None or _hash(without_header(module)) != asset.body:
        yield "The module was edited by hand after it was promoted."
    covered = dict(proof.files)
    missing = [path for path in asset.helpers if path not in covered]
    if missing:
        yield f"Its evidence does not cover the helpers {names(missing)}."
    for path, expected in proof.files:
        text = text_of(path)
        if text is None:
            yield f"{name(path)}, which was generated for it, is missing."
        elif _hash(text) != expected:
            yield f"{name(path)}, which was generated for it, was edited by hand."


def _failures(proof: Proof) -> Iterator[str]:
    if proof.verdict != "equal":
        yield f"Its evidence does not say that both sides gave equal data, but {name(proof.verdict or 'nothing')}."
    failed = [check for check, passed, severity in proof.checks if not passed and severity != "warning"]
    if failed:
        yield f"Checks failed: {names(failed)}."
