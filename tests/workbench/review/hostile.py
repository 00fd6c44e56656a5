"""A review in which every text that a branch decides is the same text."""

from __future__ import annotations

from workbench.review.values import (
    Asset,
    AssetChange,
    ColumnChange,
    DataChange,
    Frame,
    Lineage,
    Parameter,
    Piece,
    Proof,
    Review,
    Snapshot,
)
from workbench.review.wording import name, names


def review_of(text: str) -> Review:
    """Give a review of one changed, one new and one removed asset, all made of a text."""
    sentence = f"{name(text)}: something about {names([text, text])}."
    piece = Piece(3, text, "step", (1, 2), (4, 5), text, (6, 7))
    proof = Proof(
        text,
        step=text,
        notebook=text,
        verified=True,
        partition=text,
        inputs=((text, Frame(10), text),),
        output=Frame(500, text, ((text, text),)),
        verdict="equal",
        order=text,
        tolerance=text,
        checks=((text, True, text),),
        tests=3,
        killed=2,
        survived=1,
        pieces=(piece, piece),
    )
    parameter = Parameter(text, text, text)
    asset = Asset(
        name=text,
        layer=text or "gold",
        path=text,
        line=3,
        notebook=text or "a",
        owners=(text, text),
        key=(text,),
        compute=text,
        parameters=(parameter,),
        proof=proof,
    )
    old = Asset(name=text, layer=text or "gold", path=text, line=3, notebook=text or "a", compute="local")
    columns = tuple(ColumnChange(text, kind, text, text) for kind in ("removed", "added", "nullable"))
    data = DataChange(
        True,
        rows=(500, 700),
        read=((text, 20, 40),),
        same=False,
        agreeing=(1, 2),
        disagreeing=(text,),
        nulls=((text, 10, 30),),
    )
    changes = (
        AssetChange(text, ("CODE_VERSION",), ((text, text, text),), old, asset, columns, data, "proven", (sentence,)),
        AssetChange(text, ("NEW",), (), None, asset, standing="proven"),
        AssetChange(text, ("NEW",), (), None, asset, standing="broken", reasons=(sentence,)),
        AssetChange(text, ("REMOVED",), (), old),
    )
    base = Snapshot(text, "1" * 40, {text: old}, {}, {}, {})
    head = Snapshot(text, "2" * 40, {text: asset}, {}, {}, {})
    below = Lineage(((text, text),), ((text, text),), (text,), ((text, (text,)),))
    settings = ((text, "5 values", "6 values"),)
    return Review(base, head, "blocked", (sentence,), changes, 3, below, settings, (sentence,), (sentence,), "")
