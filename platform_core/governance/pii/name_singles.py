"""One name alone, where the words around leave no doubt: greeted, signing, or somebody's son."""

from __future__ import annotations

import polars as pl

from platform_core.governance.pii.cutting import Cells
from platform_core.governance.pii.name_words import fold, lists

_UPPER = r"[A-Z\x{c0}-\x{de}\x{100}-\x{24f}\x{1e00}-\x{1eff}]"
_LOWER = r"[a-z\x{df}-\x{24f}\x{300}-\x{36f}\x{1e00}-\x{1eff}]"  # a fraction of what \p{Ll} costs
_NAME = rf"{_UPPER}{_LOWER}+(?:['\-]{_UPPER}?{_LOWER}+)*"
_GREETING = r"^\s*(?i:(?:good )?(?:morning|afternoon|evening)|hi(?:ya)?|hello|hey|dear|dearest|annwyl|diolch|thanks|thank you|cheers)(?i: there| again)?,? "
_CLOSING = r"(?i:thanks|thank you|cheers|regards|wishes|sincerely|faithfully|truly|yours|ta|love|best|thx|rgds)"
# What stands before a name, the name, and what ends it
_GREETED = rf"({_GREETING})({_NAME}) ?(?:[,!:;\n\r/]|[.]\s|-\s|(?:&|and) {_NAME}|$)"
_GREETED_TOO = rf"({_GREETING}{_NAME} ?(?:&|and|/) ?)({_NAME}) ?(?:[,!:;\n\r]|[.]\s|$)"
_CALLED = rf"(^\s*)({_NAME}), (?:can|could|would|will|please|thanks|thank|just|i|we|are|have|did|do|any|here|hope|sorry|see)(?-u:\b)"
_MENTIONED = rf"(^\s*@)({_NAME}) [a-z]"
_SIGNED = rf"(?s)^((?:.*[\s,.!])?{_CLOSING}[,.!]?(?:[ \t]*[\n\r]+\s*| ))({_NAME})(?: ?x{{1,3}}|[.!])?\s*(?:Sent from my .{{1,40}})?$"
_WORDS = [
    "morning ",
    "afternoon ",
    "evening ",
    "hi ",
    "hiya ",
    "hello ",
    "hey ",
    "dear ",
    "dearest ",
    "annwyl ",
    "diolch ",
] + [
    f"{word}{end}"
    for word in (
        "thanks",
        "thank you",
        "cheers",
        "regards",
        "wishes",
        "sincerely",
        "faithfully",
        "truly",
        "yours",
        "ta",
        "love",
        "best",
        "thx",
        "rgds",
    )
    for end in (" ", ",", "\n", ".", "!", "\r")
]
_GAP = r"[ \t\n\r]|^@"
_LOOKED_AT = 64  # characters at either end
_KNOWN, _UNHEARD = 0.75, 0.6

SPOKEN_OF = (
    r"(?-u:\b)(?:ex-|step-?|half-|foster |birth )?(?:(?:god)?son|(?:god)?daughter|wife|husband|partner|(?:god)?mother|(?:god)?father|mum|dad|mam|brother|sister|gran(?:dmother|dfather|dson|ddaughter)?|nan|aunt(?:ie)?|uncle"
    r"|(?:mother|father|sister|brother|daughter|son)-in-law|niece|nephew|cousin|friend|colleague|neighbour|carer|keyworker|named|porter|accompanied|copied in|contact for|commander|escalated to|keys to|[Mm]sg for|maiden name|(?:[Ss]ur|[Ff]ore)name:?|(?:[Ff]amily|[Ff]irst|[Ll]ast) name(?:\(s\)|s)?:?|met|told|tell|ask(?:ed)? for|asked|rang|phoned|emailed|texted|thanked|interviewed|advised|reminded|informed|warned|supported|messaged|encouraged"
    r"|(?:[Ss]p(?:oken?|eak)|talk(?:ed)?) (?:to|with|w/)|transferred to|say hello to|[Gg]ood (?:morning|afternoon|evening)),? "
)
"""What stands before one that is spoken of: behind it a single word may be a name."""
# `Moses and Ada Khan`, `Ada Khan and Ray`
_JOINED_BEFORE = rf"(?:^|[^A-Za-z0-9\x{{c0}}-\x{{24f}}'\-] ?|[a-z,;:] )(({_NAME}) (?:and|&) )$"
_JOINED_BEHIND = rf"^( (?:and|&) )({_NAME})(?:[,;.)]|$| [a-z(])"
_OF_SEVERAL = r"^(?:Cllrs|Councillors|Messrs|Drs|Profs|Mr (?:&|and) Mrs)(?-u:\b)"
_SURE = 0.8
KINS = r"(?: \([0-9]{1,3}(?: ?(?:years?|yrs?|months?|mths?|weeks|wks|yo))?\)|'s (?:mum|dad|mother|father|parents?|son|daughter|wife|husband|partner|brother|sister|carer|gran|nan|social worker|teacher|solicitor|landlord|gp|keyworker|tenancy|house|flat)(?-u:\b))"
"""What stands behind a single name whose it is: `Amara's mum`, or that is of somebody so old: `Amara (6)`."""
SAID = r" (?:phoned|telephoned|rang|said|says|agreed|asked|told|refused|visited|attended|confirmed|explained|complained|e-?mailed|texted|replied|thanked|cried|apologised|declined|wants|wanted|feels|felt|lives|denied|admitted|sounded|seemed)(?-u:\b)"
"""What a single name does that is a person's and no place's: `Petar phoned`."""
_OF_KINS = rf"^([^ ]+?(?:{KINS}|{SAID}) ?)"
# Of these a single word is a name even if nobody has heard of it
_SOMEBODYS = r"(?-u:\b)(?:commander|maiden name|(?:[Ss]ur|[Ff]ore)name:?|(?:[Ff]amily|[Ff]irst|[Ll]ast) name(?:\(s\)|s)?:?|son|daughter|wife|husband|brother|sister|mum|dad|niece|nephew|named),? $"


def find(cells: Cells) -> pl.DataFrame:
    """Give the names that greet or are greeted alone, with `row`, `piece`, `start`, `kind`, `score` and `chance`.

    >>> cells = pl.DataFrame({"row": [0, 1], "text": ["Hi Suki, the plan is in. Cheers, Dev", "Dear Sir, thanks"]})
    >>> find(cells).select("row", "piece", "start").rows()
    [(0, 'Suki', 3), (0, 'Dev', 33)]
    """
    text = pl.col("text")
    head, tail = text.str.head(_LOOKED_AT), text.str.tail(_LOOKED_AT)
    # A word stands before each, and most cells hold none of those, which is seen at once
    cells = cells.filter(text.str.contains(_GAP))
    maybe = cells.filter(text.str.contains_any(_WORDS, ascii_case_insensitive=True))
    called = cells.filter(text.str.contains(_CALLED)).with_columns(part=head, begun=pl.lit(0, pl.Int64))
    mentioned = cells.filter(text.str.starts_with("@"))
    if maybe.is_empty() and called.is_empty() and mentioned.is_empty():
        return nothing(cells)
    mentioned = mentioned.with_columns(part=head, begun=pl.lit(0, pl.Int64))
    greeted = maybe.filter(text.str.contains(_GREETING)).with_columns(part=head, begun=pl.lit(0, pl.Int64))
    signed = maybe.with_columns(part=tail).filter(pl.col("part").str.contains(_SIGNED))
    length = text.str.len_chars().cast(pl.Int64)
    signed = signed.with_columns(begun=(length - _LOOKED_AT).clip(0))
    part = pl.col("part")
    found = pl.concat(
        some.select(
            "row",
            piece=part.str.extract(pattern, 2),
            start=pl.col("begun") + part.str.extract(pattern, 1).str.len_chars().cast(pl.Int64),
            line=part.str.extract(pattern, 1).str.contains(r"[\n\r]\s*$")
            | part.str.contains(r"^\s*(?i:dear|hi|hello) "),
        ).filter(pl.col("piece").is_not_null())
        for some, pattern in (
            (greeted, _GREETED),
            (greeted, _GREETED_TOO),
            (called, _CALLED),
            (mentioned, _MENTIONED),
            (signed, _SIGNED),
        )
    )
    return scored(found, pl.col("line"))


def scored(found: pl.DataFrame, may_be_unheard: pl.Expr) -> pl.DataFrame:
    """Keep the single words (`piece`) that are given names, or that are on no list where they may be; with a score."""
    if found.is_empty():
        return nothing(found)
    letters = lists()[0]
    words = found.select(fold(pl.col("piece")).str.extract("^([^-']+)")).to_series()
    found = found.with_columns(letter=pl.Series([letters.get(word, "U") for word in words], dtype=pl.String))
    letter = pl.col("letter")
    known = letter.is_in(["G", "B", "C"])
    kept = found.filter(known | (letter.is_in(["U", "A", "D", "E", "F", "V"]) & may_be_unheard))
    score = pl.when(known).then(_KNOWN).otherwise(_UNHEARD)
    return kept.with_columns(kind=pl.lit("name"), score=score, chance=pl.lit(value=False))


def beside(found: pl.DataFrame) -> pl.DataFrame:
    """Give the single given names that `and` joins to a name that was found: `Moses and Ada Khan`, `Ada Khan and Ray`.

    Args:
        found: Names, with `row`, `piece`, `start`, `left` and `right` of the run that holds each, and `score`.
    """
    left, right, piece = pl.col("left"), pl.col("right"), pl.col("piece")
    joined = pl.any_horizontal(
        f(word) for word in (" and ", " & ") for f in (left.str.ends_with, right.str.starts_with)
    )
    sure = found.filter((pl.col("score") >= _SURE) & joined)
    if sure.is_empty():
        return nothing(found)
    length = piece.str.len_chars().cast(pl.Int64)
    before = sure.filter(pl.col("at_begin")).select(
        "row",
        piece=left.str.extract(_JOINED_BEFORE, 2),
        start=pl.col("start") - left.str.extract(_JOINED_BEFORE, 1).str.len_chars().cast(pl.Int64),
        several=pl.lit(value=False),
    )
    behind = sure.filter(pl.col("at_end")).select(
        "row",
        piece=right.str.extract(_JOINED_BEHIND, 2),
        start=pl.col("start") + length + right.str.extract(_JOINED_BEHIND, 1).str.len_chars().cast(pl.Int64),
        several=piece.str.contains(_OF_SEVERAL),
    )
    both = pl.concat([before, behind]).filter(pl.col("piece").is_not_null())
    return scored(both, pl.col("several"))


def nothing(like: pl.DataFrame) -> pl.DataFrame:
    """Give no names: a frame of the columns that names have, with the type of `row` of another.

    >>> nothing(pl.DataFrame({"row": [1]})).columns
    ['row', 'piece', 'start', 'kind', 'score', 'chance']
    """
    return pl.DataFrame(
        schema={
            "row": like.schema["row"],
            "piece": pl.String,
            "start": pl.Int64,
            "kind": pl.String,
            "score": pl.Float64,
            "chance": pl.Boolean,
        }
    )


def parted(runs: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Give runs without the small words that they may begin with, which go to `left`, and single words apart.

    >>> runs = pl.DataFrame({"row": [0, 1], "piece": ["Amara's mum Ada Khan", "met Olga"], "left": ["", ""], "start": [0, 0]})
    >>> names, single = parted(runs)
    >>> names["piece"].to_list(), single["piece"].to_list()
    (['Ada Khan'], ['Olga', 'Amara'])
    """
    piece, whose = pl.col("piece"), pl.col("whose")
    owned = runs.select(piece.str.contains(_OF_KINS)).to_series()
    owners = runs.clear()
    if owned.any():
        kins = runs.filter(owned).with_columns(whose=piece.str.extract(_OF_KINS, 1))
        owners = kins.with_columns(piece=whose.str.replace(f"(?:{KINS}|{SAID}) ?$", "")).drop("whose")
        # `Kent agreed` is a county more often than somebody
        given, letters = fold(pl.col("piece")), lists()[0]
        only = pl.Series([letters.get(word) == "G" for word in owners.select(given).to_series()], dtype=pl.Boolean)
        owners = owners.filter(only | kins.select(~whose.str.contains(f"{SAID} ?$")).to_series())
        behind = moved(kins, "whose").filter(piece != "")
        runs = pl.concat([runs.filter(~owned), behind]).sort("row", "start")
    small = runs.select(piece.str.contains(f"^{SPOKEN_OF}")).to_series()
    if small.any():
        begun = moved(runs.filter(small).with_columns(said=piece.str.extract(f"^({SPOKEN_OF})", 1)), "said")
        runs = pl.concat([runs.filter(~small), begun]).sort("row", "start")
    if not (owned.any() or small.any()):
        return runs, owners
    one = runs.select(
        ~piece.str.contains("[ .]") & pl.col("left").str.contains(f"(?:{KINS} |{SPOKEN_OF})$")
    ).to_series()
    alone = runs.filter(one).with_columns(piece=piece.str.strip_suffix(",").str.replace("'s$", ""))
    return runs.filter(~one), pl.concat([alone, owners])


def moved(runs: pl.DataFrame, begun: str) -> pl.DataFrame:
    """Move what each run begins with, the column `begun`, to what stands before it.

    >>> run = {"piece": ["May, Ada Khan"], "left": ["on 4 "], "start": [5], "month": ["May, "]}
    >>> moved(pl.DataFrame(run), "month").rows()
    [('Ada Khan', 'on 4 May, ', 10)]
    """
    what = pl.col(begun)
    return runs.with_columns(
        left=pl.col("left") + what,
        piece=pl.col("piece").str.strip_prefix(what),
        start=pl.col("start") + what.str.len_chars().cast(pl.Int64),
    ).drop(begun)


def spoken_of(runs: pl.DataFrame) -> pl.DataFrame:
    """Give the single words behind words that people are spoken of with: `left` and `piece` of runs."""
    return scored(runs, pl.col("left").str.contains(_SOMEBODYS))
