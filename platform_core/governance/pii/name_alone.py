"""A given name alone in a sentence, by what stands on either side: where no greeting, kin or title tells it."""

from __future__ import annotations

import polars as pl

from platform_core.governance.pii.name_singles import nothing
from platform_core.governance.pii.name_words import fold, lists

SCORE = 0.6
# What stands around a given name alone: in the middle of a sentence, at its beginning, and at the end of a text
_WITHIN = r"(?:[a-z,;:)] |[(\x{201c}\"])$"
_BEGUN = r"(?:^|[.!?:\n\r]|[.!?] | - )\s*$"
_SIGNING = r"(?:[.!?]|,|[a-z])\s+$"
_SIGNING_ALONE = r"[.!?]\s+$"
# `in Florence`, `the Victoria`, `St Julian`, `a pub called Victoria`, `Paris, Florence and Sofia`
_NO_ONE_BEFORE = (
    r"(?i:\b(?:the|an?|st|saint|lady|lake|storm|hurricane|cyclone|team|class|in|at|near|via|towards|through|into|around|across|(?:visit|trip|flight|drive|move[ds]?|train) to|word|reads?|reading|readers?|keywords?|watch(?:ed|ing)?|twin)"
    r"|\b(?:pub|place|village|town|city|books?|novel|film|play|musical|song|album|ship|boat|yacht|horse|dog|cat|pony|street|road|house|cottage|farm|estate|font|system|software|tool|bot|robot|chatbot|model|project|scheme|product|range|brand|app|character|district|county|ward)(?:,? (?:called|named|is|was))?):? [\"'\x{2018}\x{201c}]?$"
    r"|\p{Lu}[\p{L}']*,? (?:and|&|or) $|\p{Lu}[\p{L}']+, $|\b(?i:and|or) \p{Lu}\p{Ll}+, $"
)
_NO_ONE_BEHIND = (
    r"^(?:'s? \p{Lu}| (?:&|and|or|the|with a|de|von) ?\p{Lu}|,? (?:and|&) \p{Lu}"
    r"| (?:lines?|creepers?|showers?|tiles?|class|classes|rice|tea|plants?|trees?|rooms?|house|ward|font|oil|cake|sponge|street|road|sauce|potatoes|apples?|plums?|theme|model|project|system|server|script|device|van|branch|team|suite|centre|school|nursery|hall|court)\b"
    r"|[:=/@_*-]|\.[A-Za-z0-9@]| ?[-\x{2013}] )"
)
# Behind these a word that may be a family or a town elsewhere is somebody too
_SOMEBODY_BEFORE = (
    r"(?-u:\b)(?:(?:someone|somebody|man|woman|boy|girl|child|baby|lady|friend|person|pupil) (?:called|named)|through to|look(?:s|ed|ing)? after|car(?:es?|ed|ing) for|(?:liv|stay)(?:es?|s|ed|ing) with|(?:hi|hello|hey|hiya),? (?:it'?s|its|this is)|(?:taken|done|seen|handled|answered|logged|written|completed|signed|served) by"
    r"|(?:child|boy|girl|baby|son|daughter|name) is|(?:please|to|can you|could you|will|,) (?:call|ring|phone|text|e-?mail|contact|ask|inform|notify|tell)|(?:likes|prefers|wants|wishes) to be called|goes by|(?:agreed|discussed|spoke|arranged|confirmed|checked) with|(?:left (?:a )?(?:message|voicemail)) with|(?:stolen|taken|received) from|line manager|[Tt]hanks to|only [\"\x{201c}]?"
    r"|(?:[Mm]um|[Dd]ad|[Mm]other|[Ff]ather|[Nn]an|[Ss]he|[Hh]e|[Tt]hey|[Ss]chool|[Ss]taff) (?:said|says|reports|reported|thinks|states|stated|feels|felt)(?: that)?|[Hh]appy birthday|[Ww]ell done|[Tt]hank you|so sorry"
    r"|(?:operative|receptionist|officer|worker|nurse|teacher|driver|manager|doctor|tenant|applicant|landlord|engineer|technician|clerk|agent|assistant|supervisor|builder|plumber|interpreter|advocate|volunteer|pupil|student|child|boy|girl|baby|toddler|twins?|lad|lady|gentleman|owner|boss|mate),|(?-u:\b)(?:child|baby|patient|tenant|resident|claimant|adviser|caller|victim|pupil)),? $"
)
_TWO_TOGETHER = r"(?:[A-Za-z]:|after|for|with|between|both|children|siblings|twins|boys|girls|sons|daughters|parents|told|met|saw|see|by|from|to|of|kids|including|like)[,:]? $"
_ENDED = r"^[\"\x{201d}]?(?:'s? [a-z]|[,;!?)]|\.(?:\s|$)|\s*$| [a-z(0-9]| \+ ?[0-9])"
_DOES = (
    r"^ (?:(?:here|ok|okay|was|is|has|had|will|would|can|could|did|does|do|may|might|should|must|wasn't|isn't|hasn't|won't|didn't|doesn't|can't|couldn't|also|then|still|now|never|always|often|just|currently|usually)"
    r"|[a-z]{3,}ed|said|says|told|rang|hung|went|came|left|ran|got|gave|took|made|saw|felt|sat|slept|ate|drank|fell|met|spoke|thought|knew|kept|began|chose|wrote|read|sent|brought|bought|found|held|lost|paid|put|stood"
    r"|wants|likes|loves|hates|needs|lives|works|goes|comes|takes|eats|sleeps|plays|speaks|talks|thinks|knows|feels|looks|seems|appears|remains|attends|receives|enjoys|struggles|presents|uses|has|gets|makes|[a-z]{3,}ing (?:now|well|again|today))(?-u:\b)"
)


_WITH_KIN = r"^ and (?:her|his|their|my) (?:(?:twin|older|younger|big|little|baby) )?(?:sister|brother|son|daughter|mum|mother|dad|father|wife|husband|partner|cousin|nan|gran)(?-u:\b)"
_REACHED = r"^ \((?:[A-Za-z0-9._+\-]+@|\+?[0-9]{2})"
_BOTH = r"(?-u:\b)[Bb]oth [^ ]+ and $"
_DAYS = ["Jan", "Jun", "June", "May", "April", "August", "Thu", "Sat", "Sun", "Mon", "Mar"]


def alone(words: pl.DataFrame) -> pl.DataFrame:
    """Give the given names that stand alone in a sentence: those that are nothing else, and not where places stand.

    Args:
        words: Capitalised words with no other beside them, in order, as `cut` gives pieces.

    >>> cells = {"piece": ["Amara", "Leeds"], "left": ["spoke with ", "went to "], "right": [" today", " by bus"]}
    >>> alone(pl.DataFrame({"row": [0, 1], "start": [11, 8], **cells})).select("piece", "score").rows()
    [('Amara', 0.6)]
    """
    left, right, known = pl.col("left"), pl.col("right"), lists()[0]
    folded = words.select(fold(pl.col("piece"))).to_series()
    letters = pl.Series("letter", [known.get(word, "U") for word in folded.to_list()], dtype=pl.String)
    plain = words.with_columns(letters).filter(letters.is_in(["G", "B", "C"]))
    if plain.is_empty():
        return nothing(words)
    only = pl.col("letter") == "G"
    # `Reg is AB12 CDE`: a vehicle's
    mark = (pl.col("piece") == "Reg") & right.str.contains("^ (?:is|was|no) ")
    # `Khalid` is a family name too, and a person where somebody does something
    person = only | ((pl.col("letter") == "B") & right.str.contains(_DOES))
    within = person & left.str.contains(_WITHIN)
    begun = person & left.str.contains(_BEGUN) & right.str.contains(_DOES)
    ends = right.str.contains(r"^\s*$|^ x{1,3}\s*$")
    signing = ends & ((only & left.str.contains(_SIGNING)) | left.str.contains(_SIGNING_ALONE))
    somebody = left.str.contains(_SOMEBODY_BEFORE)
    no_one = left.str.contains(_NO_ONE_BEFORE) | right.str.contains(_NO_ONE_BEHIND)
    fits = right.str.contains(_ENDED) & ~no_one & (within | somebody)
    with_me = only & right.str.contains("^ and (?:I|me|myself)[ ,.']")
    with_kin = person & right.str.contains(_WITH_KIN) & ~no_one
    # `Both Ileana and Orhan`
    behind_one = only & left.str.contains(_BOTH)
    # `look after Orhan and Leroy`: two together, neither of which would do alone
    behind = right.str.extract(r"^ (?:and|&) (\p{Lu}\p{L}+)$", 1)
    next_one = (pl.col("row") == pl.col("row").shift(-1)) & (pl.col("piece").shift(-1) == behind)
    two = left.str.contains(_TWO_TOGETHER) | (left.str.contains(_BEGUN) & right.shift(-1).str.contains(_DOES))
    two = (two & next_one).fill_null(value=False)
    # `09:38 - Ada: could you`, or two lines and more of a talk; `Ada (ada@example.com)`
    line = only & right.str.contains("^: [a-z]")
    begun_line = line & left.str.contains(r"(?:^|[\n\r])$")
    speaking = (line & left.str.contains(r"[0-9]{2}:[0-9]{2} - $")) | (begun_line & (begun_line.sum().over("row") > 1))
    reached = right.str.contains(_REACHED)
    two |= two.shift(1, fill_value=False)
    # `13th Jan 2023`, `on Thu 4 May`
    day = pl.col("piece").is_in(_DAYS) & (left.str.contains(r"[0-9](?:st|nd|rd|th)? $") | right.str.contains("^ [0-9]"))
    kept = plain.filter(
        (fits | ((begun | signing) & ~no_one) | with_me | with_kin | behind_one | two | speaking | reached)
        & ~day
        & ~mark
    )
    return kept.with_columns(kind=pl.lit("name"), score=pl.lit(SCORE), chance=pl.lit(value=False))
